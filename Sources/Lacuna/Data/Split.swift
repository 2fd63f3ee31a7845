import Tables

/// Which part each row belongs to.
public struct Split: Equatable, Sendable {
    /// `[rows]`; nil for a row that belongs to none.
    public let partOfRow: [Part?]

    /// Parts that the caller knows, one per row.
    public init(partOfRow: [Part?]) { self.partOfRow = partOfRow }

    /// The rows of a part, from 0, ascending.
    public func rows(of part: Part) -> [Int] { partOfRow.indices.filter { partOfRow[$0] == part } }

    /// Draws parts of the given shares such that every objective, and every class of one, is spread over them in
    /// proportion, and has labels in every part where it can: iterative stratification (Sechidis et al. 2011) over
    /// observed slots and their classes, so that a missing label is a third state and not a negative one.
    ///
    /// - Parameters:
    ///   - labels: rows × slots.
    ///   - objectives: in slot order.
    ///   - groups: `[rows]`: rows of one number are in one part; nil: rows are dealt one by one.
    ///   - rowWeights: a row of weight 0 counts as unlabelled here, for it teaches nothing.
    ///   - fractions: shares of train, valid and test; a share of 0 leaves its part empty.
    ///   - seed: of the draw; equal seeds give equal splits.
    /// - Throws: ``SettingError`` as ``check(fractions:)``.
    public static func stratified(
        labels: LabelTable, objectives: [Objective], groups: [Int32]? = nil, rowWeights: [Float]? = nil,
        fractions: [Double], seed: UInt64
    ) throws(SettingError) -> Split {
        try check(fractions: fractions)
        let parts = zip(Part.allCases, fractions).filter { $0.1 > 0 }
        let sum = fractions.reduce(0, +)
        let rows = StratifiedRows(
            labels: labels, objectives: objectives, groups: groups, rowWeights: rowWeights,
            shares: parts.map { $0.1 / sum })
        var random = SplitMix64(seed: seed, stream: "split")
        return Split(partOfRow: rows.parts(using: &random).map { parts[$0].0 })
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
