import Lacuna

/// `intervals`, `confusion`, `calibration`, `calibrated`, `decision`, `conformal` and `inversePropensity`, where they are known.
struct ScoreAdditions {
    var scores: [String: Scores]
    var intervals: [String: [Metric: Interval]]
    var confusion: [String: [[Int]]] = [:]
    var classes: [String] = []
    var decision: DecisionResult?
    var inversePropensity: [String: InversePropensityResult]

    func members(splits: [String]) -> [JSONValue.Member] {
        func bySplit<Value>(_ values: [String: Value], _ body: (Value) -> JSONValue) -> JSONValue {
            .object(splits.compactMap { split in values[split].map { .init(split, body($0)) } })
        }
        var members: [JSONValue.Member] = []
        if !intervals.isEmpty { members.append(.init("intervals", bySplit(intervals, intervalJSON))) }
        if !confusion.isEmpty {
            members.append(
                .init(
                    "confusion",
                    bySplit(confusion) { counts in
                        [
                            "labels": .array(classes.map { .string($0) }),
                            "counts": .array(counts.map { .array($0.map { .integer($0) }) }),
                        ]
                    }))
        }
        if let decision { members += self.members(of: decision, bySplit: { bySplit($0, $1) }, numbers: { bySplit($0, $1) }) }
        if !inversePropensity.isEmpty {
            members.append(
                .init(
                    "inversePropensity",
                    bySplit(inversePropensity) { result in
                        .object(
                            metricMembers(result.scores) + [.init("effectiveLabels", .number(result.effectiveLabels))])
                    }))
        }
        return members
    }

    private func members(
        of decision: DecisionResult, bySplit: ([String: Scores], (Scores) -> JSONValue) -> JSONValue,
        numbers: ([String: Double], (Double) -> JSONValue) -> JSONValue
    ) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        if let method = decision.calibration {
            var facts: [JSONValue.Member] = [.init("method", .string(method))]
            if let temperature = decision.temperature { facts.append(.init("temperature", .number(temperature))) }
            facts.append(.init("labels", .integer(decision.labels)))
            members.append(.init("calibration", .object(facts)))
            members.append(.init("calibrated", bySplit(decision.calibrated) { .object(metricMembers($0)) }))
        }
        if let rule = decision.rule {
            func moved(_ scores: Scores) -> JSONValue {
                .object(
                    DecisionResult.metrics.compactMap { metric in
                        scores[metric]?.number.map { .init(metric.rawValue, .number($0)) }
                    } + [.init("observed", .integer(scores.observed))])
            }
            var facts: [JSONValue.Member] = [.init("rule", .string(rule))]
            if let threshold = decision.threshold { facts.append(.init("threshold", .number(threshold))) }
            if let shortfall = decision.shortfall { facts.append(.init("shortfall", .string(shortfall))) }
            facts.append(.init("labels", .integer(decision.labels)))
            facts.append(.init("before", bySplit(scores.filter { decision.decided[$0.key] != nil }, moved)))
            facts.append(.init("metrics", bySplit(decision.decided, moved)))
            members.append(.init("decision", .object(facts)))
        }
        if let conformal = decision.conformal {
            var facts: [JSONValue.Member] = [
                .init("required", .number(conformal.required)), .init("labels", .integer(conformal.labels)),
                .init("quantile", .optional(conformal.quantile)),
                .init("measured", numbers(conformal.measured) { .number($0) }),
            ]
            if !conformal.averageSetSize.isEmpty {
                facts.append(.init("averageSetSize", numbers(conformal.averageSetSize) { .number($0) }))
            }
            if !conformal.averageWidth.isEmpty {
                facts.append(.init("averageWidth", numbers(conformal.averageWidth) { .number($0) }))
            }
            members.append(.init("conformal", .object(facts)))
        }
        return members
    }
}

/// The defined metrics and over how many labels they are.
private func metricMembers(_ scores: Scores) -> [JSONValue.Member] {
    scores.entries.compactMap { entry in entry.score.number.map { .init(entry.metric.rawValue, .number($0)) } }
        + [.init("observed", .integer(scores.observed))]
}

func intervalJSON(_ intervals: [Metric: Interval]) -> JSONValue {
    .object(
        Metric.allCases.compactMap { metric in
            intervals[metric].map { .init(metric.rawValue, .array([.number($0.lower), .number($0.upper)])) }
        })
}

extension DecisionFacts {
    var json: JSONValue {
        .object(
            [.init("tuningRows", .integer(tuningRows)), .init("conformalRows", .integer(conformalRows))]
                + (coverage.map { [.init("coverage", .number($0))] } ?? []))
    }
}

extension InversePropensityFacts {
    var json: JSONValue {
        ["trainingRows": .integer(trainingRows), "largestWeight": .number(largestWeight), "cut": .integer(cut)]
    }
}

extension BootstrapFacts {
    var json: JSONValue {
        [
            "resamples": .integer(resamples), "confidence": .number(confidence), "seed": .string("\(seed)"),
            "byGroup": .bool(grouped),
        ]
    }
}
