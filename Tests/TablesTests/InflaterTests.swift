import Testing

@testable import Tables

/// Each library that inflates gzip, by itself.
@Suite struct InflaterTests {
    static let text = (0 ..< 3000).map { "\($0),\($0 * 7919 % 1000)\n" }.joined()

    /// All that a file inflates to, asked for in pieces of some size.
    private func inflated(_ bytes: [UInt8], by library: InflateLibrary, pieceSize: Int) throws -> [UInt8] {
        try withFile("t.gz", bytes) { path in
            let inflater = try Inflater(FileBytes(path: path), by: library)
            let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: pieceSize)
            defer { unsafe piece.deallocate() }
            var all: [UInt8] = []
            while true {
                let count = try unsafe inflater.read(into: piece, count: pieceSize)
                unsafe all += UnsafeBufferPointer(start: piece, count: count)
                if count < pieceSize { return all }
            }
        }
    }

    @Test(arguments: InflateLibrary.allCases, [1, 7, 1000, 1 << 20])
    func `members in a row, stored and compressed, inflate to the bytes they were made of`(
        library: InflateLibrary, pieceSize: Int
    ) throws {
        let bytes = Array(InflaterTests.text.utf8)
        let cut = bytes.count / 3
        let packed = try deflatedGzip(Array(bytes[..<cut])) + storedGzip(Array(bytes[cut...])) + storedGzip([])
            + deflatedGzip(bytes) + [0, 0, 0, 0, 0]
        let all = try inflated(packed, by: library, pieceSize: pieceSize)
        #expect(all == bytes + bytes)
    }

    @Test(arguments: InflateLibrary.allCases)
    func `a compressed file cut anywhere ends early`(library: InflateLibrary) throws {
        let packed = try deflatedGzip(Array(InflaterTests.text.utf8.prefix(600)))
        for cut in 2 ..< packed.count {
            let found = error { try inflated(Array(packed[..<cut]), by: library, pieceSize: 100) }
            #expect(found?.problem == "the gzip data ends early", "cut to \(cut) of \(packed.count)")
        }
    }

    @Test(arguments: InflateLibrary.allCases)
    func `a flipped bit is an error or changes no byte of the text`(library: InflateLibrary) throws {
        let bytes = Array(InflaterTests.text.utf8.prefix(300))
        let packed = try deflatedGzip(bytes)
        var errors = 0
        for bit in 0 ..< 8 * packed.count {
            var broken = packed
            broken[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                let all = try inflated(broken, by: library, pieceSize: 1 << 16)
                #expect(all == bytes, "bit \(bit)")
            } catch let error as TableError {
                #expect(error.problem.hasPrefix("the gzip data "), "bit \(bit)")
                errors += 1
            }
        }
        // The header's time and system, and what fills up the last byte, say nothing of the text.
        #expect(errors >= 8 * (packed.count - 10) - 7)
    }

    @Test(arguments: InflateLibrary.allCases)
    func `bytes that are no gzip member, and bytes after one, are corrupt`(library: InflateLibrary) throws {
        let member = storedGzip([0x61])
        var otherMethod = member
        otherMethod[2] = 7
        for broken in [member + [0x6D], member + [0x1F] + [UInt8](repeating: 0x6D, count: 20), otherMethod] {
            #expect(error { try inflated(broken, by: library, pieceSize: 8) }?.problem == "the gzip data is corrupt")
        }
    }

    @Test(arguments: InflateLibrary.allCases)
    func `the size of the text is extrapolated from what was read`(library: InflateLibrary) throws {
        let bytes = (0 ..< 60_000).map { UInt8(truncatingIfNeeded: 0x30 + ($0 * $0 * 7919 >> 7) % 10) }
        try withFile("t.gz", deflatedGzip(bytes)) { path in
            let inflater = try Inflater(FileBytes(path: path), by: library)
            let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count / 2)
            defer { unsafe piece.deallocate() }
            _ = try unsafe inflater.read(into: piece, count: bytes.count / 2)
            #expect(abs(inflater.estimatedSize - bytes.count) < bytes.count / 5)
        }
    }

    @Test(arguments: InflateLibrary.allCases)
    func `a beginning that shrinks to nothing does not promise a text without end`(library: InflateLibrary) throws {
        var random = SplitMix(state: 11)
        let noise = (0 ..< 100_000).map { _ in UInt8(random.integer(0 ... 255)) }
        let bytes = [UInt8](repeating: 0x31, count: 1_000_000) + noise
        try withFile("t.gz", deflatedGzip(bytes)) { path in
            let inflater = try Inflater(FileBytes(path: path), by: library)
            let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: 500_000)
            defer { unsafe piece.deallocate() }
            _ = try unsafe inflater.read(into: piece, count: 500_000)
            #expect(inflater.estimatedSize < 6 * 500_000)
        }
    }
}
