import Lacuna

/// How losses and metrics went, epoch by epoch.
struct TrainingSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        guard !facts.epochs.isEmpty else { return nil }
        let whole = [lossPlot, monitorPlot].compactMap { $0?.html }
        var parts: [HTMLPage.Section.Part] = []
        let many = facts.objectives.count > ReportFacts.detailLimit
        let each = many ? bands.map(\.html) : facts.objectives.indices.compactMap { curve(of: $0)?.html }
        if !each.isEmpty {
            parts.append(
                .init(
                    id: "training-objectives", title: many ? "All objectives" : "Each objective",
                    content: """
                        <p class="muted">\(many
                            ? "The line is the median objective; half of all objectives lie in the dark band, four fifths in the whole band." as HTML
                            : "The loss of each objective, unweighted, over the labels observed." as HTML)</p>
                        <div class="cards">\(each)</div>
                        """))
        }
        let chosen = many ? selection : []
        if !chosen.isEmpty {
            parts.append(
                .init(
                    id: "training-selection", title: "The best and the worst objectives",
                    content: "<div class=\"cards\">\(chosen.compactMap { curve(of: $0)?.html })</div>"))
        }
        let note: HTML? = facts.extras.historyOf.map { "<p class=\"muted\">These are the curves of \($0), one of several models.</p>" }
        return .init(
            id: "training", title: "Training curves", content: "\(note)<div class=\"cards\">\(whole)\(weights?.html)</div>",
            parts: parts)
    }

    /// Objectives of the slots that have details, each once.
    private var selection: [Int] {
        var seen: Set<Int> = []
        return facts.detailed.slots.map(\.objective).filter { seen.insert($0).inserted }
    }

    private var axis: Axis {
        .covering(facts.epochs.map { Double($0.epoch) }, label: "epoch", whole: true, isTight: true)
    }

    /// A dotted line at the epoch whose weights were kept.
    private func bestEpoch(_ y: Axis) -> Plot.Mark? {
        guard let best = facts.results?.training?.bestEpoch, facts.epochs.count > 1 else { return nil }
        return .reference([(Double(best), y.lowest), (Double(best), y.highest)], name: "weights kept: epoch \(best)")
    }

    private func plot(
        _ id: String, _ title: String, _ label: String,
        _ lines: [(name: String, series: Int, points: [(x: Double, y: Double)])], description: String
    ) -> Plot? {
        let lines = lines.filter { !$0.points.isEmpty }
        guard !lines.isEmpty else { return nil }
        let y = Axis.covering(lines.flatMap { $0.points.map(\.y) }, label: label)
        var marks = lines.map { Plot.Mark.line($0.points, series: $0.series, name: $0.name) }
        // A run of one epoch is a point.
        if facts.epochs.count == 1 { marks = lines.map { .dots($0.points, radius: 3, series: $0.series, name: $0.name) } }
        if let best = bestEpoch(y) { marks.append(best) }
        return Plot(id, title: title, description: description, x: axis, y: y, marks: marks)
    }

    private static func said(_ name: String, _ points: [(x: Double, y: Double)]) -> String? {
        guard let first = points.first, let last = points.last else { return nil }
        let (start, end) = (NumberText.metric(first.y), NumberText.metric(last.y))
        return "\(name) goes from \(start) in epoch \(Int(first.x)) to \(end) in epoch \(Int(last.x))"
    }

    private static func sentence(_ lines: [(name: String, points: [(x: Double, y: Double)])]) -> String {
        lines.compactMap { said($0.name, $0.points) }.joined(separator: "; ") + "."
    }

    private var lossPlot: Plot? {
        let train = facts.epochs.map { (x: Double($0.epoch), y: $0.trainingLoss) }
        let valid = facts.epochs.compactMap { epoch in epoch.validationLoss.map { (x: Double(epoch.epoch), y: $0) } }
        return plot(
            "loss", "Total loss", "loss", [("train", 0, train), ("valid", 1, valid)],
            description: Self.sentence([("Training loss", train), ("validation loss", valid)]))
    }

    private var monitorPlot: Plot? {
        let points = facts.epochs.compactMap { epoch in epoch.monitored.map { (x: Double(epoch.epoch), y: $0) } }
        return plot(
            "monitored", "What was monitored: \(facts.settings.monitor)", "on validation", [("valid", 1, points)],
            description: Self.sentence([("The monitored value", points)]))
    }

    /// What balancing made of the objectives' weights: each line one, or the spread of many.
    private var weights: Plot? {
        let weights = facts.extras.weights
        // Weights that stay as they were declared are no news.
        let moves = facts.objectives.indices.contains { place in
            let own = weights.compactMap { $0.values.indices.contains(place) ? $0.values[place] : nil }
            return own.contains { $0 != own.first }
        }
        guard moves else { return nil }
        let columns = facts.objectives.indices.map { place in
            weights.compactMap { entry -> (x: Double, y: Double)? in
                guard entry.values.indices.contains(place), let value = entry.values[place] else { return nil }
                return (Double(entry.epoch), value)
            }
        }
        let y = Axis.covering(columns.flatMap { $0.map(\.y) }, label: "weight", includesZero: true)
        var plot = Plot(
            "weights", title: "Weights of the objectives",
            description: "What balancing multiplies each objective's loss with, by epoch: from \(NumberText.metric(columns.flatMap { $0.map(\.y) }.min() ?? 0)) to \(NumberText.metric(columns.flatMap { $0.map(\.y) }.max() ?? 0)).",
            x: axis, y: y)
        if facts.objectives.count <= 5 {
            plot.marks = columns.enumerated().map { .line($0.element, series: $0.offset, name: facts.objectives[$0.offset].name) }
        } else {
            let spread = weights.compactMap { entry -> (x: Double, low: Double, high: Double)? in
                let values = entry.values.compactMap { $0 }
                guard let low = values.min(), let high = values.max() else { return nil }
                return (Double(entry.epoch), low, high)
            }
            let median = weights.compactMap { entry -> (x: Double, y: Double)? in
                let values = entry.values.compactMap { $0 }.sorted()
                return values.isEmpty ? nil : (Double(entry.epoch), values[values.count / 2])
            }
            plot.marks = [.band(spread, series: 0, name: "least to most"), .line(median, series: 0, name: "median")]
        }
        plot.note = facts.extras.balance.map { "by \($0)" }
        return plot
    }

    private func curve(of place: Int) -> Plot? {
        func points(_ value: (History.Objective) -> Double?) -> [(x: Double, y: Double)] {
            facts.epochs.compactMap { epoch in
                guard epoch.objectives.indices.contains(place) else { return nil }
                return value(epoch.objectives[place]).map { (x: Double(epoch.epoch), y: $0) }
            }
        }
        let train = points(\.trainingLoss), valid = points(\.validationLoss)
        var plot = plot(
            "curve\(place)", facts.objectives[place].name, "loss", [("train", 0, train), ("valid", 1, valid)],
            description: Self.sentence([("Training loss", train), ("validation loss", valid)]))
        let metric = Metric.main(for: facts.objectives[place].kind.name)
        if let last = points({ $0.validation[metric.rawValue] }).last {
            plot?.note = "\(metric.title) on validation at the end: \(NumberText.metric(last.y))"
        }
        return plot
    }

    /// Quantiles over the objectives of each kind: validation loss, or training loss without one, and the main metric.
    private var bands: [Plot] {
        ObjectiveKind.Name.allCases.flatMap { kind -> [Plot] in
            let members = facts.objectives.indices.filter { facts.objectives[$0].kind.name == kind }
            guard !members.isEmpty else { return [] }
            let main = Metric.main(for: kind)
            return [
                band("band-\(kind.rawValue)-train", kind, members, "Training loss", \.trainingLoss, series: 0),
                band("band-\(kind.rawValue)-valid", kind, members, "Validation loss", \.validationLoss, series: 1),
                band("band-\(kind.rawValue)-main", kind, members, "\(main.title) on validation", { $0.validation[main.rawValue] }, series: 1),
            ].compactMap { $0 }
        }
    }

    private func band(
        _ id: String, _ kind: ObjectiveKind.Name, _ members: [Int], _ what: String, _ value: (History.Objective) -> Double?,
        series: Int
    ) -> Plot? {
        var median: [(x: Double, y: Double)] = [], half: [(x: Double, low: Double, high: Double)] = [], most = half
        for epoch in facts.epochs {
            let values = members.filter { epoch.objectives.indices.contains($0) }.compactMap { value(epoch.objectives[$0]) }
                .filter(\.isFinite).sorted()
            guard !values.isEmpty else { continue }
            func quantile(_ share: Double) -> Double {
                let place = share * Double(values.count - 1), low = Int(place)
                return values[low] + (values[min(low + 1, values.count - 1)] - values[low]) * (place - Double(low))
            }
            let x = Double(epoch.epoch)
            median.append((x, quantile(0.5)))
            half.append((x, quantile(0.25), quantile(0.75)))
            most.append((x, quantile(0.1), quantile(0.9)))
        }
        guard !median.isEmpty else { return nil }
        let y = Axis.covering(most.flatMap { [$0.low, $0.high] }, label: what.lowercased().hasPrefix("auroc") ? "AUROC" : what)
        let marks: [Plot.Mark] = [
            .band(most, series: series, name: "10–90 % of objectives"), .band(half, series: series, name: "25–75 %"),
            facts.epochs.count == 1
                ? .dots(median, radius: 3, series: series, name: "median") : .line(median, series: series, name: "median"),
        ]
        return Plot(
            id, title: "\(what), \(kind.rawValue)",
            description: "Over \(ReportText.counted(members.count, "objective")): " + Self.sentence([("the median", median)]),
            x: axis, y: y, marks: marks + [bestEpoch(y)].compactMap { $0 })
    }
}
