import Foundation
import Tables
import Testing

/// Files made by numpy and pandas; `Tests/Goldens/make_tables.py` names their versions.
@Suite struct GoldenTests {
    struct Expected: Decodable {
        struct Array: Decodable {
            let shape: [Int]
            let values: [Number]
        }
        let arrays: [String: Array]
        let csv: [String: [Cell]]
    }

    /// A JSON number, or "nan", "inf", "-inf".
    struct Number: Decodable {
        let value: Double
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                value = number
            } else {
                value = Double(try container.decode(String.self))!
            }
        }
    }

    enum Cell: Decodable {
        case number(Float), word(String), missing
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .missing
            } else if let number = try? container.decode(Double.self) {
                self = .number(Float(number))
            } else {
                self = .word(try container.decode(String.self))
            }
        }
    }

    static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")
    static func path(_ name: String) -> String { goldens.appendingPathComponent("tables/\(name)").path }
    static let expected = try! JSONDecoder().decode(
        Expected.self, from: Data(contentsOf: goldens.appendingPathComponent("tables.json")))

    @Test(arguments: expected.arrays.keys.sorted())
    func `an array has the values that numpy reads`(name: String) throws {
        let array = try NPYArray(path: GoldenTests.path(name))
        let golden = GoldenTests.expected.arrays[name]!
        #expect(array.shape == golden.shape)
        #expect(array.rows * array.columns == golden.values.count)
        var index = 0
        array.forEachRow { row, values in
            for column in 0 ..< values.count {
                let wanted = golden.values[index].value
                #expect(values[column] == wanted || (values[column].isNaN && wanted.isNaN))
                let single = array.value(row: row, column: column)
                #expect(single == wanted || (single.isNaN && wanted.isNaN))
                index += 1
            }
        }
        let floats = try array.floats()
        #expect(
            floats.map { $0.isNaN ? "nan" : "\($0)" } == golden.values.map { $0.value.isNaN ? "nan" : "\(Float($0.value))" })
    }

    @Test func `every number type, byte order and memory order has a golden file`() {
        let names = Set(GoldenTests.expected.arrays.keys)
        for code in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"] {
            for order in code.hasSuffix("1") ? ["little"] : ["little", "big"] {
                #expect(names.contains("\(code)_\(order)_c.npy") && names.contains("\(code)_\(order)_fortran.npy"))
            }
        }
    }

    @Test(arguments: [
        ("complex", "the array holds complex numbers"), ("strings", "the array holds strings"),
        ("objects", "the array holds Python objects"), ("records", "the array holds records"), ("dates", "the array holds dates"),
        ("cube", "the array has 3 axes, its shape is (2, 3, 4)"),
    ])
    func `an array of anything else is refused`(name: String, problem: String) {
        let found = error { try NPYArray(path: GoldenTests.path("refused_\(name).npy")) }
        #expect(found?.problem == problem)
        #expect(found?.file == "refused_\(name).npy")
    }

    @Test(arguments: ["pandas.csv", "pandas_crlf.csv", "pandas.tsv", "pandas.csv.gz", "two_members.csv.gz"])
    func `a table that pandas wrote has the values that pandas reads`(name: String) throws {
        let reader = try TableReader(path: GoldenTests.path(name))
        #expect(reader.header == ["id", "small", "wide", "count", "word", "gaps", "flag"])
        let table = try reader.read(
            reader.header.map { $0 == "id" ? .text : .feature(missing: .standard, forceText: false) })
        #expect(table.rows == 40)
        for (column, name) in zip(table.columns, reader.header) {
            let cells = GoldenTests.expected.csv[name]!
            if let floats = column.floats {
                for (found, cell) in zip(floats, cells) {
                    switch cell {
                    case .number(let wanted): #expect(found == wanted)
                    case .missing: #expect(found.isNaN)
                    case .word: Issue.record("a word in \(name)")
                    }
                }
            } else {
                let words = cells.map { if case .word(let word) = $0 { word } else { "" } }
                // pandas writes the line break of a cell as it is, whatever the line end of the rows.
                #expect(column.strings == words)
            }
        }
    }

    @Test func `the index that pandas writes is refused with the fix`() {
        #expect(error { try TableReader(path: GoldenTests.path("pandas_index.csv")) }?.problem == "column 1 has no name")
    }
}

/// The shared data sets, where they are present beside the package.
@Suite struct RealDataTests {
    static let folder = GoldenTests.goldens.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data").path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: folder + "/tox21.csv.gz")))
    func `Tox21 has its rows and its share of labels`() throws {
        let reader = try TableReader(path: RealDataTests.folder + "/tox21.csv.gz")
        #expect(reader.header.count == 2 + 12 + 1024)
        // Fingerprints are skipped to keep the test quick in a debug build; the first one stands for them.
        let table = try reader.read(
            reader.header.indices.map { index in
                if index < 2 { return .text }
                if index < 14 { return .label(missing: .standard) }
                return index == 14 ? .feature(missing: .standard, forceText: false) : .skip
            })
        #expect(table.rows == 7831)
        let observed = table.columns.compactMap(\.labels).map(\.rows.count).reduce(0, +)
        #expect((Double(observed) / Double(12 * 7831) * 10_000).rounded() == 8295)
        #expect(table.columns[0].strings?.first == "tox21-00000")
        guard case .text(let split) = table.columns[1] else { throw TableError("split is not text") }
        #expect(Set(split.vocabulary) == ["train", "valid", "test"])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: folder + "/tox21_y.npy")))
    func `the label array of Tox21 agrees with its table`() throws {
        let array = try NPYArray(path: RealDataTests.folder + "/tox21_y.npy")
        #expect(array.shape == [7831, 12])
        #expect(array.dtype == .int8)
        let observed = try array.floats().count { $0 != -1 }
        #expect((Double(observed) / Double(12 * 7831) * 10_000).rounded() == 8295)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: folder + "/chexpert_format_MADE_UP.csv")))
    func `in CheXpert's layout −1 is a label`() throws {
        let reader = try TableReader(path: RealDataTests.folder + "/chexpert_format_MADE_UP.csv")
        let table = try reader.read(reader.header.indices.map { $0 < 5 ? .text : .label(missing: .standard) })
        let cells = table.columns.compactMap(\.labels).flatMap(\.cells)
        #expect(cells.contains(.number(-1)))
        #expect(cells.allSatisfy { [.number(-1), .number(0), .number(1)].contains($0) })
    }
}
