// swift-tools-version: 6.3
import PackageDescription

/// Every Swift target is compiled with strict memory safety: `unsafe` has to be written where it is meant.
let strict: [SwiftSetting] = [.strictMemorySafety()]

/// The harness that feeds the readers with damaged files: a short run among the tests, or, where LACUNA_FUZZ is set as
/// `make fuzz` does, the program that libFuzzer drives. The normal build has no such program.
let isFuzzing = Context.environment["LACUNA_FUZZ"] != nil
let fuzzing: Target =
    isFuzzing
    ? .executableTarget(
        name: "lacuna-fuzz", dependencies: ["LacunaCommand", "TestSupport"], path: "Tests/FuzzTests",
        exclude: ["FuzzTests.swift", "FindingTests.swift"], swiftSettings: strict)
    : .testTarget(
        name: "FuzzTests", dependencies: ["LacunaCommand", "TestSupport"], path: "Tests/FuzzTests",
        exclude: ["Fuzzer"], swiftSettings: strict)

let package = Package(
    name: "Lacuna",
    platforms: [.macOS(.v15)],
    products: [
        // Tables too: its readers take part in Lacuna's interface, as its errors do.
        .library(name: "Lacuna", targets: ["Lacuna", "Tables"]),
        .executable(name: "lacuna", targets: ["lacuna-cli"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CISAL"),
        .target(
            name: "CBLAS",
            linkerSettings: [
                .linkedLibrary("openblas", .when(platforms: [.linux])),
                .linkedFramework("Accelerate", .when(platforms: [.macOS])),
            ]),
        .target(name: "CSHA256"),
        .target(
            name: "LacunaKernels",
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        .target(
            name: "Tables",
            dependencies: ["CSHA256", "CZlib", .target(name: "CISAL", condition: .when(platforms: [.linux]))],
            swiftSettings: strict),
        .target(
            name: "Lacuna",
            dependencies: ["Tables", "LacunaKernels", "CBLAS"],
            swiftSettings: strict),
        .target(
            name: "LacunaCommand",
            dependencies: [
                "Lacuna", "Tables", "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(name: "lacuna-cli", dependencies: ["LacunaCommand"], swiftSettings: strict),
        .executableTarget(
            name: "example-quickstart", dependencies: ["Lacuna"], path: "Examples/quickstart", swiftSettings: strict),
        .executableTarget(name: "example-gaps", dependencies: ["Lacuna"], path: "Examples/gaps", swiftSettings: strict),
        .executableTarget(name: "example-mask", dependencies: ["Lacuna"], path: "Examples/mask", swiftSettings: strict),
        .executableTarget(
            name: "example-own-loss", dependencies: ["Lacuna"], path: "Examples/own-loss", swiftSettings: strict),
        .executableTarget(
            name: "example-from-csv", dependencies: ["Lacuna"], path: "Examples/from-csv", swiftSettings: strict),
        .target(name: "TestSupport", dependencies: ["Lacuna"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LacunaTests", dependencies: ["Lacuna", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LacunaCommandTests", dependencies: ["LacunaCommand", "lacuna-cli", "TestSupport"],
            swiftSettings: strict),
        fuzzing,
        .testTarget(
            name: "ExamplesTests",
            dependencies: [
                "Lacuna", "LacunaCommand", "TestSupport", "lacuna-cli", "example-quickstart", "example-gaps",
                "example-mask", "example-own-loss", "example-from-csv",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
