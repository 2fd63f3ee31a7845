extension Inspection {
    /// Above this share of batches without a label an objective is warned about.
    public static let warningShareOfBatches = 0.5

    /// What a person should know before training, one sentence each, the gravest first. What the load says by itself
    /// stands in ``loadWarnings``.
    public var warnings: [String] {
        obstacleWarnings + tokenWarnings + leakWarnings + evaluationWarnings + togetherWarnings + batchWarnings
            + missingnessWarnings
    }

    /// Objectives beyond this number share a sentence.
    private static let mostSentences = 6

    /// A sentence each, or one for all where they are many.
    private static func each<Item>(_ items: [Item], _ sentence: (Item) -> String, together: ([Item]) -> String) -> [String] {
        items.count > mostSentences ? [together(items)] : items.map(sentence)
    }

    private static func list(_ names: [String], most: Int = 5) -> String {
        let shown = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }

    private var obstacleWarnings: [String] {
        Self.each(obstacles) { obstacle in
            "training stops at '\(obstacle.name)': \(obstacle.problem)" + (obstacle.why.map { "; \($0)" } ?? "")
                + (obstacle.fix.map { "; \($0)" } ?? "") + "; here it is left out"
        } together: { obstacles in
            "training stops at \(obstacles.count) objectives and features, which are left out here: \(Self.list(obstacles.map(\.name))); "
                + "the first: \(obstacles[0].problem)"
        }
    }

    private var tokenWarnings: [String] {
        // One token in many columns is one mistake.
        var groups: [(key: String, tokens: [SuspectToken])] = []
        var places: [String: Int] = [:]
        for token in tokens where !isSaidByLoad(token) {
            let key = "\(token.isIllegal) \(token.objective != nil) \(token.token)"
            if let place = places[key] {
                groups[place].tokens.append(token)
            } else {
                places[key] = groups.count
                groups.append((key, [token]))
            }
        }
        return groups.flatMap { group in Self.each(group.tokens, Self.sentence, together: Self.sentence) }
    }

    /// The load warns of −1 among classes in words of its own.
    private func isSaidByLoad(_ token: SuspectToken) -> Bool {
        guard let objective = token.objective, token.token == "-1", !token.isIllegal else { return false }
        return loadWarnings.contains { $0.hasPrefix("objective '\(objective)': -1 counts as a") }
    }

    private static func sentence(_ token: SuspectToken) -> String {
        let rows = token.rows.isEmpty ? "" : ", row\(token.count == 1 ? "" : "s") \(token.rows.map { "\($0)" }.joined(separator: ", "))\(token.count > token.rows.count ? ", …" : "")"
        let line = token.line.map { " (line \($0))" } ?? ""
        let what = token.isIllegal ? "stops training" : "looks like a missing marker"
        return "'\(token.token)' in column '\(token.column)' \(what) (\(counted(token.count, "cell"))\(rows)\(line)): \(token.why); \(token.fix)"
    }

    private static func sentence(_ tokens: [SuspectToken]) -> String {
        let first = tokens[0]
        let what = first.isIllegal ? "stops training" : "looks like a missing marker"
        let flag = first.objective == nil ? "--missing-features" : "--missing"
        return "'\(first.token)' \(what) in \(tokens.count) columns (\(list(tokens.map(\.column)))), "
            + "\(counted(tokens.reduce(0) { $0 + $1.count }, "cell")) together: \(first.why); if it means missing, pass \(flag) '\(first.token)'"
    }

    private var leakWarnings: [String] {
        let leaks = repeatedRows.crossings.map { crossing in
            let example = crossing.examples.first.map { ", such as row \($0.second), which equals row \($0.first)" } ?? ""
            return "\(crossing.rows) of \(counted(crossing.total, "row")) in '\(crossing.second.rawValue)' equal a row of "
                + "'\(crossing.first.rawValue)' in all features\(example): scores on them are too good; keep equal rows in one part, with a "
                + "group column, or remove them"
        }
        guard repeatedRows.contradicting > 0 else { return leaks }
        let example = repeatedRows.contradictingExamples.first.map { rows in
            ", such as rows \(rows.prefix(3).map { "\($0)" }.joined(separator: ", "))"
        } ?? ""
        return leaks + [
            "\(counted(repeatedRows.contradicting, "set")) of rows with equal features "
                + "\(repeatedRows.contradicting == 1 ? "has" : "have") different labels\(example): no model can be right on all of them",
        ]
    }

    private var evaluationWarnings: [String] {
        [Part.valid, .test].flatMap { part -> [String] in
            // That there is no label at all is said by the load.
            let blind = objectives.filter { objective in
                guard let facts = objective.parts[part], objective.obstacle == nil else { return false }
                return facts.observed > 0 && !facts.isEvaluable
            }
            return Self.each(blind) { objective in
                let metric = Metric.main(for: objective.kind)
                let reason = objective.parts[part]?.undefined[metric] ?? "undefined"
                return "objective '\(objective.name)' cannot be scored by \(metric.rawValue) on '\(part.rawValue)': \(reason)"
            } together: { blind in
                "\(blind.count) objectives cannot be scored by their main metric on '\(part.rawValue)', where their labels are all alike: "
                    + Self.list(blind.map(\.name))
            }
        }
    }

    private var togetherWarnings: [String] {
        let pairs = coObservation.neverTogether
        guard let first = pairs.first else { return [] }
        let shown = Self.list(pairs.prefix(5).map { "'\($0.first)' and '\($0.second)'" })
        let more = coObservation.neverTogetherCount > 5 ? " and \(coObservation.neverTogetherCount - 5) more pairs" : ""
        return [
            "no row observes both \(pairs.count == 1 ? "'\(first.first)' and '\(first.second)'" : shown)\(more): what they have to do with each other cannot be "
                + "learnt from labels, and a model may tell apart where rows come from instead of what they show",
        ]
    }

    private var batchWarnings: [String] {
        let starved = objectives.filter { ($0.batchesWithoutLabel ?? 0) >= Self.warningShareOfBatches }
        func percent(_ objective: ObjectiveInspection) -> String { Self.percent(objective.batchesWithoutLabel ?? 0) }
        return Self.each(starved) { objective in
            "objective '\(objective.name)' has no label in \(percent(objective)) of the batches of \(batchSize) rows: "
                + "a larger batch lets it take part more often"
        } together: { starved in
            "\(starved.count) objectives have no label in half or more of the batches of \(batchSize) rows "
                + "(\(Self.list(starved.map { "\($0.name) \(percent($0))" }))): a larger batch lets them take part more often"
        }
    }

    private static let consequence =
        "where labels are not missing at random, scores and predictions on labelled rows need not hold for rows like the others, and "
        + "the model can learn who was measured instead of what was found; compare results within groups of the features that tell, "
        + "or weigh by inverse propensity"

    private var missingnessWarnings: [String] {
        let suspects = objectives.filter(\.missingness.isSuspect)
        guard !suspects.isEmpty else { return [] }
        return sentences(suspects) + [Self.consequence]
    }

    private func sentences(_ suspects: [ObjectiveInspection]) -> [String] {
        Self.each(suspects) { objective in
            guard let estimate = objective.missingness.finding.estimate else { return "" }
            let tells = objective.missingness.tells.map(\.column)
            let who = tells.isEmpty ? "many features tell a little each" : "\(Self.list(tells, most: 3)) tell\(tells.count == 1 ? "s" : "") most"
            let chance = estimate.interval.lowerBound <= 0.5 ? "; on so few rows chance alone can do that" : ""
            return "whether '\(objective.name)' is observed can be told from the features (AUROC \(Self.text(estimate)), on held-out rows; "
                + "\(who)\(chance)): it is not missing at random"
        } together: { suspects in
            let areas = suspects.compactMap(\.missingness.finding.estimate?.value)
            var tells: [String: Int] = [:]
            for tell in suspects.flatMap(\.missingness.tells) { tells[tell.column, default: 0] += 1 }
            let best = tells.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(3).map(\.key)
            let who = best.isEmpty ? "" : "; \(best.joined(separator: ", ")) tell most often"
            return "whether a label is observed can be told from the features for \(suspects.count) objectives "
                + "(\(Self.list(suspects.map(\.name))); AUROC \(Self.fixed(areas.min() ?? 0)) to \(Self.fixed(areas.max() ?? 0)) on held-out rows\(who)): "
                + "they are not missing at random"
        }
    }

    /// "0.83, 95 % interval 0.79–0.86".
    static func text(_ estimate: AUROCEstimate) -> String {
        "\(fixed(estimate.value)), 95 % interval \(fixed(estimate.interval.lowerBound))–\(fixed(estimate.interval.upperBound))"
    }

    /// Two decimals.
    private static func fixed(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
