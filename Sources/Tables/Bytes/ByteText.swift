/// The bytes as text, or nil when they are not UTF-8.
func validText(_ bytes: Span<UInt8>) -> String? {
    unsafe bytes.withUnsafeBufferPointer { unsafe String(validating: $0, as: UTF8.self) }
}

/// The bytes as text for a message: what is not UTF-8 is shown as U+FFFD, and a long cell is cut.
func messageText(_ bytes: Span<UInt8>) -> String {
    let text = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0.prefix(200), as: UTF8.self) }
    return text.count <= 40 ? text : text.prefix(39) + "…"
}

extension Span<UInt8> {
    func equals(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0 ..< count where self[index] != other[index] { return false }
        return true
    }
}

/// Calls `body` with the cell without the spaces and tabs around it.
func trimmed<Result>(
    _ cell: Span<UInt8>, _ body: (Span<UInt8>) throws(TableError) -> Result
) throws(TableError) -> Result {
    var (low, high) = (0, cell.count)
    while low < high && (cell[low] == Ascii.space || cell[low] == Ascii.tab) { low += 1 }
    while high > low && (cell[high - 1] == Ascii.space || cell[high - 1] == Ascii.tab) { high -= 1 }
    return try body(cell.extracting(low ..< high))
}
