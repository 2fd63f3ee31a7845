import Tables
import Testing

@Suite struct CSVReaderTests {
    @Test func `numbers are read in the usual forms`() throws {
        let table = try read("a,b\n1,+2.5\n-3e2, 4 \n.5,5.\n\"6\",1E-3\n")
        #expect(table.rows == 4)
        #expect(table.columns[0].floats == [1, -300, 0.5, 6])
        #expect(table.columns[1].floats == [2.5, 4, 5, 1e-3])
    }

    @Test func `a quoted field may hold a line break`() throws {
        let table = try read("a,b\n\"one\ntwo\",1\nthree,2\n")
        #expect(table.columns[0].strings == ["one\ntwo", "three"])
        #expect(table.line(ofRow: 1) == 2)
        #expect(table.line(ofRow: 2) == 4)
    }

    @Test func `a doubled quote is one quote`() throws {
        #expect(try read("a,b\n\"say \"\"hi\"\"\",1\n\"\"\"\",2\n").columns[0].strings == ["say \"hi\"", "\""])
    }

    @Test func `CRLF, LF and a last line without a line end read the same`() throws {
        for text in ["a,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r\n1,x\n2,y", "\u{FEFF}a,b\n1,\"x\"\r\n2,\"y\""] {
            let table = try read(text)
            #expect(table.columns[0].floats == [1, 2])
            #expect(table.columns[1].strings == ["x", "y"])
        }
    }
}
