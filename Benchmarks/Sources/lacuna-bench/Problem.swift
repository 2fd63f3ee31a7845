import Foundation
import Lacuna

/// A problem as Benchmarks/make_data.py writes it: a folder with features, observed labels and `problem.json`.
struct Problem {
    /// The file `problem.json`.
    struct Facts: Decodable {
        /// The file of the features: a dense array, or a sparse matrix.
        let x: String
        /// Widths of the encoder's layers.
        let hidden: [Int]
        let batch: Int
        /// Objectives called b0, b1, …
        let binaries: Int
        /// Objectives called c0, c1, …, each of `classes` classes.
        let categoricals: Int
        let classes: Int
        /// Hidden widths of each objective's tower; empty: linear heads.
        let tower: [Int]
    }

    let folder: String
    let facts: Facts

    init(_ folder: String) throws {
        self.folder = folder
        facts = try JSONDecoder().decode(Facts.self, from: Data(contentsOf: URL(filePath: "\(folder)/problem.json")))
    }

    /// Features and labels through the loader that the command uses, all rows as training rows in the file's order.
    func load() throws -> (data: Dataset, objectives: [Objective]) {
        var files = DataDeclaration()
        files.features = "\(folder)/\(facts.x)"
        files.labels = "\(folder)/y.npz"
        files.labelNames = "\(folder)/names.txt"
        files.split = [1, 0, 0]
        var declarations: [ObjectiveDeclaration] = []
        if facts.binaries > 0 { declarations.append(ObjectiveDeclaration(columns: .glob("b*"), kind: .binary)) }
        if facts.categoricals > 0 {
            var declaration = ObjectiveDeclaration(columns: .glob("c*"), kind: .categorical)
            declaration.classes = (0..<facts.classes).map { "\($0)" }
            declarations.append(declaration)
        }
        let head: Head = facts.tower.isEmpty ? .linear : .tower(facts.tower)
        let loaded = try TrainingData.load(files, objectives: declarations, defaultHead: head, unlabelled: .keep)
        guard let data = loaded.datasets[.train] else { throw BenchError("\(folder) has no rows") }
        return (data, loaded.objectives)
    }

    func model(_ data: Dataset, _ objectives: [Objective], threads: Int) throws -> Model {
        try Model(
            features: data.features.columns, encoder: EncoderSpec(facts.hidden), objectives: objectives, seed: 0,
            threads: threads)
    }

    /// What every peer does: Adam at its usual rate, the mean over observed slots of each objective, summed.
    func settings(epochs: Int, idle: IdleHeads) -> TrainingSettings {
        TrainingSettings {
            $0.epochs = epochs
            $0.batchSize = facts.batch
            $0.idleHeads = idle
            $0.unlabelled = .keep
        }
    }
}
