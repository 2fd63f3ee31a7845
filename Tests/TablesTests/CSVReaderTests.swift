import Testing

@testable import Tables

@Suite struct CSVReaderTests {
    @Test func `numbers are read in the usual forms`() throws {
        let table = try read("a,b\n1,+2.5\n-3e2, 4 \n.5,5.\n\"6\",1E-3\n")
        #expect(table.rows == 4)
        #expect(table.columns[0].floats == [1, -300, 0.5, 6])
        #expect(table.columns[1].floats == [2.5, 4, 5, 1e-3])
    }

    @Test func `a cell is rounded to Double and then to Float`() throws {
        let text = "1.00000017881393432617187499"
        #expect(try read("a\n\(text)\n").columns[0].floats == [Float(Double(text)!)])
    }

    @Test func `a quoted field may hold a line break`() throws {
        let table = try read("a,b\n\"one\ntwo\",1\nthree,2\n")
        #expect(table.columns[0].strings == ["one\ntwo", "three"])
        #expect(table.line(ofRow: 1) == 2)
        #expect(table.line(ofRow: 2) == 4)
    }

    @Test func `a quoted field may hold separators and doubled quotes`() throws {
        let table = try read("a,b\n\"say \"\"hi\"\"\",1\n\"\"\"\",2\n\"x,y\",3\n5\" pipe,4\n")
        #expect(table.columns[0].strings == ["say \"hi\"", "\"", "x,y", "5\" pipe"])
        #expect(table.columns[1].floats == [1, 2, 3, 4])
    }

    @Test func `CRLF, LF, a byte-order mark and a last line without a line end read the same`() throws {
        for text in ["a,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r\n1,x\n2,y", "\u{FEFF}a,b\n1,\"x\"\r\n2,\"y\""] {
            let table = try read(text)
            #expect(table.columns[0].floats == [1, 2])
            #expect(table.columns[1].strings == ["x", "y"])
        }
    }

    @Test func `blank lines are skipped but counted as lines`() throws {
        let table = try read("\na,b\n\n1,2\n\r\n\n3,4\n\n")
        #expect(table.columns[0].floats == [1, 3])
        #expect((1 ... 2).map(table.line(ofRow:)) == [4, 7])
    }

    @Test func `a blank line in a table of one column is a missing cell`() throws {
        let table = try read("a\n1\n\n3\n")
        #expect(table.rows == 3)
        #expect(table.columns[0].floats?[1].isNaN == true)
        #expect(table.columns[0].floats?[2] == 3)
    }

    @Test(arguments: ["t.tsv", "t.tab", "t.txt"])
    func `tabs separate by name or by header`(name: String) throws {
        try withFile(name, Array("a\tb\n1,5\t2\n3,5\t4\n".utf8)) { path in
            let reader = try TableReader(path: path)
            #expect(reader.header == ["a", "b"])
            let table = try reader.read([.text, .feature(missing: .standard, forceText: false)])
            #expect(table.columns[0].strings == ["1,5", "3,5"])
            #expect(table.columns[1].floats == [2, 4])
        }
    }

    @Test func `default tokens are missing in features`() throws {
        let column = try read("a,b\n1,0\n,0\nNA,0\nnan,0\nNaN,0\nnull,0\nNULL,0\n 2 ,0\n").columns[0]
        guard case .numbers(let numbers) = column else { throw TableError("not numbers") }
        #expect(numbers.missingCount == 6)
        #expect(numbers.values.map(\.isNaN) == [false, true, true, true, true, true, true, false])
    }

    @Test func `a numeric token matches by value, a word exactly`() throws {
        let missing = MissingTokens(words: ["-1", "n/a"], includingDefaults: true)
        let column = try read(
            "a,b\n-1,0\n-1.0,0\n-1e0,0\nn/a,0\n7,0\n", as: .feature(missing: missing, forceText: false)).columns[0]
        #expect(column.floats?.map(\.isNaN) == [true, true, true, true, false])
        let labels = try read("a,b\n-1,0\n-1.0,0\n2,0\nN/A,0\n", as: .label(missing: missing)).columns[0].labels
        #expect(labels == LabelColumn(rows: [2, 3], cells: [.number(2), .word(0)], words: ["N/A"]))
    }

    @Test func `without the defaults only empty cells and declared tokens are missing`() throws {
        let missing = MissingTokens(words: ["x"], includingDefaults: false)
        let labels = try read("a,b\n,0\nx,0\nNA,0\nnan,0\n", as: .label(missing: missing)).columns[0].labels
        #expect(labels == LabelColumn(rows: [2, 3], cells: [.word(0), .word(1)], words: ["NA", "nan"]))
    }

    @Test func `infinity can be declared missing`() throws {
        let missing = MissingTokens(words: ["inf", "1e999"], includingDefaults: true)
        #expect(try read("a,b\n1,0\ninf,0\n1e999,0\n", as: .feature(missing: missing, forceText: false)).columns[0].floats?[0] == 1)
        #expect(try read("a,b\n1,0\ninf,0\n1e999,0\n", as: .label(missing: missing)).columns[0].labels?.rows == [0])
    }

    @Test func `labels are numbers or words and only the observed ones are kept`() throws {
        let labels = try read("a,b\nyes,0\n,0\n1.50,0\n\"no\",0\nyes,0\ntrue,0\n", as: .label(missing: .standard)).columns[0].labels
        #expect(
            labels == LabelColumn(
                rows: [0, 2, 3, 4, 5], cells: [.word(0), .number(1.5), .word(1), .word(0), .word(2)], words: ["yes", "no", "true"]))
    }

    @Test func `a column of words is text with its gaps`() throws {
        guard case .text(let column) = try read("a,b\nred,0\n,0\nblue,0\n red,0\n").columns[0] else {
            throw TableError("not text")
        }
        #expect(column == TextColumn(codes: [0, -1, 1, 0], vocabulary: ["red", "blue"]))
    }

    @Test func `a column without any present cell is numbers, all missing`() throws {
        guard case .numbers(let column) = try read("a,b\n,0\nNA,0\n").columns[0] else { throw TableError("not numbers") }
        #expect(column.missingCount == 2)
    }

    @Test func `forced text keeps numbers as words`() throws {
        let column = try read("a,b\n01,0\n1,0\n,0\ninf,0\n", as: .feature(missing: .standard, forceText: true)).columns[0]
        #expect(column.strings == ["01", "1", nil, "inf"])
    }

    @Test func `the text role keeps every cell exactly as written`() throws {
        let column = try read("a,b\n 01 ,0\nNA,0\n,0\n\"q\"\"\",0\n", as: .text).columns[0]
        #expect(column.strings == [" 01 ", "NA", "", "q\""])
    }

    @Test func `skipped columns may hold anything`() throws {
        try withFile("t.csv", Array("a,b,c\n1,\"x,\n\"\"\",2\n3,,4\n".utf8)) { path in
            let number = ColumnRole.feature(missing: .standard, forceText: false)
            let table = try TableReader(path: path).read([number, .skip, number])
            #expect(table.columns[0].floats == [1, 3])
            #expect(table.columns[2].floats == [2, 4])
            #expect({ if case .skipped = table.columns[1] { true } else { false } }())
        }
    }

    /// A table written by the few lines below, read back: words with every special character, gaps, LF or CRLF.
    @Test(arguments: 0 ..< 40)
    func `random tables read back as they were written`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let (rows, columns) = (random.integer(1 ... 300), random.integer(2 ... 6))
        let alphabet = ["a", "é", "\"", ",", "\n", "\r\n", " ", "x", "日", "\t", "1"]
        let cells = (0 ..< rows).map { _ in
            (0 ..< columns).map { column -> String in
                if random.chance(0.2) { return "" }
                if column % 2 == 0 { return String(Float(random.integer(-1000 ... 1000)) / 8) }
                return (0 ... random.integer(0 ... 5)).map { _ in alphabet[random.integer(0 ... alphabet.count - 1)] }.joined()
            }
        }
        let lineEnd = random.chance(0.5) ? "\r\n" : "\n"
        let header = (0 ..< columns).map { "c\($0)" }.joined(separator: ",")
        let lines = cells.map { row in
            row.map { cell in
                let quoted = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D } || random.chance(0.1)
                return quoted ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
            }.joined(separator: ",")
        }
        let text = ([header] + lines).joined(separator: lineEnd) + (random.chance(0.5) ? lineEnd : "")
        try withFile("t.csv", Array(text.utf8)) { path in
            let roles = (0 ..< columns).map { $0 % 2 == 0 ? ColumnRole.feature(missing: .standard, forceText: false) : .text }
            let table = try TableReader(path: path).read(roles)
            #expect(table.rows == rows)
            for column in 0 ..< columns {
                if column % 2 == 0 {
                    let values = table.columns[column].floats!.map { $0.isNaN ? "" : String($0) }
                    #expect(values == cells.map { $0[column] })
                } else {
                    #expect(table.columns[column].strings == cells.map { $0[column] })
                }
            }
        }
    }

    @Test(arguments: 0 ..< 30)
    func `any number of threads and any size of pieces give the same table, plain and gzip`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        // Line breaks inside quoted fields, and in every sixth table quotes that open nothing, so that cuts are wrong.
        let words = [["a", "\"b\nc\"", "", "\"\n\n\"", "d"], ["a", "b", "", "\"q,\"", "é"], ["a", "5\" x", "", "\"b\nc\"", "\"\"\"\""]]
        var text = "\u{FEFF}x,word,label,id\n"
        for row in 0 ..< random.integer(1 ... 200) {
            let number = random.chance(0.2) ? "" : String(random.integer(-99 ... 99))
            let label = random.chance(0.7) ? "" : ["1", "2.5", "yes", "no"][random.integer(0 ... 3)]
            let word = words[seed % 3][random.integer(0 ... 4)]
            text += "\(number),\(word),\(label),r\(row)" + (random.chance(0.1) ? "\r\n\n" : "\n")
        }
        if random.chance(0.5) { text.removeLast() }
        let feature = ColumnRole.feature(missing: .standard, forceText: false)
        let roles = [feature, feature, .label(missing: .standard), .text]
        try withPlainAndGzip(Array(text.utf8)) { path in
            let one = try TableReader(path: path).read(roles, threads: 1)
            for (threads, size) in [(2, 64), (2, 3), (3, 200), (7, 17), (4, 1000)] {
                let many = try TableReader(path: path, bufferSize: size, partSize: 1).read(roles, threads: threads)
                #expect(many.rows == one.rows)
                #expect(many.columns[0].floats?.map(\.bitPattern) == one.columns[0].floats?.map(\.bitPattern))
                #expect(many.columns[1].strings == one.columns[1].strings)
                #expect("\(many.columns[1])" == "\(one.columns[1])")
                #expect(many.columns[2].labels == one.columns[2].labels)
                #expect(many.columns[3].strings == one.columns[3].strings)
                #expect((1 ... one.rows).allSatisfy { many.line(ofRow: $0) == one.line(ofRow: $0) })
            }
        }
    }

    @Test func `an error in any piece is the one that a single thread finds, plain and gzip`() throws {
        let good = "1,a\n2,\"b\nc\"\n,\n4,d\n"
        for bad in ["5\n", "5,x,y\n", "x,e\n", "1e39,e\n", "5,\"x\"y\n", "5,\"x\n"] {
            for text in ["n,w\n" + good + good + bad + good, "n,w\n" + bad + good + good, "n,w\n" + good + good + bad] {
                try withPlainAndGzip(Array(text.utf8)) { path in
                    let roles = [ColumnRole](repeating: .feature(missing: .standard, forceText: false), count: 2)
                    let one = error { try TableReader(path: path).read(roles, threads: 1) }
                    #expect(one != nil)
                    for (threads, size) in [(2, 64), (3, 8), (5, 16)] {
                        let many = error {
                            try TableReader(path: path, bufferSize: size, partSize: 1).read(roles, threads: threads)
                        }
                        #expect(many == one)
                    }
                }
            }
        }
    }

    @Test(arguments: ["a,b\n", "a,b", "a,b\r\n", "\n\r\na,b", "\n\na,b\n\n", "\u{FEFF}a,\"b\nc\"", "a", "a\n"])
    func `a table of nothing but its header has no data rows, however many threads look for them`(text: String) throws {
        try withPlainAndGzip(Array(text.utf8)) { path in
            for threads in 1 ... 3 {
                let found = error {
                    let reader = try TableReader(path: path, bufferSize: 8, partSize: 1)
                    return try reader.read(reader.header.map { _ in ColumnRole.text }, threads: threads)
                }
                #expect(found?.problem == "the table has no data rows")
            }
        }
    }

    @Test(arguments: [true, false])
    func `number columns take hardly more room than their numbers, however they are read`(endsWithLineFeed: Bool) throws {
        // Rows become shorter, so that the first ones mislead about how many there are.
        var text = "a,b\n" + (0 ..< 6000).map { "\(String(repeating: "1", count: 1 + (6000 - $0) / 500)),\($0)\n" }.joined()
        if !endsWithLineFeed { text.removeLast() }
        let roles = [ColumnRole](repeating: .feature(missing: .standard, forceText: false), count: 2)
        try withPlainAndGzip(Array(text.utf8)) { path in
            for threads in 1 ... 3 {
                let table = try TableReader(path: path, bufferSize: 2048, partSize: 1).read(roles, threads: threads)
                for column in table.columns {
                    let values = try #require(column.floats)
                    #expect(values.count == 6000)
                    #expect(values.capacity < 6000 * 5 / 4)
                }
            }
        }
    }

    @Test func `a piece of a wide table has many rows, but is not large beyond measure`() throws {
        try withFile("t.csv", Array("a,b\n1,2\n".utf8)) { path in
            let (reader, file) = try (TableReader(path: path), FileBytes(path: path))
            #expect(reader.pieceSize(file, header: 100) == 1 << 18)
            #expect(reader.pieceSize(file, header: 100_000) == 6_400_000)
            #expect(reader.pieceSize(file, header: 1_000_000) == 1 << 24)
        }
    }

    @Test func `a small table is read by the caller's thread alone`() throws {
        let text = "a,b\n" + String(repeating: "1,2\n", count: 10_000)
        try withPlainAndGzip(Array(text.utf8)) { path in
            let threads = try TableReader(path: path).worthwhileThreads(FileBytes(path: path))
            #expect(threads <= 1)
        }
    }
}
