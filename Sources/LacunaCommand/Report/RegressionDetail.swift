import Lacuna

/// Predicted against observed, residuals against predicted, and how residuals are spread; on the scale of training,
/// as the metrics are.
struct RegressionDetail {
    let slot: ReportFacts.Slot
    let predicted: [Double]
    let observed: [Double]
    /// "log1p(mm)".
    let scale: String?

    init(_ slot: ReportFacts.Slot, _ outputs: ObservedOutputs, scale: String?) {
        self.slot = slot
        self.scale = scale
        let entries = outputs.slots[slot.index], scaling = outputs.scaling[slot.objective] ?? .identity
        predicted = entries.logits.map { Double($0) * scaling.deviation + scaling.mean }
        observed = entries.labels.map { scaling.transform.applied(to: $0) }
    }

    /// Up to this many labels are drawn one by one; of more, how many fall into each square.
    private static let dotLimit = 400

    var html: HTML {
        "<div class=\"cards\">\([scatter, residuals, spread].compactMap { $0?.html })</div>\n"
    }

    private func label(_ text: String) -> String { scale.map { "\(text), \($0)" } ?? text }

    private func marks(_ points: [(x: Double, y: Double)], _ x: Axis, _ y: Axis) -> Plot.Mark {
        points.count <= Self.dotLimit
            ? .dots(points, radius: 2, series: 0, name: nil)
            : .density(Density(points, x: x, y: y), name: "labels, few to many")
    }

    private var scatter: Plot? {
        let axis = Axis.covering(observed + predicted, label: "")
        var (x, y) = (axis, axis)
        x.label = label("observed")
        y.label = label("predicted")
        return Plot(
            "\(slot.id)-scatter", title: "Predicted and observed",
            description: """
                \(ReportText.counted(observed.count, "label")), observed from \(NumberText.metric(observed.min() ?? 0)) to \
                \(NumberText.metric(observed.max() ?? 0)), predicted from \(NumberText.metric(predicted.min() ?? 0)) to \
                \(NumberText.metric(predicted.max() ?? 0)). R² is \(ReportText.number(slot.scores?[.r2])).
                """,
            x: x, y: y,
            marks: [
                marks(Array(zip(observed, predicted).map { ($0, $1) }), x, y),
                .reference([(axis.lowest, axis.lowest), (axis.highest, axis.highest)], name: "perfect"),
            ])
    }

    private var errors: [Double] { zip(observed, predicted).map { $0 - $1 } }

    private var residuals: Plot? {
        let errors = errors
        let points = Array(zip(predicted, errors).map { (x: $0, y: $1) })
        let x = Axis.covering(predicted, label: label("predicted"))
        let y = Axis.covering(errors, label: "observed − predicted", includesZero: true)
        let trend = trend(points)
        var marks = [marks(points, x, y), .reference([(x.lowest, 0), (x.highest, 0)], name: nil)]
        if trend.count > 1 { marks.append(.line(trend, series: 1, name: "mean of a tenth of the labels")) }
        return Plot(
            "\(slot.id)-residuals", title: "Residuals",
            description: """
                What is observed less what is predicted, against what is predicted. RMSE is \
                \(ReportText.number(slot.scores?[.rmse])), the mean residual \(NumberText.metric(Self.mean(errors))).
                """,
            x: x, y: y, marks: marks)
    }

    /// Mean residual of each tenth of the labels by prediction.
    private func trend(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        guard points.count >= 50, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return [] }
        let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        return (0..<10).map { tenth in
            let group = sorted[tenth * sorted.count / 10..<(tenth + 1) * sorted.count / 10]
            return (Self.mean(group.map(\.x)), Self.mean(group.map(\.y)))
        }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private var spread: Plot? {
        let errors = errors.filter(\.isFinite)
        guard !errors.isEmpty else { return nil }
        let axis = Axis.covering(errors, label: label("observed − predicted"), includesZero: true)
        return Histogram(errors, axis: axis).plot("\(slot.id)-spread", title: "How residuals are spread", counted: "labels")
    }
}
