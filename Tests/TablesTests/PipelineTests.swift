import Dispatch
import Synchronization
import Testing

@testable import Tables

@Suite struct PipelineTests {
    @Test(arguments: [1, 2, 3, 8], [1, 2, 5])
    func `results are taken in the pieces' order, and few pieces are in the air`(threads: Int, most: Int) throws {
        let inAir = Mutex((now: 0, most: 0))
        var (made, taken): (Int, [Int]) = (0, [])
        let pipeline = Pipeline<Int, Int>(mostInAir: most) {
            if made == 200 { return nil }
            made += 1
            inAir.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            return made
        } work: { piece in
            // Work of unequal length, so that results come out of order.
            (0 ..< (piece % 7) * 2000).reduce(0) { $0 ^ $1 } & 0 + piece * 3
        } take: { result in
            taken.append(result)
            inAir.withLock { $0.now -= 1 }
        }
        try pipeline.run(threads: threads)
        #expect(taken == (1 ... 200).map { $0 * 3 })
        #expect(inAir.withLock(\.most) <= most)
    }

    @Test(arguments: [1, 2, 8], ["make", "work", "take"])
    func `an error anywhere ends the work and is thrown`(threads: Int, place: String) throws {
        var made = 0
        func fail(_ here: String, _ piece: Int) throws(TableError) {
            if here == place && piece >= 20 { throw TableError("broken") }
        }
        let pipeline = Pipeline<Int, Int>(mostInAir: 3) { () throws(TableError) in
            made += 1
            try fail("make", made)
            return made
        } work: { (piece) throws(TableError) in
            try fail("work", piece)
            return piece
        } take: { (piece) throws(TableError) in
            try fail("take", piece)
        }
        #expect(throws: TableError("broken")) { try pipeline.run(threads: threads) }
        #expect(made <= 20 + 3)
    }

    @Test func `nothing to make is nothing to do`() throws {
        try Pipeline<Int, Int>(mostInAir: 2) { nil } work: { $0 } take: { _ in Issue.record("took something") }.run(threads: 3)
    }
}

@Suite struct TextCutterTests {
    private func pieces(of bytes: [UInt8], from start: Int, pieceSize: Int) throws -> [[[UInt8]]] {
        var found: [[[UInt8]]] = []
        try withPlainAndGzip(bytes) { path in
            let cutter = try TextCutter(FileBytes(path: path), from: start, pieceSize: pieceSize)
            var all: [[UInt8]] = []
            while let piece = try cutter.next() { all.append(piece.range.map { piece.bytes[$0] }) }
            found.append(all)
        }
        return found
    }

    @Test(arguments: [2, 10, 33, 64, 1000, 100_000])
    func `pieces are the text in order, each ends with a record, and none is much longer than asked for`(size: Int) throws {
        let record = Array("1,\"a\nb\",\"say \"\"hi\"\"\n\",2.5\n".utf8)
        let bytes = Array("x,w,v,y\n".utf8) + Array(repeating: record, count: 100).joined()
        for pieces in try pieces(of: bytes, from: 8, pieceSize: size) {
            #expect(pieces.flatMap { $0 } == Array(bytes[8...]))
            #expect(pieces.allSatisfy { $0.count <= 2 * max(size, 2 * record.count) })
            if size >= record.count { #expect(pieces.allSatisfy { $0.count % record.count == 0 }) }
        }
    }

    @Test func `a quote that opens nothing does not keep the text from being cut`() throws {
        let bytes = Array(repeating: Array("3,5\" pipe\n4,b\n".utf8), count: 500).joined()
        for pieces in try pieces(of: Array(bytes), from: 0, pieceSize: 100) {
            #expect(pieces.flatMap { $0 } == Array(bytes))
            #expect(pieces.count > 50)
        }
    }

    @Test func `a text may lack its last line end, and be nothing but its header`() throws {
        for text in ["a\n1\n2", "a\n1\n2\n"] {
            for pieces in try pieces(of: Array(text.utf8), from: 2, pieceSize: 2) {
                #expect(pieces.flatMap { $0 } == Array(text.utf8.dropFirst(2)))
            }
        }
        let none = try pieces(of: [0x61, 0x0A], from: 2, pieceSize: 5)
        #expect(none == [[], []])
        // Where a header lacks its line feed, its reader stands one past the end.
        let nothing = try pieces(of: [0x61], from: 2, pieceSize: 5)
        #expect(nothing == [[], []])
    }
}
