/// Predicts *whether* each label is observed, from the features alone.
///
/// If that succeeds on rows the model has not seen, labels are not missing completely at random (Rubin 1976, Biometrika
/// 63:581): rows with a label differ from rows without, and what is measured on labelled rows need not hold for the others.
/// The probabilities can weigh observed labels by their inverse (Horvitz & Thompson 1952).
///
/// One small network answers for all labels: a dense layer of 32 hidden values, and an output for each distinct pattern of
/// observed rows. Rows are divided, in proportion of observed and missing, into 8/15 to fit, 2/15 to stop early and 1/3
/// held out, on which the areas under the ROC curve are taken. The same data and seed give the same model, bit for bit.
public struct MissingnessModel {
    /// How well one slot's being observed can be predicted.
    public enum Finding: Equatable, Sendable {
        /// Every row observes it: there is nothing to predict.
        case alwaysObserved
        /// No row observes it.
        case neverObserved
        /// The held-out rows are too few to tell; the reason is a clause without a full stop.
        case undecided(reason: String)
        /// Left out, for only so many distinct patterns of observed rows were examined; the reason is a clause.
        case notExamined(reason: String)
        /// The area under the ROC curve on held-out rows: 0.5 where the features tell nothing.
        case measured(AUROCEstimate)

        /// The area, where it was measured.
        public var estimate: AUROCEstimate? {
            if case .measured(let estimate) = self { estimate } else { nil }
        }
    }

    /// Above this area a warning is due.
    public static let warningArea = 0.6
    /// Held-out rows that each of observed and missing needs for an area to be measured.
    public static let fewestRows = 5

    /// What the labels are of.
    public let objectives: [Objective]
    /// One per slot, in the label table's order.
    public let findings: [Finding]
    /// How many rows took part.
    public let rows: Int
    /// How many of them were held out.
    public let heldOutRows: Int

    let patterns: ObservationPatterns
    /// By pattern: the share of rows that observe it.
    let coverage: [Double]
    let networks: [Network]
    /// By pattern: its network and output; nil where the answer is the coverage.
    let places: [Place?]
    /// Rows that no network was fitted on.
    let heldOut: (features: FeatureMatrix, labels: LabelTable)

    /// A fitted network and the patterns it answers for.
    struct Network {
        let model: Model
        let patterns: [Int]
    }

    struct Place {
        let network: Int
        let output: Int
    }

    /// For each objective that was measured, the area under the ROC curve and its interval; of a multilabel objective the
    /// label whose area is largest.
    public var auroc: [String: AUROCEstimate] {
        var areas: [String: AUROCEstimate] = [:]
        for (objective, slots) in zip(objectives, objectives.slotRanges) {
            areas[objective.name] = slots.compactMap { findings[$0].estimate }.max { $0.value < $1.value }
        }
        return areas
    }

    /// The probability that each slot is observed.
    ///
    /// - Parameter features: `[n × F]`, finite, encoded as those the model was fitted on.
    /// - Returns: by objective `[n × slots]`, row by row, in `0 ... 1`. A slot that all rows observed has 1, one that none
    ///   observed 0; where there were too few rows to fit anything, the share of rows that observed it.
    /// - Throws: ``DataError`` for another number of features, or one that is not finite.
    public func probabilities(_ features: FeatureMatrix) throws(DataError) -> [[Float]] {
        let predicted = try networks.map { (network) throws(DataError) in try network.probabilities(features) }
        return objectives.slotRanges.map { slots in
            var values: [Float] = []
            values.reserveCapacity(features.rows * slots.count)
            for row in 0..<features.rows {
                for slot in slots {
                    let pattern = patterns.ofSlot[slot]
                    if let place = places[pattern] {
                        values.append(predicted[place.network][row * networks[place.network].patterns.count + place.output])
                    } else {
                        values.append(Float(coverage[pattern]))
                    }
                }
            }
            return values
        }
    }
}

extension MissingnessModel.Network {
    /// `[n × patterns]`, row by row.
    func probabilities(_ features: FeatureMatrix) throws(DataError) -> [Float] {
        try model.predict(features).objectives.first?.values.numbers ?? []
    }
}

extension [Objective] {
    /// The slots of each objective.
    var slotRanges: [Range<Int>] {
        var next = 0
        return map { objective in
            defer { next += objective.kind.slotsPerRow }
            return next..<next + objective.kind.slotsPerRow
        }
    }
}
