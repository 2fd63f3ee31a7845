import Foundation
import Testing

@Suite struct DocCommentTests {
    /// What implements a requirement of `Loss` has its documentation there.
    private let inherited = ["var name:", "var kinds:", "var settings:", "func validate()", "func check(for", "func evaluate("]

    @Test(arguments: ["Sources/Lacuna", "Sources/Tables"])
    func `every public name has a doc comment`(folder: String) throws {
        let root = BuiltProgram.root.appending(path: folder).path
        let paths = (FileManager.default.subpaths(atPath: root) ?? []).filter { $0.hasSuffix(".swift") }.sorted()
        #expect(!paths.isEmpty)
        let missing = try paths.flatMap { path in
            try undocumented(in: BuiltProgram.text("\(folder)/\(path)"), isLoss: path.hasPrefix("Losses/") && path != "Losses/Loss.swift")
                .map { "\(folder)/\(path):\($0)" }
        }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    /// "LINE: text" of every public declaration, and case of a public enum, without a comment above it. Several cases on
    /// one line say it all by their names.
    private func undocumented(in source: String, isLoss: Bool) -> [String] {
        let lines = source.components(separatedBy: "\n")
        var found: [String] = [], enumIndent: Int?
        for (number, line) in lines.enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces), indent = line.count - text.count
            if text == "}", indent == enumIndent { enumIndent = nil }
            let isCase = enumIndent.map { indent == $0 + 4 && text.hasPrefix("case ") && !text.hasPrefix("case .") } ?? false
            let isList = isCase && text.prefix { $0 != "(" }.contains(",")
            let isPublic = text.hasPrefix("public ") && !text.hasPrefix("public extension")
            let isInherited = isLoss && inherited.contains { text.hasPrefix("public \($0)") }
            if text.hasPrefix("public enum "), !text.hasSuffix("}") { enumIndent = indent }
            guard (isPublic && !isInherited) || (isCase && !isList) else { continue }
            let above = lines[..<number].last { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("@") } ?? ""
            if !above.trimmingCharacters(in: .whitespaces).hasPrefix("///") { found.append("\(number + 1): \(text)") }
        }
        return found
    }
}
