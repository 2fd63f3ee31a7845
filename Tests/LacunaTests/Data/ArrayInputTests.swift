import Tables
import TestSupport
import Testing

@testable import Lacuna

/// Archives, sparse matrices and mapped arrays as sources of a run.
@Suite struct ArrayInputTests {
    private static let names = ["t*:binary"]

    /// Rows with gaps, bits, a constant column and plain numbers.
    private func rows(_ count: Int = 60) -> [[Float]] {
        var random = SeededGenerator(seed: 71)
        var rows: [[Float]] = []
        for row in 0..<count {
            let plain = Float.random(in: -3...9, using: &random), large = Float.random(in: 100...200, using: &random)
            let bit: Float = row % 3 == 0 ? 1 : 0, other: Float = row % 5 == 1 ? .nan : Float(row % 2)
            rows.append([plain, bit, 4, row % 7 == 2 ? .nan : large, other])
        }
        return rows
    }

    private func loaded(_ data: DataDeclaration, _ objectives: String..., mostInMemory: Int = ArrayFiles.mostInMemory) throws -> TrainingData {
        var data = data
        data.split = data.split ?? [1, 0, 0]
        return try TrainingData.load(
            data, objectives: objectives.map { try ObjectiveDeclaration(parsing: $0) }, mostInMemory: mostInMemory)
    }

    @Test(arguments: [[Double]([1, 0, 0]), [0.6, 0.2, 0.2]], [[String](), ["4"]])
    func `mapped features are those in memory, bit for bit, and so are encoder, warnings and training`(
        split: [Double], missing: [String]
    ) throws {
        let folder = try DataFolder()
        let labels: [[Float]] = (0..<60).map { row in
            let second: Float = row % 4 == 0 ? .nan : Float(row / 3 % 2)
            return [Float(row % 2), second]
        }
        let data = arrays(try folder.npy(rows()), try folder.npy(labels)) {
            $0.split = split
            $0.ignore = ["x0"]
            $0.missingFeatures = missing
        }
        let memory = try loaded(data, "t*:binary"), mapped = try loaded(data, "t*:binary", mostInMemory: 0)
        #expect(memory.preprocessing == mapped.preprocessing)
        #expect(memory.warnings == mapped.warnings)
        #expect(memory.split == mapped.split)
        for part in Part.allCases {
            guard let ours = memory.datasets[part], let theirs = mapped.datasets[part] else { continue }
            guard case .encoded = theirs.features.storage else {
                Issue.record("the features are not mapped")
                return
            }
            #expect(ours.features.values.map(\.bitPattern) == theirs.features.values.map(\.bitPattern))
            #expect(ours.fingerprint == theirs.fingerprint)
        }
        func trained(_ data: TrainingData) throws -> Predictions {
            let train = try #require(data.datasets[.train])
            let model = try Model(
                features: train.features.columns, encoder: .dense(6), objectives: data.objectives, seed: 3, threads: 1)
            try model.fit(train, validation: data.datasets[.valid], epochs: 2, batchSize: 16)
            return try model.predict(train.features)
        }
        #expect(try trained(memory) == trained(mapped))
        let again = try mapped.preprocessing.features(from: data, mostInMemory: 0)
        let once = try memory.preprocessing.features(from: data)
        #expect(again.features.values.map(\.bitPattern) == once.features.values.map(\.bitPattern))
        #expect(again.warnings == once.warnings)
    }

    @Test func `an infinite feature of a mapped array is named with its place, and only where it is a feature`() throws {
        let folder = try DataFolder()
        var features = rows()
        features[7][3] = .infinity
        let data = arrays(try folder.npy(features), try folder.npy((0..<60).map { row in [Float(row % 2)] }))
        let found = try refusal { try loaded(data, "t0:binary", mostInMemory: 0) }
        #expect(found.problem == "feature inf is infinite")
        #expect(found.row == 8)
        #expect(found.column == "x3")
        var ignoring = data
        ignoring.ignore = ["x3"]
        #expect(try loaded(ignoring, "t0:binary", mostInMemory: 0).datasets[.train]?.features.columns == 5)
    }

    @Test func `sparse labels are the dense ones with NaN where nothing is stored, a stored 0 is observed`() throws {
        let folder = try DataFolder()
        var random = SeededGenerator(seed: 72)
        var dense: [[Float]] = [], stored: [[(column: Int, value: Float)]] = []
        for row in 0..<50 {
            var cells: [Float] = [], elements: [(column: Int, value: Float)] = []
            for slot in 0..<7 {
                let isObserved = Float.random(in: 0..<1, using: &random) < 0.3
                let value: Float = isObserved ? Float.random(in: 0...1, using: &random).rounded() : .nan
                cells.append(value)
                // A NaN may be stored too; it is missing.
                if isObserved || (row == 4 && slot == 6) { elements.append((slot, value)) }
            }
            dense.append(cells)
            stored.append(elements)
        }
        let path = folder.path("y.npz"), x = try folder.npy(rows(50))
        try write(ArrayBytes.sparse(stored, columns: 7), to: path)
        let names = try folder.text("names.txt", "a\nb\nc\nd\ne\nf\ng\n")
        let declared = ["a:binary", "group=[bcd]:multilabel", "e:categorical:classes=0|1", "f:regression", "g:ordinal:levels=0|1"]
        func table(_ labels: String) throws -> TrainingData {
            let data = arrays(x, labels) {
                $0.labelNames = names
                $0.split = [1, 0, 0]
            }
            return try TrainingData.load(
                data, objectives: declared.map { try ObjectiveDeclaration(parsing: $0) }, unlabelled: .keep)
        }
        let sparse = try table(path), full = try table(folder.npy(dense))
        #expect(sparse.datasets[.train]?.labels == full.datasets[.train]?.labels)
        #expect(sparse.coverage == full.coverage)
        let scored = try sparse.preprocessing.dataset(from: arrays(x, path) { $0.labelNames = names }, objectives: sparse.objectives)
        #expect(scored.dataset.labels == full.datasets[.train]?.labels)
    }

    @Test func `uncertain cells of arrays keep their state, dense and sparse`() throws {
        let folder = try DataFolder()
        let cells: [Float] = (0..<60).map { Float($0 % 3) - 1 }
        let x = try folder.npy(rows()), dense = try folder.npy(cells.map { [$0] }), sparse = folder.path("u.npz")
        try write(ArrayBytes.sparse(cells.map { [(0, $0)] }, columns: 1), to: sparse)
        let declared = "t0:binary:uncertain=-1:soft(0.55,0.85)"
        let tables = try [dense, sparse].map { try #require(loaded(arrays(x, $0), declared).datasets[.train]).labels }
        #expect(tables[0] == tables[1])
        let states = try #require(tables[0].states)
        for row in 0..<60 {
            #expect(states[row] == (row % 3 == 0 ? .uncertain : .known))
            if row % 3 == 0 { #expect(0.55...0.85 ~= tables[0].values[row]) }
        }
    }

    @Test func `weights of array labels are those beside observed ones, dense and sparse`() throws {
        let folder = try DataFolder()
        let x = try folder.npy(rows(4)), y = try folder.npy([[1, .nan], [0, 1], [.nan, 0], [1, 0]])
        let wanted: [Float] = [2, 3, 0.5, 4, 0, 1]
        let dense = try folder.npy([[2, -9], [3, 0.5], [.nan, 4], [0, 1]]), sparse = folder.path("w.npz")
        func write(_ third: [(column: Int, value: Float)]) throws {
            try TestSupport.write(
                ArrayBytes.sparse([[(0, 2)], [(0, 3), (1, 0.5)], third, [(0, 0), (1, 1)]], columns: 2), to: sparse)
        }
        try write([(1, 4)])
        for path in [dense, sparse] {
            let data = try loaded(arrays(x, y) { $0.cellWeights = path }, "t*:binary")
            #expect(data.datasets[.train]?.labels.slotWeights == wanted)
        }
        try write([])
        let found = try refusal { try loaded(arrays(x, y) { $0.cellWeights = sparse }, "t*:binary") }
        #expect(found.problem == "the weight of a label is not stored")
        #expect((found.row, found.column) == (3, "t1"))
    }

    @Test func `matrices side by side give back each other's rows and columns, however they are stored`() throws {
        let folder = try DataFolder()
        let sparsePath = folder.path("s.npz")
        try write(ArrayBytes.sparse((0..<60).map { [($0 % 5, Float($0)), (5, -1)] }, columns: 6), to: sparsePath)
        let labels = try folder.npy((0..<60).map { [Float($0 % 2)] })
        func features(_ path: String, _ most: Int = ArrayFiles.mostInMemory) throws -> FeatureMatrix {
            try #require(loaded(arrays(path, labels), "t0:binary", mostInMemory: most).datasets[.train]).features
        }
        let x = try folder.npy(rows())
        let parts = try [features(x), features(sparsePath), features(x, 0)]
        let joined = FeatureMatrix.joined(parts), chosen = [7, 3, 3, 59]
        let flat = FeatureMatrix(rows: 60, columns: joined.columns, values: joined.values)
        #expect(joined == flat && joined.firstNotFinite() == nil)
        #expect(joined.selecting(rows: chosen) == flat.selecting(rows: chosen))
        var first = 0
        for part in parts {
            let range = first..<first + part.columns
            #expect(joined.selecting(columns: range) == part && flat.selecting(columns: range) == part)
            #expect(joined.selecting(rows: chosen).selecting(columns: range) == part.selecting(rows: chosen))
            #expect(joined[7, range.lowerBound] == part[7, 0])
            first = range.upperBound
        }
        guard case .sparse = joined.selecting(columns: parts[0].columns..<parts[0].columns + parts[1].columns).storage else {
            Issue.record("sparse columns are no longer sparse")
            return
        }
    }

    @Test func `a mask, dense or sparse, hides stored labels`() throws {
        let folder = try DataFolder()
        let path = folder.path("y.npz"), mask = folder.path("mask.npz")
        try write(ArrayBytes.sparse([[(0, 1), (1, 77)], [(0, 0), (1, 1)], [(1, 0)]], columns: 2), to: path)
        try write(ArrayBytes.sparse([[(0, 1)], [(0, 2), (1, 1)], [(0, 1), (1, 1)]], columns: 2), to: mask)
        let x = try folder.npy([[1, 2], [3, 5], [4, 4]])
        let dense = try folder.npy([[1, 0], [1, 1], [1, 1]])
        for given in [mask, dense] {
            let data = try loaded(arrays(x, path) { $0.mask = given }, "t*:binary")
            #expect(data.labels(slot: 0) == [0: 1, 1: 0])
            #expect(data.labels(slot: 1) == [1: 1, 2: 0])
        }
    }

    @Test func `features and labels can share one archive`() throws {
        let folder = try DataFolder()
        let path = folder.path("both.npz")
        try write(
            ArrayBytes.npz([
                ("y", ArrayBytes.floats([[0], [1], [1]])), ("x", ArrayBytes.floats([[1, 2], [3, 5], [4, 4]])),
                ("other", ArrayBytes.floats([[1], [1], [0]])),
            ]), to: path)
        #expect(try loaded(arrays(path, path), "t0:binary").labels() == [0: 0, 1: 1, 2: 1])
        #expect(try loaded(arrays(path, path + ":other"), "t0:binary").labels() == [0: 1, 1: 1, 2: 0])
    }

    @Test func `sparse features are scaled by their largest magnitude, bits and zeros stay`() throws {
        let folder = try DataFolder()
        let path = folder.path("x.npz")
        // x0 bits, x1 numbers, x2 never stored, x3 with a missing cell, x4 the same everywhere.
        try write(
            ArrayBytes.sparse(
                [[(0, 1), (1, -8), (4, 3)], [(1, 2), (3, .nan), (4, 3)], [(0, 1), (4, 3)], [(3, 0.5), (4, 3)]], columns: 5), to: path)
        let data = try loaded(arrays(path, try folder.npy([[0], [1], [1], [0]])), "t0:binary")
        let train = try #require(data.datasets[.train])
        guard case .sparse(let sparse) = train.features.storage else {
            Issue.record("the features are not sparse")
            return
        }
        #expect(data.preprocessing.featureNames == ["x0", "x1", "x2", "x3", "x3.missing", "x4"])
        #expect(
            train.features.values == [
                1, -1, 0, 0, 0, 0,
                0, 0.25, 0, 0, 1, 0,
                1, 0, 0, 0, 0, 0,
                0, 0, 0, 1, 0, 0,
            ])
        #expect(sparse.matrix.stored == 6)
        // Another file, dense, is encoded as the sparse one of training was.
        let again = try data.preprocessing.features(from: arrays(try folder.npy([[1, -8, 0, .nan, 3]]), nil))
        #expect(again.features.values == [1, -1, 0, 0, 1, 0])
    }

    @Test func `parts of sparse features share one matrix`() throws {
        let folder = try DataFolder()
        let path = folder.path("x.npz")
        let stored: [[(column: Int, value: Float)]] = (0..<40).map { row in [(row % 2, Float(row + 1))] }
        try write(ArrayBytes.sparse(stored, columns: 2), to: path)
        let data = try loaded(
            arrays(path, try folder.npy((0..<40).map { row in [Float(row % 2)] })) { $0.split = [0.5, 0.25, 0.25] }, "t0:binary")
        for part in Part.allCases {
            guard let set = data.datasets[part], case .sparse(let sparse) = set.features.storage else {
                Issue.record("\(part) is not sparse")
                continue
            }
            #expect(sparse.matrix.stored == 40)
            #expect(sparse.chosen?.map { Int($0) } == data.rowsOfPart[part])
        }
    }

    @Test func `a model of dense features takes sparse rows of the same columns`() throws {
        let folder = try DataFolder()
        let data = try loaded(
            arrays(try folder.npy([[1, 0], [3, 2], [8, 0]]), try folder.npy([[0], [1], [1]])), "t0:binary")
        let path = folder.path("x.npz")
        try write(ArrayBytes.sparse([[(0, 1)], [(0, 3), (1, 2)], [(0, 8)]], columns: 2), to: path)
        let sparse = try data.preprocessing.features(from: arrays(path, nil))
        #expect(sparse.features == data.datasets[.train]?.features)
    }
}
