// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "LacunaBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Lacuna", path: "..")],
    targets: [
        .executableTarget(
            name: "lacuna-bench", dependencies: [.product(name: "Lacuna", package: "Lacuna")],
            swiftSettings: [.strictMemorySafety()])
    ],
    swiftLanguageModes: [.v6]
)
