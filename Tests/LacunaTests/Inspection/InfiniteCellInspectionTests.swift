import Foundation
import TestSupport
import Testing

@testable import Lacuna

@Suite struct InfiniteCellInspectionTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    private func seen(_ found: Inspection) -> Set<String> {
        Set(found.tokens.filter(\.isIllegal).map { "\($0.column) \($0.token) \($0.count) \($0.rows)" })
    }

    @Test func `infinite cells of a table are suspicious tokens, and illegal ones beside them too`() throws {
        let data = table(
            try folder.csv("x,z,y,c", "1,2,0.5,0", "2,inf,inf,1", "3,4,-inf,2", "4,1e39,1e999,1", "5,6,inf,0", "6,7,3,1")
        ) { $0.split = [1, 0, 0] }
        let found = try inspect(data, "y:regression", "c:binary")
        #expect(
            seen(found) == [
                "z inf 1 [2]", "z 1e39 1 [4]", "y inf 2 [2, 5]", "y -inf 1 [3]", "y 1e999 1 [4]", "c 2 1 [3]",
            ])
        #expect(found.objectives[0].parts[.train]?.observed == 2)
        #expect(found.warnings.contains { $0.hasPrefix("'inf' in column 'y' stops training (2 cells, rows 2, 5)") })
        #expect(found.tokens.first { $0.column == "y" }?.fix == "correct it, or declare it missing: --missing 'inf'")
    }

    @Test func `infinite elements of arrays are too, dense and sparse, and masked ones are not looked at`() throws {
        let inf = Float.infinity
        let rows: [[Float]] = [[0, 0], [1, 1], [2, 4], [3, inf], [4, 1], [5, 0], [6, 1], [7, 4]]
        let labels: [[Float]] = [[0, 0], [1, 1], [-inf, 0], [3, 1], [4, 0], [5, inf], [6, 0], [7, 1]]
        let mask = try folder.npy([[1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 0], [1, 1], [1, 1]])
        func declared(_ features: String, _ labels: String, mask: String?) -> DataDeclaration {
            arrays(features, labels) { ($0.split, $0.mask) = ([1, 0, 0], mask) }
        }
        let dense = declared(try folder.npy(rows), try folder.npy(labels), mask: mask)
        #expect(try seen(inspect(dense, "t0:regression", "t1:binary")) == ["x1 inf 1 [4]", "t0 -inf 1 [3]"])
        func sparse(_ name: String, _ rows: [[Float]]) throws -> String {
            var cells: [[(column: Int, value: Float)]] = []
            for row in rows { cells.append([(0, row[0]), (1, row[1])].filter { $0.1 != 0 }) }
            try Data(ArrayBytes.sparse(cells, columns: 2)).write(to: folder.url.appending(path: name))
            return folder.path(name)
        }
        let stored = declared(try sparse("x.npz", rows), try sparse("y.npz", labels), mask: nil)
        let found = try inspect(stored, "t0:regression", "t1:regression")
        #expect(seen(found) == ["x1 inf 1 [4]", "t0 -inf 1 [3]", "t1 inf 1 [6]"])
        // Six are stored beside the infinite one; the 0 of row 0 is not.
        #expect(found.objectives[0].parts[.train]?.observed == 6)
    }

    @Test func `a declared infinity is missing in arrays as in tables`() throws {
        let rows: [[Float]] = [[0, 0], [1, 1], [2, 4], [3, .infinity], [4, 1], [5, 0], [6, 1], [7, 4]]
        let data = arrays(try folder.npy(rows), try folder.npy([[0], [.infinity], [2], [3], [4], [5], [6], [7]])) {
            ($0.missing, $0.missingFeatures, $0.split) = (["inf"], ["inf"], [1, 0, 0])
        }
        let found = try inspect(data, "t0:regression")
        #expect(found.tokens.isEmpty)
        #expect(found.objectives[0].parts[.train]?.observed == 7)
    }

    @Test func `where nothing but infinite labels is there, they are the error`() throws {
        let data = table(try folder.csv("x,y", "1,inf", "2,inf", "3,-inf"))
        let error = try refusal { try inspect(data, "y:regression") }
        #expect(error.problem == "label 'inf' is infinite" && error.row == 1)
    }
}
