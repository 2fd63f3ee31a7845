/// A count in a file that is read back: a whole number from 0 that can be added to others without leaving Int.
@propertyWrapper struct Count: Decodable {
    var wrappedValue: Int

    static let most = 1 << 48

    init(from decoder: any Decoder) throws {
        wrappedValue = try Int(from: decoder)
        guard 0...Self.most ~= wrappedValue else { throw Self.error(decoder) }
    }

    /// Whether a number is such a count.
    static func isLegal(_ value: Double) -> Bool { value >= 0 && value <= Double(most) }

    fileprivate static func error(_ decoder: any Decoder) -> DecodingError {
        .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a count is no count"))
    }
}

/// Counts by name.
@propertyWrapper struct Counts: Decodable {
    var wrappedValue: [String: Int]

    init(from decoder: any Decoder) throws {
        wrappedValue = try [String: Int](from: decoder)
        guard wrappedValue.values.allSatisfy({ 0...Count.most ~= $0 }) else { throw Count.error(decoder) }
    }
}
