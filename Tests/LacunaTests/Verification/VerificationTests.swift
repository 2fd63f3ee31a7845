import Foundation
import Tables
import TestSupport
import Testing

@testable import Lacuna

@Suite struct VerificationTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private static let declarations = [
        "tumor:binary", "tissue:categorical", "findings=f_*:multilabel", "size:regression:transform=log1p", "grade:ordinal:head=4",
    ]

    /// Ninety rows, every kind of objective, half of the labels missing under several tokens.
    private func table() throws -> DataDeclaration {
        var random = SeededGenerator(seed: 5)
        var lines = ["id,x,y,ward,tumor,tissue,f_a,f_b,size,grade"]
        for row in 0..<90 {
            let x = Float.random(in: -1...1, using: &random), y = Float.random(in: -1...1, using: &random)
            func cell(_ text: String, _ missing: String) -> String { Bool.random(using: &random) ? text : missing }
            lines.append(
                "r\(row),\(x),\(y),\(row % 2 == 0 ? "n" : "\"s,t\"")," + [
                    cell(x > 0 ? "1" : "0", ""), cell(y > 0.3 ? "\"a\"" : y < -0.3 ? "b" : "c", "NA"), cell(x < 0 ? "1" : "0", "-1"),
                    cell(y > 0 ? "1" : "0", "null"), cell("\(x * x + 1)", ""), cell(x > 0.4 ? "3" : x < -0.4 ? "1" : "2", "nan"),
                ].joined(separator: ","))
        }
        var data = DataDeclaration()
        data.file = try folder.text("table.csv", lines.joined(separator: "\n") + "\n")
        (data.id, data.missing, data.split) = ("id", ["-1"], [0.6, 0.2, 0.2])
        return data
    }

    private func verify(
        _ data: DataDeclaration, _ objectives: [String] = Self.declarations, encoder: EncoderSpec = EncoderSpec([6], dropout: 0.3),
        breaksMask: Bool = false, decisions: DecisionSettings = DecisionSettings(), folds: Int? = nil, _ change: (inout TrainingSettings) -> Void = { _ in }
    ) throws -> [String: VerificationReport.Check] {
        var settings = TrainingSettings {
            $0.epochs = 2
            $0.threads = 1
        }
        change(&settings)
        let work = folder.path("work-\(UUID().uuidString)")
        try FileSystem.makeFolder(work)
        let report = try Verification(
            data: data, objectives: objectives.map { try ObjectiveDeclaration(parsing: $0) }, encoder: encoder, settings: settings,
            decisions: decisions, folds: folds, folder: work, breaksMask: breaksMask
        ).run()
        #expect(report.passed == !report.checks.contains { $0.isFailed })
        return Dictionary(uniqueKeysWithValues: report.checks.map { ($0.name, $0) })
    }

    @Test func `a table with every kind passes every check, and every check is made`() throws {
        let checks = try verify(try table()) {
            $0.earlyStopping = 3
            $0.clip = 1
        }
        #expect(checks.keys.sorted() == ["accumulation", "control", "files", "headPaths", "poison", "resume"])
        for check in checks.values { #expect(check.outcome == .passed, "\(check)") }
        let rounding = try #require(checks["accumulation"]?.largestDifference)
        #expect(rounding < Verification.gradientTolerance)
    }

    @Test func `arrays pass with a sentinel and with a mask, and are poisoned in their files`() throws {
        var random = SeededGenerator(seed: 2)
        let x = (0..<60).map { _ in (0..<3).map { _ in Float.random(in: -1...1, using: &random) } }
        let mask = (0..<60).map { _ in (0..<2).map { _ in Float(Bool.random(using: &random) ? 1 : 0) } }
        let y = x.map { row in (0..<2).map { row[$0] > 0 ? Float(1) : 0 } }
        let sentinel = zip(y, mask).map { zip($0, $1).map { $1 == 1 ? $0 : -1 } }
        let features = try folder.npy(x)
        let masked = try arrays(features, folder.npy(y)) { [path = try folder.npy(mask)] in $0.mask = path }
        let declared = try arrays(features, folder.npy(sentinel)) { $0.missing = ["-1"] }
        for data in [masked, declared] {
            let checks = try verify(data, ["t*:binary"])
            for check in checks.values { #expect(check.outcome == .passed, "\(check)") }
            #expect(checks["files"]?.compared.contains("masked elements of the labels written again as NaN, ±1e30") == true)
        }
    }

    @Test func `a training that ignores the mask fails, with the first difference`() throws {
        let checks = try verify(try table(), breaksMask: true)
        for name in ["poison", "headPaths", "files"] {
            guard case .failed(let what) = checks[name]?.outcome else {
                Issue.record("\(name) did not fail")
                continue
            }
            #expect(what.hasPrefix("weights 'encoder.0."))
        }
        for name in ["accumulation", "resume"] { #expect(checks[name]?.outcome == .passed) }
    }

    /// Two files with names of their own for the same columns, and one that lacks a label column.
    private func twoTables() throws -> DataDeclaration {
        var random = SeededGenerator(seed: 8)
        func lines(_ header: String, _ labels: Int) -> String {
            let rows = (0..<60).map { _ in
                let x = Float.random(in: -1...1, using: &random), y = Float.random(in: -1...1, using: &random)
                let cells = (0..<labels).map { label in
                    Bool.random(using: &random) ? (label == 1 ? "\(2 + x * y)" : x > y ? "1" : "0") : Bool.random(using: &random) ? "-1" : ""
                }
                return "\(x),\(y),\(cells.joined(separator: ","))"
            }
            return ([header] + rows).joined(separator: "\n") + "\n"
        }
        var data = DataDeclaration()
        data.files = [
            .init(path: try folder.text("a.csv", lines("x,y,tumor,size", 2))),
            .init(path: try folder.text("b.csv", lines("x,why,tumour", 1)), name: "second"),
        ]
        data.rename = ["\(data.files[1].path):why=y", "second:tumour=tumor"]
        (data.missing, data.split) = (["-1"], [0.6, 0.2, 0.2])
        return data
    }

    @Test(arguments: [false, true])
    func `several tables are written again, each under its own name`(breaksMask: Bool) throws {
        let data = try twoTables(), objectives = ["tumor:binary", "size:regression"]
        let checks = try verify(data, objectives, breaksMask: breaksMask)
        let files = try #require(checks["files"])
        #expect(files.compared.contains("of 2 tables written again"))
        #expect(breaksMask ? files.isFailed : files.outcome == .passed, "\(files)")
        guard
            case .written(let written) = try PoisonedFiles.write(
                data, try objectives.map { try ObjectiveDeclaration(parsing: $0) }, to: folder.url.path)
        else {
            Issue.record("nothing was written")
            return
        }
        // Both read back to the same labels; the text of every missing cell is another one.
        func labels(_ data: DataDeclaration) throws -> LabelTable { try #require(load(data, "tumor:binary", "size:regression").datasets[.train]).labels }
        #expect(try labels(written.poisoned) == labels(data))
        for (own, theirs) in zip(data.files, written.poisoned.files) {
            #expect(own.label == theirs.label)
            let text = try (String(contentsOfFile: own.path, encoding: .utf8), String(contentsOfFile: theirs.path, encoding: .utf8))
            #expect(text.0 != text.1 && text.1.contains("1e30") && text.1.contains("poison"))
        }
    }

    private func sparse(_ values: [[(column: Int, value: Float)]], columns: Int) throws -> String {
        let path = folder.path("sparse-\(UUID().uuidString).npz")
        try FileSystem.write(ArrayBytes.sparse(values, columns: columns), to: path)
        return path
    }

    @Test func `a sparse matrix and lists store nothing where a label is missing, and that is said`() throws {
        let x = (0..<60).map { row in [Float(row % 7), Float(row % 5) - 2] }
        let features = try folder.npy(x)
        let stored = (0..<60).map { row in (0..<2).filter { (row + $0) % 3 > 0 }.map { (column: $0, value: Float((row + $0) % 2)) } }
        let checks = try verify(arrays(features, sparse(stored, columns: 2)) { $0.split = [0.6, 0.2, 0.2] }, ["t*:binary"])
        #expect(checks["files"]?.outcome == .skipped("nothing is stored in a sparse matrix where a label is missing, so there is nothing to poison"))
        #expect(checks["poison"]?.outcome == .passed)
        // A stored token that means missing is something.
        let tokens = stored.enumerated().map { row, own in row % 4 == 0 ? own.map { (column: $0.column, value: Float(-1)) } : own }
        for breaksMask in [false, true] {
            let written = try verify(
                arrays(features, sparse(tokens, columns: 2)) { ($0.missing, $0.split) = (["-1"], [0.6, 0.2, 0.2]) }, ["t*:binary"],
                breaksMask: breaksMask)
            let files = try #require(written["files"])
            #expect(breaksMask ? files.isFailed : files.outcome == .passed, "\(files)")
        }
        var lines = DataDeclaration()
        lines.file = try folder.text("lists.svm", (0..<60).map { "\($0 % 2 == 0 ? "\($0 % 3)" : "") 1:\($0 % 7) 2:\($0 % 4)\n" }.joined())
        lines.libsvm = LibSVMLabels()
        lines.libsvm?.form = .lists
        lines.libsvm?.empty = .missing
        lines.split = [0.6, 0.2, 0.2]
        let listed = try verify(lines, ["t*:binary"])
        #expect(listed["files"]?.outcome == .skipped("nothing is stored in a libsvm file where a label is missing, so there is nothing to poison"))
    }

    @Test(arguments: [false, true])
    func `a libsvm file with a token that means missing is written again`(breaksMask: Bool) throws {
        var data = DataDeclaration()
        data.file = try folder.text("values.svm", (0..<60).map { "\($0 % 3 == 0 ? "-1" : "\($0 % 2)") 1:\($0 % 7) 4:0.\($0 % 4)\n" }.joined())
        (data.missing, data.split) = (["-1"], [0.6, 0.2, 0.2])
        let files = try #require(verify(data, ["label:binary"], breaksMask: breaksMask)["files"])
        #expect(files.compared.hasPrefix("20 missing labels of the libsvm file written again as"))
        #expect(breaksMask ? files.isFailed : files.outcome == .passed, "\(files)")
    }

    @Test func `bounds and drawn labels take part, as what they are`() throws {
        var random = SeededGenerator(seed: 4)
        let rows = (0..<90).map { _ in
            let x = Float.random(in: -1...1, using: &random)
            func one(of cells: [String]) -> String { cells[Int.random(in: 0..<cells.count, using: &random)] }
            return "\(x),\(one(of: ["1", "0", "-1", "", "9"])),\(one(of: ["<0.5", ">4", "\(x + 2)", "", "9"]))"
        }
        var data = DataDeclaration()
        data.file = try folder.text("states.csv", (["x,edema,lead"] + rows).joined(separator: "\n") + "\n")
        (data.missing, data.split) = (["9"], [0.6, 0.2, 0.2])
        let objectives = ["edema:binary:uncertain=-1:soft(0.55,0.85)", "lead:regression:censored=true"]
        let train = try #require(load(data, objectives[0], objectives[1]).datasets[.train])
        let states = try #require(train.labels.states)
        #expect(Set(states) == [.known, .uncertain, .below, .above])
        let arrays = LabelArrays(train)
        let poisoned = try arrays.dataset(.poison)
        #expect(poisoned.labels.states == states)
        #expect(poisoned.labels.slotIndices == train.labels.slotIndices)
        let place = try #require(arrays.firstMissing)
        let opened = try #require(arrays.dataset(.poison, opened: place).labels.states)
        #expect(opened.count == states.count + 1 && opened.filter { $0 != .known } == states.filter { $0 != .known })
        for check in try verify(data, objectives).values { #expect(check.outcome == .passed, "\(check)") }
    }

    @Test func `balancing, frozen heads and decisions are verified as well`() throws {
        var settings = DecisionSettings()
        (settings.calibration, settings.threshold, settings.coverage) = (.isotonic, .youden, 0.8)
        let checks = try verify(try table(), decisions: settings) {
            $0.balancing = .uncertainty
            $0.earlyStopping = 1
            $0.freezeHeads = .best
        }
        for check in checks.values { #expect(check.outcome == .passed, "\(check)") }
        #expect(checks["poison"]?.compared.hasSuffix("decisions of 5 objectives") == true)
        var undivided = try table()
        undivided.split = nil
        let folds = try verify(undivided, folds: 3)
        for check in folds.values { #expect(check.outcome == .passed, "\(check)") }
    }

    @Test func `with batch norm accumulation is skipped, and that is said`() throws {
        let checks = try verify(try table(), encoder: EncoderSpec([6], norm: .batch))
        guard case .skipped(let why) = checks["accumulation"]?.outcome else {
            Issue.record("accumulation was not skipped")
            return
        }
        #expect(why.contains("batch norm"))
        #expect(checks["poison"]?.outcome == .passed)
        #expect(checks["resume"]?.outcome == .passed)
    }

    @Test func `where no label is missing the poison checks are skipped, and that is said`() throws {
        let lines = (0..<40).map { "\($0 % 7),\($0 % 2)" }
        var data = DataDeclaration()
        data.file = try folder.text("whole.csv", "x,y\n" + lines.joined(separator: "\n") + "\n")
        let checks = try verify(data, ["y:binary"])
        for name in ["poison", "control", "files"] {
            guard case .skipped = checks[name]?.outcome else {
                Issue.record("\(name) was not skipped")
                continue
            }
        }
        #expect(checks["accumulation"]?.outcome == .passed)
    }

    @Test func `poison stands in every missing slot and observed labels stay`() throws {
        let data = try load(try table(), "tumor:binary", "tissue:categorical", "findings=f_*:multilabel")
        let train = try #require(data.datasets[.train])
        let arrays = LabelArrays(train)
        #expect(arrays.missing == train.rows * 4 - train.labels.observed)
        #expect(arrays.missing > 0)
        #expect(try arrays.dataset(.poison).labels == train.labels)
        #expect(try arrays.dataset(.zeros).labels == train.labels)
        // With the mask ignored all slots are observed: nothing else keeps the fillings apart from labels.
        #expect(try arrays.dataset(.wrongLabels, ignoresMask: true).labels.observed == train.rows * 4)
        #expect(throws: DataError.self) { try arrays.dataset(.poison, ignoresMask: true) }
        let place = try #require(arrays.firstMissing)
        #expect(try arrays.dataset(.poison, opened: place).labels.observed == train.labels.observed + 1)
    }

    @Test func `a rewritten table differs in every missing cell that can, and in no other`() throws {
        let data = try table()
        let objectives = try Self.declarations.map { try ObjectiveDeclaration(parsing: $0) }
        guard case .written(let files) = try PoisonedFiles.write(data, objectives, to: folder.url.path) else {
            Issue.record("nothing was written")
            return
        }
        func cells(_ path: String?) throws -> [[String]] {
            let reader = try TableReader(path: try #require(path))
            return try reader.read(reader.header.map { _ in .text }).columns.map { column in
                guard case .text(let text) = column else { return [] }
                return text.codes.map { text.vocabulary[Int($0)] }
            }
        }
        let (before, after) = (try cells(data.file), try cells(files.poisoned.file))
        let missing = Set(["", "NA", "-1", "null", "nan"])
        var found: Set<String> = []
        for (column, (a, b)) in zip(before, after).enumerated() {
            for (was, now) in zip(a, b) {
                if column >= 4, missing.contains(was) { found.insert(now) } else { #expect(was == now) }
            }
        }
        #expect(found == ["NaN", "", "NA", "null", "1e30", "-1e30", "99999", "poison"])
        // Undeclared, the same cells stop the reader: it looks at them.
        var undeclared = files.poisoned
        undeclared.missing = data.missing
        #expect(throws: TableError.self) { try TrainingData.load(undeclared, objectives: objectives) }
    }

    @Test func `two traces differ by one bit of a weight, an optimizer's number or a loss`() throws {
        let data = try load(try table(), "tumor:binary", "size:regression")
        let trials = Trials(
            objectives: data.objectives, features: try #require(data.datasets[.train]).features.columns, encoder: EncoderSpec([4]),
            settings: TrainingSettings { $0.epochs = 1; $0.threads = 1 })
        let trace = try trials.train(data.datasets)
        #expect(trace.difference(from: try trials.train(data.datasets)) == nil)
        func nudged(_ tensors: [NamedTensor]) -> [NamedTensor] {
            var copy = tensors
            for index in copy.indices {
                guard case .floats(var values) = copy[index].values, !values.isEmpty else { continue }
                values[values.count - 1] = values[values.count - 1].nextUp
                copy[index].values = .floats(values)
                break
            }
            return copy
        }
        let weights = try #require(trace.difference(from: trace.with(weights: nudged(trace.weights))))
        #expect(weights.place == "weights 'encoder.0.kernel'" && weights.size > 0 && weights.size < 1e-5)
        let optimizer = try #require(trace.difference(from: trace.with(optimizer: nudged(trace.optimizer))))
        #expect(optimizer.place.hasPrefix("optimizer state"))
        var losses = trace.losses
        losses[0].value = losses[0].value?.nextUp
        #expect(trace.difference(from: trace.with(losses: losses))?.place == "epoch 1, training loss")
        var metrics = trace.metrics
        metrics[metrics.count - 1].value = -1
        #expect(trace.difference(from: trace.with(metrics: metrics)) != nil)
    }

    @Test func `a gradient that is a thousandth off is no rounding, and one that is not a number is infinitely off`() {
        let own = Verification.Gradient(name: "w", values: [1, -2, 0.5], noise: 1e-9)
        #expect(own.difference(from: own) == 0)
        #expect(own.difference(from: .init(name: "w", values: [1.002, -2, 0.5], noise: 1e-9)) > Verification.gradientTolerance)
        #expect(own.difference(from: .init(name: "w", values: [1, -2.000_001, 0.5], noise: 1e-9)) < Verification.gradientTolerance)
        #expect(own.difference(from: .init(name: "w", values: [1, .nan, 0.5], noise: 1e-9)) == .infinity)
    }
}

extension TrainingTrace {
    fileprivate func with(
        weights: [NamedTensor]? = nil, optimizer: [NamedTensor]? = nil, losses: [(name: String, value: Double?)]? = nil,
        metrics: [(name: String, value: Double?)]? = nil
    ) -> TrainingTrace {
        TrainingTrace(
            weights: weights ?? self.weights, optimizer: optimizer ?? self.optimizer, losses: losses ?? self.losses,
            metrics: metrics ?? self.metrics)
    }
}
