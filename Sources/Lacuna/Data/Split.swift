import Tables

/// Which part each row belongs to.
public struct Split: Equatable, Sendable {
    /// `[rows]`; nil for a row that belongs to none.
    public let partOfRow: [Part?]

    public init(partOfRow: [Part?]) { self.partOfRow = partOfRow }

    /// The rows of a part, from 0, ascending.
    public func rows(of part: Part) -> [Int] { partOfRow.indices.filter { partOfRow[$0] == part } }

    /// Draws parts of the given shares such that every objective, and every class of one, is spread over them in
    /// proportion, and has labels in every part where it can: iterative stratification (Sechidis et al. 2011) over
    /// observed slots and their classes.
    ///
    /// - Parameters:
    ///   - labels: rows × slots.
    ///   - objectives: in slot order.
    ///   - rowWeights: a row of weight 0 counts as unlabelled here, for it teaches nothing.
    ///   - fractions: shares of train, valid and test; a share of 0 leaves its part empty.
    /// - Throws: ``SettingError`` as ``check(fractions:)``.
    public static func stratified(
        labels: LabelTable, objectives: [Objective], rowWeights: [Float]? = nil, fractions: [Double], seed: UInt64
    ) throws(SettingError) -> Split {
        try check(fractions: fractions)
        let parts = zip(Part.allCases, fractions).filter { $0.1 > 0 }
        let traits = RowTraits(labels, objectives: objectives, rowWeights: rowWeights)
        let sum = fractions.reduce(0, +)
        let problem = Stratification(
            starts: traits.starts, traits: traits.traits, traitCount: traits.count,
            sizes: Array(repeating: 1, count: labels.rows), shares: parts.map { $0.1 / sum })
        var random = SplitRandom(seed: seed)
        return Split(partOfRow: problem.assign(using: &random).map { parts[$0].0 })
    }

    /// - Throws: ``SettingError`` unless there are three shares, each 0 or more, the first above 0, that sum to 1.
    public static func check(fractions: [Double]) throws(SettingError) {
        let shown = fractions.map(plain).joined(separator: ",")
        guard fractions.count == 3 else {
            throw SettingError(
                "the split '\(shown)' has \(counted(fractions.count, "share"))",
                fix: "give the shares of train, valid and test, such as 0.8,0.1,0.1")
        }
        guard fractions.allSatisfy({ $0 >= 0 && $0.isFinite }), fractions[0] > 0 else {
            throw SettingError(
                "the split '\(shown)' has a share that is not \(fractions[0] > 0 ? "0 or more" : "above 0 for train")",
                fix: "give the shares of train, valid and test, such as 0.8,0.1,0.1; valid and test may be 0")
        }
        let sum = fractions.reduce(0, +)
        guard (sum - 1).magnitude <= 1e-6 else {
            throw SettingError("the shares of the split '\(shown)' sum to \(sum)", fix: "make them sum to 1")
        }
    }
}

extension Part {
    /// The part that a cell of a split column names, in any case: train; valid, validation or val; test.
    public init?(named text: String) {
        switch trimmed(text).lowercased() {
        case "train": self = .train
        case "valid", "validation", "val": self = .valid
        case "test": self = .test
        default: return nil
        }
    }
}

/// What each row holds, for stratification: that a slot is observed, and which class it is.
private struct RowTraits {
    private(set) var starts: [Int] = [0]
    private(set) var traits: [Int32] = []
    let count: Int

    init(_ labels: LabelTable, objectives: [Objective], rowWeights: [Float]?) {
        // Slots come first, classes after: firstClass[slot] + class.
        var firstClass: [Int?] = []
        var next = labels.slots
        for objective in objectives {
            let classes =
                switch objective.kind {
                case .binary, .multilabel: 2
                case .categorical(let names), .ordinal(let names): names.count
                case .regression: 0
                }
            for _ in 0..<objective.kind.slotsPerRow {
                // Soft categorical targets are distributions: their value is no class.
                let hasClasses = classes > 0 && labels.distributions[firstClass.count] == nil
                firstClass.append(hasClasses ? next : nil)
                if hasClasses { next += classes }
            }
        }
        count = next
        starts.reserveCapacity(labels.rows + 1)
        traits.reserveCapacity(2 * labels.observed)
        for row in 0..<labels.rows {
            if rowWeights?[row] != 0 {
                for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                    if labels.slotWeights?[place] == 0 { continue }
                    let slot = labels.slotIndices[place]
                    traits.append(slot)
                    if let first = firstClass[Int(slot)] {
                        // A soft label of 0.5 or more counts as positive.
                        traits.append(Int32(first + Int(labels.values[place].rounded())))
                    }
                }
            }
            starts.append(traits.count)
        }
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014): the split's own source of lots, so that no other draw moves it.
private struct SplitRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
