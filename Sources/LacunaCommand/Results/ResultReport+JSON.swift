import Lacuna

extension ResultReport {
    /// The object that `--json` prints and `metrics.json` holds.
    ///
    /// A metric that is undefined is null, and its reason stands under `undefined`, by split and metric, beside
    /// `metrics`; `undefined` has every split, so that it can be looked up without asking.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("objectives", .array(objectives.map { $0.json(splits: splits) })),
            .init("macro", bySplit { split in macroValues(split) }),
            .init("macroObjectives", bySplit { split in macroCounts(split) }),
        ]
        if !macroIntervals.isEmpty {
            members.append(
                .init(
                    "macroIntervals",
                    .object(splits.compactMap { split in macroIntervals[split].map { .init(split, intervalJSON($0)) } })))
        }
        members += [
            .init("rows", bySplit { split in .integer(rows[split] ?? 0) }),
            .init("unlabelledDropped", .integer(unlabelledDropped)),
        ]
        if let bootstrap { members.append(.init("bootstrap", bootstrap.json)) }
        if let inversePropensity { members.append(.init("inversePropensity", inversePropensity.json)) }
        if let decisions { members.append(.init("decisions", decisions.json)) }
        if let training { members.append(.init("training", training.json)) }
        return .object(members)
    }

    private func bySplit(_ value: (String) -> JSONValue) -> JSONValue {
        .object(splits.map { .init($0, value($0)) })
    }

    private func macroValues(_ split: String) -> JSONValue {
        .object(macro(split).entries.compactMap { entry in entry.score.number.map { .init(entry.metric.rawValue, .number($0)) } })
    }

    private func macroCounts(_ split: String) -> JSONValue {
        .object(macro(split).entries.map { .init($0.metric.rawValue, .integer($0.objectives)) })
    }
}

extension ObjectiveResult {
    func json(splits: [String]) -> JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name)), .init("kind", .string(kind.rawValue))]
        if let scale { members.append(.init("scale", .string(scale))) }
        members += scoreMembers(splits: splits, coverage: coverage, scores: scores)
        members += ScoreAdditions(
            scores: scores, intervals: intervals, confusion: confusion, classes: classes, decision: decision,
            inversePropensity: inversePropensity
        ).members(splits: splits)
        if kind == .multilabel {
            members.append(
                .init(
                    "labels",
                    .array(
                        labels.map { label in
                            .object(
                                [.init("name", .string(label.name))]
                                    + scoreMembers(splits: splits, coverage: label.coverage, scores: label.scores)
                                    + ScoreAdditions(
                                        scores: label.scores, intervals: label.intervals, decision: label.decision,
                                        inversePropensity: label.inversePropensity
                                    ).members(splits: splits))
                        })))
        }
        return .object(members)
    }
}

/// `coverage`, `metrics` and `undefined`, as an objective and a label have them.
private func scoreMembers(
    splits: [String], coverage: [String: Double], scores: [String: Scores]
) -> [JSONValue.Member] {
    let scored = splits.filter { scores[$0] != nil }
    return [
        .init("coverage", .object(splits.map { .init($0, .optional(coverage[$0])) })),
        .init("metrics", .object(scored.map { .init($0, scores[$0]?.metrics ?? .null) })),
        .init("undefined", .object(scored.map { .init($0, scores[$0]?.reasons ?? .null) })),
    ]
}

extension Scores {
    fileprivate var metrics: JSONValue {
        .object(
            entries.map { .init($0.metric.rawValue, .optional($0.score.number)) }
                + [.init("observed", .integer(observed))])
    }

    fileprivate var reasons: JSONValue {
        .object(
            entries.compactMap { entry in
                entry.score.reason.map { .init(entry.metric.rawValue, .string($0)) }
            })
    }
}

extension TrainingFacts {
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("epochs", .integer(epochs)),
            .init("bestEpoch", bestEpoch.map { .integer($0) } ?? .null),
            .init("seconds", .number(seconds)),
            .init("stepMicroseconds", .number(stepMicroseconds)),
            .init("rowsPerSecond", .number(rowsPerSecond)),
            .init("parameters", .integer(parameters)),
            .init("peakMemoryMB", .number(peakMemoryMegabytes)),
        ]
        if let program {
            members += [
                .init("program", .string(program.version)), .init("platform", .string(program.platform)),
                .init("threads", .integer(program.threads)),
            ]
        }
        return .object(members)
    }
}
