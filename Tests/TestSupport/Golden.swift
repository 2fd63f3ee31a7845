import Foundation

/// Values that another program computed, kept in Tests/Goldens beside the script that asked it.
public enum Golden {
    /// Reads `Tests/Goldens/<topic>.json`.
    ///
    /// - Parameters:
    ///   - topic: The file's name without its extension.
    ///   - type: What the file holds; JSON null is a nil.
    /// - Throws: What reading or decoding throws, with the file's path in it.
    public static func load<Value: Decodable>(_ topic: String, as type: Value.Type) throws -> Value {
        let file = folder.appending(path: "\(topic).json")
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: file))
        } catch let error as DecodingError {
            throw Unreadable(description: "\(file.path) does not decode: \(error)")
        }
    }

    /// Tests/Goldens, found from where this file was compiled.
    public static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens")

    /// A golden file that is not what the test takes it for.
    public struct Unreadable: Error, CustomStringConvertible {
        public var description: String
    }
}
