/// A feature of the data and the encoded columns it became.
public struct FeatureGroup: Equatable, Sendable {
    /// The feature's name, as in the file.
    public let name: String
    /// Its columns of the feature matrix.
    public let columns: Range<Int>
    /// The columns' names, such as `city=Oslo`.
    public let columnNames: [String]

    /// A group from its parts; `columnNames` has one for each of `columns`.
    public init(name: String, columns: Range<Int>, columnNames: [String]) {
        precondition(columns.count == columnNames.count, "a name for each column")
        (self.name, self.columns, self.columnNames) = (name, columns, columnNames)
    }

    /// The groups of an encoder, in its order.
    public static func groups(of encoder: FeatureEncoder) -> [FeatureGroup] {
        var next = 0
        return encoder.columns.map { column in
            defer { next += column.width }
            return FeatureGroup(name: column.name, columns: next..<next + column.width, columnNames: column.outputNames)
        }
    }

    /// One group for each column, called x0, x1, ….
    public static func columns(_ count: Int) -> [FeatureGroup] {
        (0..<count).map { FeatureGroup(name: "x\($0)", columns: $0..<$0 + 1, columnNames: ["x\($0)"]) }
    }
}

/// A feature that tells whether a label is observed.
public struct MissingnessTell: Equatable, Sendable {
    /// The feature's name.
    public let feature: String
    /// Its encoded column that tells most by itself; the feature's own name where it has one column.
    public let column: String
    /// How much the model's area under the ROC curve falls when the feature's values are shuffled over the held-out rows
    /// (permutation importance: Breiman 2001, Machine Learning 45:5); about 0 where others tell the same.
    public let drop: Double
    /// The area under the ROC curve of the column by itself: above 0.5, rows with higher values have the label more often.
    public let alone: Double
}

extension MissingnessModel {
    /// Which features tell whether a label is observed, for each slot whose area lies above ``warningArea``.
    ///
    /// Features are screened by their own area and by the weights that the network gives them, then shuffled one by one.
    /// At most 3,000 held-out rows are used, and of wide features those columns that the network weighs most.
    ///
    /// - Parameters:
    ///   - groups: the features that the model was fitted on, in column order.
    ///   - most: how many to name for each slot.
    /// - Returns: by slot, the features that tell most first; nothing for slots whose area is lower.
    public func tells(_ groups: [FeatureGroup], most: Int = 5) throws(DataError) -> [Int: [MissingnessTell]] {
        tells(groups, most: most, mostCells: TellSample.mostCells)
    }

    /// - Parameter mostCells: so many features are held at once.
    func tells(_ groups: [FeatureGroup], most: Int, mostCells: Int) -> [Int: [MissingnessTell]] {
        var bySlot: [Int: [MissingnessTell]] = [:]
        for (number, network) in networks.enumerated() {
            let suspects = suspects(of: number)
            guard !suspects.isEmpty, let layers = TellLayers(network.model),
                let sample = TellSample(heldOut.features, groups, layers, suspects, seed: number, mostCells: mostCells)
            else { continue }
            let truth = patterns.labels(
                network.patterns.indices, among: network.patterns, of: heldOut.labels, rows: sample.rows)
            let found = sample.tells(suspects: suspects, truth: truth, most: most)
            for slot in patterns.ofSlot.indices {
                if let place = places[patterns.ofSlot[slot]], place.network == number, let tells = found[place.output] {
                    bySlot[slot] = tells
                }
            }
        }
        return bySlot
    }

    /// The outputs of a network whose area calls for a warning.
    private func suspects(of number: Int) -> [Int] {
        var areas = [Double](repeating: 0, count: networks[number].patterns.count)
        for (slot, finding) in findings.enumerated() {
            guard let place = places[patterns.ofSlot[slot]], place.network == number else { continue }
            areas[place.output] = finding.estimate?.value ?? 0
        }
        return areas.indices.filter { areas[$0] > Self.warningArea }
    }
}
