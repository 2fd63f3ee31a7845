import Foundation
import Tables
import TestSupport
import Testing

@testable import Lacuna

/// What bounds the memory of an inspection changes none of its answers.
@Suite struct LargeInspectionTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    /// The smallest and largest numbers say the same of markers as all of them.
    @Test(arguments: 0..<40)
    func `the ends of a column decide about markers as the whole column does`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let markers = SuspectToken.numbers.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random))
        let spread = [3, 12, 60, 4000].randomElement(using: &random) ?? 3, least = Bool.random(using: &random) ? 0 : -spread
        var all: [Double] = (0..<200).map { _ in Double(Int.random(in: least...spread, using: &random)) }
        for marker in markers { all += Array(repeating: marker, count: Int.random(in: 1...80, using: &random)) }
        var counts: [Double: Int] = [:], extremes = Extremes(columns: 2)
        for value in all.shuffled(using: &random) {
            counts[value, default: 0] += 1
            extremes.add(value, column: 1)
        }
        let whole = SuspectToken.suspects(counts.map { (value: $0.key, count: $0.value) }.sorted { $0.value < $1.value })
        let ends = SuspectToken.suspects(extremes.values(1))
        #expect(ends.map(\.value) == whole.map(\.value) && ends.map(\.count) == whole.map(\.count) && ends.map(\.why) == whole.map(\.why))
        #expect(extremes.values(0).isEmpty)
    }

    @Test func `rows are the same elements and the same repeats however they are stored`() throws {
        var random = SeededGenerator(seed: 4)
        let rows = (0..<50).map { _ in (0..<9).map { _ in [0, 0, 0, 1, -0.0, 2.5].randomElement(using: &random) as Float? ?? 0 } }
        let dense = FeatureMatrix(rows)
        let sparse = dense.sparseSelecting(columns: Array(0..<9))
        func elements(_ matrix: FeatureMatrix) -> [[Int32: Float]] {
            var all: [[Int32: Float]] = []
            matrix.forEachSparseRow { _, columns, values in
                all.append(Dictionary(uniqueKeysWithValues: (0..<columns.count).map { (columns[$0], values[$0]) }))
            }
            return all
        }
        #expect(elements(dense) == elements(sparse))
        #expect(elements(dense)[7] == Dictionary(uniqueKeysWithValues: rows[7].enumerated().filter { $0.element != 0 }.map { (Int32($0.offset), $0.element) }))
        let (first, second) = (sparse.selecting(rows: [3, 1]), sparse.selecting(rows: [7]))
        #expect(FeatureMatrix.stacked([first, second]) == dense.selecting(rows: [3, 1, 7]))
        #expect(FeatureMatrix.stacked([dense.selecting(rows: [3, 1]), dense.selecting(rows: [7])]) == dense.selecting(rows: [3, 1, 7]))
        func repeats(_ matrix: FeatureMatrix) -> RepeatedRows {
            let objectives: [Objective] = [.binary("a")]
            let dataset = Dataset(features: matrix, objectives: objectives, labels: LabelTable(rows: matrix.rows, slots: 1))
            return RepeatedRows([.train: dataset], fileRows: [:])
        }
        let chosen = [0, 1, 2, 1, 3, 0, 1]
        #expect(repeats(dense.selecting(rows: chosen)) == repeats(sparse.selecting(rows: chosen)))
        #expect(repeats(dense.selecting(rows: chosen)).examples == [[1, 6], [2, 4, 7]])
    }

    /// 40 sparse columns, of which column 31 decides whether the label is there.
    private func sparse() throws -> DataDeclaration {
        var random = SeededGenerator(seed: 6)
        var cells: [[(column: Int, value: Float)]] = [], labels: [[Float]] = []
        for row in 0..<300 {
            var own: [(column: Int, value: Float)] = []
            for column in 0..<40 where Int.random(in: 0..<(column < 31 ? 40 : 2), using: &random) == 0 {
                own.append((column, column == 2 && row % 3 == 0 ? -999 : 1 + Float(column % 3) * Float.random(in: 0...1, using: &random)))
            }
            cells.append(own)
            labels.append([own.contains { $0.column == 31 } ? Float(row % 2) : .nan])
        }
        try Data(ArrayBytes.sparse(cells, columns: 40)).write(to: folder.url.appending(path: "x.npz"))
        return arrays(folder.path("x.npz"), try folder.npy(labels)) { $0.split = [0.6, 0.2, 0.2] }
    }

    @Test func `of very many features those that vary most take part, and the telling one is named`() throws {
        let loaded = try TrainingData.load(
            try sparse(), objectives: [try ObjectiveDeclaration(parsing: "t0:binary")], unlabelled: .keep)
        let rows = InspectedRows(loaded)
        #expect(rows.isSparse && rows.features([0, 5, 299]).isSparse)
        for most in [10, 1000] {
            let found = try MissingnessSummary(rows, seed: 0, threads: 1, mostColumns: most)
            #expect(found.columns == (min(most, 40), 40))
            #expect(found.slots[0].tells.first?.feature == "x31")
            #expect(try #require(found.slots[0].finding.estimate).value > 0.95)
        }
    }

    @Test func `a marker among the stored elements of sparse features is found`() throws {
        let found = try Inspection.load(
            try sparse(), objectives: [ObjectiveDeclaration(parsing: "t0:binary")], batchSize: 4, threads: 1)
        let token = try #require(found.tokens.first)
        #expect((token.column, token.token) == ("x2", "-999"))
        #expect(token.count >= 2 && token.rows.allSatisfy { $0 % 3 == 1 })
    }

    @Test func `the sums of the first layer rank rows as the network does, and few columns at hand name the same feature`() throws {
        var random = SeededGenerator(seed: 3)
        let features = FeatureMatrix(rows: 400, columns: 12) { _, _ in Float.random(in: -1...1, using: &random) }
        let observed = (0..<400).filter { features[$0, 7] + Float.random(in: -0.4...0.4, using: &random) > 0 }
        let labels = LabelTable(rows: 400, columns: [observed.map { .init(row: $0, value: 1) }])
        let model = try MissingnessModel.fit(features: features, labels: labels, objectives: [.binary("a")], threads: 1)
        let layers = try #require(TellLayers(model.networks[0].model))
        var sums = (0..<400).flatMap { _ in layers.bias }
        features.forEachSparseRow { row, columns, values in
            for index in 0..<columns.count { layers.add(values[index], column: Int(columns[index]), to: &sums, row: row) }
        }
        let probabilities = try model.networks[0].probabilities(features)
        let scores = (0..<400).map { layers.score(sums, row: $0, output: 0) }
        let shift = Double(scores[0]) - logit(probabilities[0])
        #expect((0..<400).allSatisfy { (Double(scores[$0]) - logit(probabilities[$0]) - shift).magnitude < 1e-3 })
        let groups = FeatureGroup.columns(12)
        let all = try #require(model.tells(groups, most: 5, mostCells: 1_000_000)[0])
        let few = try #require(model.tells(groups, most: 5, mostCells: 400)[0])
        #expect(all.first?.feature == "x7" && few.first == all.first)
    }

    private func logit(_ probability: Float) -> Double { log(Double(probability) / (1 - Double(probability))) }
}
