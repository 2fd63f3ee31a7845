import Lacuna

/// ROC, precision–recall and reliability of a yes-or-no slot, and what its threshold decides.
struct BinaryDetail {
    let slot: ReportFacts.Slot
    /// `[n]`, as the network gives them.
    let raw: [Float]
    /// `[n]`, calibrated where a calibration was fitted; what the threshold is compared with.
    let probabilities: [Float]
    let labels: [Double]
    let threshold: Double
    /// How the threshold was chosen; nil: it is the usual half.
    let rule: String?
    let isCalibrated: Bool

    init(_ slot: ReportFacts.Slot, _ outputs: ObservedOutputs, _ fitted: Decisions.Slot?) {
        self.slot = slot
        raw = outputs.predictions(ofSlot: slot.index)
        probabilities = fitted?.calibration?.applied(to: raw, of: slot.kind) ?? raw
        labels = outputs.slots[slot.index].labels
        threshold = fitted?.threshold?.value ?? 0.5
        rule = fitted?.threshold?.rule.text
        isCalibrated = fitted?.calibration != nil
    }

    var html: HTML {
        let plots = [roc, precisionRecall, reliability].compactMap { $0?.html }
        return "<div class=\"cards\">\(plots)</div>\n\(matrix)"
    }

    private struct Counts {
        var truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0
        var positives: Int { truePositives + falseNegatives }
        var negatives: Int { falsePositives + trueNegatives }
    }

    /// At the threshold.
    private var counts: Counts {
        var counts = Counts()
        for (probability, label) in zip(probabilities, labels) {
            switch (Double(probability) >= threshold, label >= 0.5) {
            case (true, true): counts.truePositives += 1
            case (true, false): counts.falsePositives += 1
            case (false, true): counts.falseNegatives += 1
            case (false, false): counts.trueNegatives += 1
            }
        }
        return counts
    }

    private var thresholdName: String {
        "threshold \(NumberText.fixed(threshold, decimals: 3))\(rule.map { " (\($0))" } ?? "")"
    }

    private static func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : .nan }

    private var roc: Plot? {
        let points = RankingCurves.roc(probabilities: raw, labels: labels)
        guard !points.isEmpty else { return nil }
        let counts = counts
        let at = (
            x: Self.share(counts.falsePositives, counts.negatives), y: Self.share(counts.truePositives, counts.positives)
        )
        return Plot(
            "\(slot.id)-roc", title: "ROC curve",
            description: """
                True positive rate against false positive rate over \(ReportText.counted(counts.positives, "positive")) and \
                \(ReportText.counted(counts.negatives, "negative")); the area is \(ReportText.number(slot.scores?[.auroc])). At \
                \(thresholdName) the rates are \(NumberText.metric(at.y)) and \(NumberText.metric(at.x)).
                """,
            x: .share("false positive rate"), y: .share("true positive rate"),
            marks: [
                .reference([(0, 0), (1, 1)], name: "chance"),
                .line(points.map { ($0.falsePositiveRate, $0.truePositiveRate) }, series: 0, name: "model"),
                .point(x: at.x, y: at.y, series: 1, name: thresholdName),
            ])
    }

    private var precisionRecall: Plot? {
        let points = RankingCurves.precisionRecall(probabilities: raw, labels: labels)
        guard !points.isEmpty else { return nil }
        let counts = counts
        let base = Self.share(counts.positives, counts.positives + counts.negatives)
        let recall = Self.share(counts.truePositives, counts.positives)
        let precision = Self.share(counts.truePositives, counts.truePositives + counts.falsePositives)
        // Steps, as average precision counts them: a precision holds back to the recall before it.
        var steps: [(x: Double, y: Double)] = []
        for (before, point) in zip(points, points.dropFirst()) {
            steps.append((before.recall, point.precision))
            steps.append((point.recall, point.precision))
        }
        var marks: [Plot.Mark] = [
            .reference([(0, base), (1, base)], name: "share of positives"), .line(steps, series: 0, name: "model"),
        ]
        if precision.isFinite { marks.append(.point(x: recall, y: precision, series: 1, name: thresholdName)) }
        let here = precision.isFinite
            ? "precision is \(NumberText.metric(precision)) at recall \(NumberText.metric(recall))" : "nothing is called positive"
        return Plot(
            "\(slot.id)-pr", title: "Precision and recall",
            description: """
                Precision against recall; the average precision is \(ReportText.number(slot.scores?[.averagePrecision])), the \
                share of positives \(NumberText.metric(base)). At \(thresholdName) \(here).
                """,
            x: .share("recall"), y: .share("precision"), marks: marks)
    }

    private var reliability: Plot? {
        ReliabilityPlot(
            id: "\(slot.id)-reliability", probabilities: probabilities, before: isCalibrated ? raw : nil, labels: labels,
            x: "predicted probability", y: "share of positives", threshold: (threshold, thresholdName)
        ).plot
    }

    private var matrix: HTML {
        let counts = counts
        return ConfusionTable(
            id: "\(slot.id)-confusion",
            caption: "Decisions at \(thresholdName)", classes: ["no", "yes"],
            counts: [[counts.trueNegatives, counts.falsePositives], [counts.falseNegatives, counts.truePositives]]
        ).html
    }
}

/// How far probabilities can be taken at their word: bins of equally many labels, predicted beside observed.
struct ReliabilityPlot {
    var id: String
    var probabilities: [Float]
    /// Before calibration; nil where there is none.
    var before: [Float]?
    var labels: [Double]
    var x: String
    var y: String
    var threshold: (value: Double, name: String)?

    var plot: Plot? {
        guard !probabilities.isEmpty, probabilities.allSatisfy(\.isFinite) else { return nil }
        let bins = Reliability.bins(probabilities: probabilities, labels: labels, count: 10, kind: .equalMass)
        let error = Reliability.expectedCalibrationError(bins)
        var marks: [Plot.Mark] = [
            .reference([(0, 0), (1, 1)], name: "perfect"),
            .whiskers(bins.map { bin in
                let interval = Self.interval(share: bin.observedShare, count: bin.count)
                return (bin.meanProbability, interval.low, interval.high)
            }, series: 0),
            .line(bins.map { ($0.meanProbability, $0.observedShare) }, series: 0, name: nil),
            .dots(
                bins.map { ($0.meanProbability, $0.observedShare) }, radius: 3, series: 0,
                name: before == nil ? "bin, with 95 % interval" : "calibrated, with 95 % interval"),
        ]
        var was: [Reliability.Bin] = []
        if let before, before.allSatisfy(\.isFinite) {
            was = Reliability.bins(probabilities: before, labels: labels, count: 10, kind: .equalMass)
            marks.append(.line(was.map { ($0.meanProbability, $0.observedShare) }, series: 3, name: "before calibration"))
        }
        // Where labels are rare, all bins lie in a corner: the axes end where they do.
        let most = (bins.map { max($0.meanProbability, Self.interval(share: $0.observedShare, count: $0.count).high) }
            + was.map { max($0.meanProbability, $0.observedShare) }).max() ?? 1
        let axis = most > 0.6 ? Axis.share("") : Axis.covering([0, most], label: "")
        var (x, y) = (axis, axis)
        (x.label, y.label) = (self.x, self.y)
        if let threshold {
            marks.append(
                threshold.value <= axis.highest
                    ? .line([(threshold.value, 0), (threshold.value, axis.highest)], series: 1, name: threshold.name)
                    : .line([], series: 1, name: "\(threshold.name), beyond the axis"))
        }
        return Plot(
            id, title: "Reliability",
            description: """
                Observed share against mean predicted probability in \(ReportText.counted(bins.count, "bin")) of about equally \
                many labels. On average they lie \(NumberText.metric(error)) apart\(was.isEmpty ? "" : ", before calibration \(NumberText.metric(Reliability.expectedCalibrationError(was)))").
                """,
            x: x, y: y, marks: marks, note: "Mean distance from perfect: \(NumberText.metric(error))")
    }

    /// Wilson's 95 % interval of a share (1927).
    static func interval(share: Double, count: Int) -> (low: Double, high: Double) {
        let z = 1.959963984540054, n = Double(count)
        let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return (max(0, middle - half), min(1, middle + half))
    }
}
