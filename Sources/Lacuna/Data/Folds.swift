/// Which fold tests each row: k-fold cross-validation, in which every row is tested exactly once.
public struct Folds: Equatable, Sendable {
    /// How many folds, 2 or more.
    public let count: Int
    /// `[rows]`: the fold, from 0, in which the row is tested.
    public let foldOfRow: [Int]

    /// Folds that the caller knows.
    ///
    /// - Precondition: each lies in `0 ..< count`.
    public init(foldOfRow: [Int], count: Int) {
        precondition(foldOfRow.allSatisfy { (0..<count).contains($0) }, "a fold lies in 0 ..< \(count)")
        self.foldOfRow = foldOfRow
        self.count = count
    }

    /// The rows that a fold tests, from 0, ascending.
    public func rows(testedIn fold: Int) -> [Int] { foldOfRow.indices.filter { foldOfRow[$0] == fold } }

    /// The parts of one fold's training: its rows are test, those of `validating` valid, all others train.
    ///
    /// - Parameters:
    ///   - fold: the fold to test, from 0.
    ///   - validating: the fold to validate on, such as `(fold + 1) % count`; nil: no row is valid.
    public func split(testing fold: Int, validating: Int? = nil) -> Split {
        precondition(fold != validating, "a fold is tested or validated on, not both")
        return Split(partOfRow: foldOfRow.map { $0 == fold ? .test : $0 == validating ? .valid : .train })
    }

    /// Deals rows to folds of equal size such that every objective, and every class of one, is spread over them evenly:
    /// iterative stratification as ``Split/stratified(labels:objectives:groups:rowWeights:fractions:seed:)`` does it, with a
    /// missing label as a third state beside the classes.
    ///
    /// - Parameters:
    ///   - labels: rows × slots.
    ///   - objectives: in slot order.
    ///   - groups: `[rows]`: rows of one number are in one fold; nil: rows are dealt one by one.
    ///   - rowWeights: a row of weight 0 counts as unlabelled here, for it teaches nothing.
    ///   - count: how many folds, 2 or more, at most one for each row or group.
    ///   - seed: of the draw; equal seeds give equal folds.
    /// - Throws: ``SettingError`` for a count outside its range.
    public static func stratified(
        labels: LabelTable, objectives: [Objective], groups: [Int32]? = nil, rowWeights: [Float]? = nil, count: Int,
        seed: UInt64
    ) throws(SettingError) -> Folds {
        guard count >= 2 else {
            throw SettingError("the number of folds is \(count)", fix: "give 2 folds or more; 5 and 10 are usual")
        }
        let most = groups.map { Set($0).count } ?? labels.rows
        guard count <= most else {
            throw SettingError(
                "\(count) folds are asked for, and there are \(counted(most, groups == nil ? "row" : "group"))",
                fix: "give at most \(most) folds, so that each tests something")
        }
        var random = SplitMix64(seed: seed, stream: "folds")
        let rows = StratifiedRows(
            labels: labels, objectives: objectives, groups: groups, rowWeights: rowWeights,
            shares: Array(repeating: 1 / Double(count), count: count))
        return Folds(foldOfRow: rows.parts(using: &random), count: count)
    }
}
