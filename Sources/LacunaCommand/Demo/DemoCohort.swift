import Lacuna

/// A made-up cohort like a medical one: every patient has the same measurements, but few have all the labels.
///
/// Four objectives share hidden factors, which are what an encoder can learn from all of them together; size, the
/// rarest, also has one of its own:
///
/// | objective | kind | labelled, of seven rows in eight |
/// |---|---|---|
/// | tumor | binary | 60 % |
/// | tissue | categorical, three classes | 15 % |
/// | findings | multilabel, five labels | 5 to 12 % |
/// | size | regression, mm | 6 % |
///
/// The other rows have no label at all. Labels go missing by lot, not by what they are, so that what the
/// comparison shows is what masking does, and nothing else.
struct DemoCohort {
    static let features = 16
    static let findings = ["cyst", "calcification", "edema", "necrosis", "bleeding"]
    static let tissues = ["benign", "border", "malignant"]

    static let objectives: [Objective] = [
        .binary("tumor"), .categorical("tissue", classes: tissues), .multilabel("findings", labels: findings),
        .regression("size", unit: "mm"),
    ]

    /// The chance that a label is there, in a row that has any.
    private static let observed = (
        tumor: 0.6, tissue: 0.15, findings: [0.12, 0.1, 0.08, 0.06, 0.05], size: 0.06
    )

    /// One patient with everything known.
    private struct Patient {
        var features: [Float]
        var tumor: Bool
        var tissue: Int
        var findings: [Bool]
        var size: Double
    }

    /// Labels of some rows; nil where one is missing.
    struct LabelledRows {
        var features: [[Float]] = []
        var tumor: [Bool?] = []
        var tissue: [Int?] = []
        var findings: [[Bool?]?] = []
        var size: [Double?] = []

        var rows: Int { features.count }

        /// Rows without any label.
        var unlabelled: Int {
            (0..<rows).count { row in
                tumor[row] == nil && tissue[row] == nil && size[row] == nil
                    && (findings[row] ?? []).allSatisfy { $0 == nil }
            }
        }
    }

    /// Rows to train on, most labels missing.
    let train: LabelledRows
    /// Rows to score on, all labels there.
    let test: LabelledRows

    /// Draws a cohort; the same seed gives the same one.
    init(rows: Int, testRows: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var train = LabelledRows(), test = LabelledRows()
        for _ in 0..<rows {
            let patient = Self.patient(using: &random)
            let isSeen = random.uniform() >= 1 / 8.0
            func chance(_ share: Double) -> Bool { random.uniform() < share && isSeen }
            train.features.append(patient.features)
            train.tumor.append(chance(Self.observed.tumor) ? patient.tumor : nil)
            train.tissue.append(chance(Self.observed.tissue) ? patient.tissue : nil)
            train.findings.append(zip(patient.findings, Self.observed.findings).map { chance($1) ? $0 : nil })
            train.size.append(chance(Self.observed.size) ? patient.size : nil)
        }
        for _ in 0..<testRows {
            let patient = Self.patient(using: &random)
            test.features.append(patient.features)
            test.tumor.append(patient.tumor)
            test.tissue.append(patient.tissue)
            test.findings.append(patient.findings)
            test.size.append(patient.size)
        }
        self.train = train
        self.test = test
    }

    private static func patient(using random: inout SplitMix64) -> Patient {
        let x = (0..<features).map { _ in random.normal() }
        func bend(_ value: Double) -> Double { 2 * value / (1 + value.magnitude) }
        // Each factor bends or multiplies measurements, so that no straight line finds it.
        let growth = bend(x[0] + x[1] * x[2])
        let stress = bend(x[3] * x[4] - x[5])
        let supply = bend(x[6].magnitude * 2 - 1.6 + x[7])
        let age = x[8]
        func noise(_ size: Double) -> Double { size * random.normal() }
        let tumor = 1.6 * growth + 0.8 * stress + 0.4 * age - 0.9 + noise(0.5) > 0
        let scores = [
            -growth + noise(0.4), 0.7 * stress - 0.2 * supply + noise(0.4), growth + 0.8 * supply - 0.5 + noise(0.4),
        ]
        let tissue = scores[0] >= max(scores[1], scores[2]) ? 0 : scores[1] >= scores[2] ? 1 : 2
        let findings = [
            supply - 0.6 * stress - 0.4, growth + 0.5 * age - 0.6, stress + supply - 0.9, growth + stress - 1.4,
            supply + 0.7 * growth - 1.3,
        ].map { $0 + noise(0.5) > 0 }
        let size = 22 + 3 * growth + 6 * bend(x[9] - x[10] * x[11]) + noise(2)
        return Patient(
            features: x.map { Float($0) }, tumor: tumor, tissue: tissue, findings: findings, size: max(size, 1))
    }
}

extension DemoCohort.LabelledRows {
    /// The rows as a data set with the given objectives, a choice of the cohort's.
    func dataset(_ objectives: [Objective]) throws -> Dataset {
        let all: [String: Labels] = [
            "tumor": .yesNo(tumor), "tissue": .indices(tissue), "findings": .manyYesNo(findings), "size": .numbers(size),
        ]
        let names = Set(objectives.map(\.name))
        return try Dataset(
            features: FeatureMatrix(features), objectives: objectives, labels: all.filter { names.contains($0.key) })
    }

    /// The first usual mistake: a missing label is taken for "no", the first class, or zero.
    func fillingMissing() -> Self {
        var filled = self
        filled.tumor = tumor.map { $0 ?? false }
        filled.tissue = tissue.map { $0 ?? 0 }
        filled.findings = findings.map { row in (row ?? DemoCohort.findings.map { _ in nil }).map { $0 ?? false } }
        filled.size = size.map { $0 ?? 0 }
        return filled
    }
}

extension SplitMix64 {
    /// In `0 ..< 1`.
    fileprivate mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal, mean 0 and deviation 1: the sum of twelve uniform numbers, which needs no logarithm and is
    /// the same everywhere.
    fileprivate mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }
}
