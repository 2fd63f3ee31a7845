#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif
import Lacuna

/// The confusion matrix of classes or levels, the reliability of what is predicted, and, of few classes, each against
/// the rest.
struct ClassDetail {
    let slot: ReportFacts.Slot
    let names: [String]
    /// `[n × C]`.
    let probabilities: [Float]
    let observed: [Int]
    let predicted: [Int]
    let isOrdinal: Bool
    /// Whether probabilities are those of a calibration.
    let isCalibrated: Bool

    init(categorical slot: ReportFacts.Slot, _ outputs: ObservedOutputs, classes: [String], _ fitted: Decisions.Slot?) {
        self.slot = slot
        names = classes
        let raw = outputs.predictions(ofSlot: slot.index)
        let probabilities = fitted?.calibration?.applied(to: raw, of: slot.kind) ?? raw
        self.probabilities = probabilities
        isCalibrated = fitted?.calibration != nil
        observed = outputs.slots[slot.index].classLabels
        predicted = observed.indices.map { entry in
            let start = entry * classes.count
            return classes.indices.reduce(0) { probabilities[start + $1] > probabilities[start + $0] ? $1 : $0 }
        }
        isOrdinal = false
    }

    init(ordinal slot: ReportFacts.Slot, _ outputs: ObservedOutputs, levels: [String], _ fitted: Decisions.Slot?) {
        self.slot = slot
        names = levels
        let raw = outputs.predictions(ofSlot: slot.index)
        let calibrated = fitted?.calibration?.applied(to: raw, of: slot.kind)
        probabilities = calibrated ?? raw
        isCalibrated = calibrated != nil
        let entries = outputs.slots[slot.index]
        observed = entries.labels.map { Int($0) }
        // How many thresholds are exceeded more likely than not; none after the first that is not.
        if let calibrated {
            predicted = observed.indices.map { Self.level(calibrated[$0 * levels.count..<($0 + 1) * levels.count]) }
            isOrdinal = true
            return
        }
        predicted = observed.indices.map { entry in
            let logits = entries.logits[entry * entries.width..<(entry + 1) * entries.width]
            return logits.prefix { Float(1 / (1 + exp(-Double($0)))) > 0.5 }.count
        }
        isOrdinal = true
    }

    /// How many levels are exceeded more likely than not.
    private static func level(_ probabilities: ArraySlice<Float>) -> Int {
        let total = probabilities.reduce(0.0) { $0 + Double($1) }
        return probabilities.indices.dropFirst().prefix { start in
            probabilities[start...].reduce(0.0) { $0 + Double($1) } / total > 0.5
        }.count
    }

    var html: HTML {
        let plots = ([roc, reliability].compactMap { $0?.html })
        return "\(matrix)<div class=\"cards\">\(plots)</div>\n"
    }

    private var matrix: HTML {
        var counts = Array(repeating: [Int](repeating: 0, count: names.count), count: names.count)
        for (observed, predicted) in zip(observed, predicted) { counts[observed][predicted] += 1 }
        return ConfusionTable(
            id: "\(slot.id)-confusion",
            caption: isCalibrated ? "Confusion matrix, by calibrated probabilities" : "Confusion matrix", classes: names, counts: counts
        ).html
    }

    private var reliability: Plot? {
        let count = names.count
        return ReliabilityPlot(
            id: "\(slot.id)-reliability", probabilities: predicted.enumerated().map { probabilities[$0.offset * count + $0.element] },
            labels: zip(observed, predicted).map { $0 == $1 ? 1 : 0 },
            x: "probability of the predicted \(isOrdinal ? "level" : "class")", y: "share that is right", threshold: nil
        ).plot
    }

    /// Each class against the rest, or each threshold between levels.
    private var roc: Plot? {
        let count = names.count
        guard count <= 6 else { return nil }
        let events: [(name: String, probabilities: [Float], labels: [Double])] = isOrdinal
            ? (1..<count).map { level in
                (
                    "at least \(names[level])",
                    observed.indices.map { entry in probabilities[entry * count + level..<(entry + 1) * count].reduce(0, +) },
                    observed.map { $0 >= level ? 1 : 0 }
                )
            }
            : names.indices.map { index in
                (names[index], observed.indices.map { probabilities[$0 * count + index] }, observed.map { $0 == index ? 1 : 0 })
            }
        var marks: [Plot.Mark] = [.reference([(0, 0), (1, 1)], name: "chance")]
        for (index, event) in events.prefix(5).enumerated() {
            let points = RankingCurves.roc(probabilities: event.probabilities, labels: event.labels)
            if !points.isEmpty {
                marks.append(.line(points.map { ($0.falsePositiveRate, $0.truePositiveRate) }, series: index, name: event.name))
            }
        }
        guard marks.count > 1 else { return nil }
        return Plot(
            "\(slot.id)-roc", title: isOrdinal ? "ROC curves of the levels" : "ROC curves, each class against the rest",
            description: "True positive rate against false positive rate of \(ReportText.counted(marks.count - 1, "curve")), one for each \(isOrdinal ? "threshold between levels" : "class") that the labels can decide.",
            x: .share("false positive rate"), y: .share("true positive rate"), marks: marks)
    }
}
