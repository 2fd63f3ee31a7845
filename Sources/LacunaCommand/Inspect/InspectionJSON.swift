import Lacuna

extension InspectionResult {
    /// The object that `--json` prints: everything, however many objectives.
    var json: JSONValue {
        [
            "rows": byPart { .integer(inspection.rows[$0] ?? 0) },
            "unlabelledRows": byPart { .integer(inspection.unlabelledRows[$0] ?? 0) },
            "batchSize": .integer(inspection.batchSize),
            "objectives": .array(inspection.objectives.map(json)),
            "sources": .array(
                inspection.sources.map { source in
                    [
                        "name": .string(source.name), "rows": byPart { .integer(source.rows[$0] ?? 0) },
                        "coverage": .object(
                            inspection.objectives.map { .init($0.name, .optional(source.coverage[$0.name])) }),
                    ]
                }),
            "coObservation": together,
            "duplicates": repeated,
            "tokens": .array(inspection.tokens.map(Self.json)),
            "obstacles": .array(
                inspection.obstacles.map { obstacle in
                    [
                        "name": .string(obstacle.name), "problem": .string(obstacle.problem), "why": .text(obstacle.why),
                        "fix": .text(obstacle.fix),
                    ]
                }),
            "missingness": [
                "rows": .integer(inspection.missingnessRows.all), "heldOutRows": .integer(inspection.missingnessRows.heldOut),
                "columns": .integer(inspection.missingnessColumns.used),
                "columnsOf": .integer(inspection.missingnessColumns.all),
                "warningArea": .number(MissingnessModel.warningArea),
            ],
            "warnings": .array(warnings.map { .string($0) }),
        ]
    }

    private func byPart(_ value: (Part) -> JSONValue) -> JSONValue {
        .object(parts.map { .init($0.rawValue, value($0)) })
    }

    private func json(_ objective: ObjectiveInspection) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(objective.name)), .init("kind", .string(objective.kind.rawValue)),
        ]
        members += self.members(of: objective.parts)
        members += [
            .init("batchesWithoutLabel", .optional(objective.batchesWithoutLabel)),
            .init("missingness", Self.json(objective.missingness)),
        ]
        if objective.kind == .multilabel {
            members.append(
                .init(
                    "labels",
                    .array(
                        objective.labels.map { label in
                            .object(
                                [.init("name", .string(label.name))] + self.members(of: label.parts)
                                    + [.init("missingness", Self.json(label.missingness))])
                        })))
        }
        members.append(.init("uncertainPolicy", .text(objective.uncertainty?.text)))
        members.append(.init("obstacle", .text(objective.obstacle)))
        return .object(members)
    }

    private func members(of facts: [Part: PartFacts]) -> [JSONValue.Member] {
        func each(_ value: (PartFacts) -> JSONValue) -> JSONValue { byPart { facts[$0].map(value) ?? .null } }
        return [
            .init("coverage", each { .optional($0.coverage) }),
            .init("observed", each { .integer($0.observed) }),
            .init("labelledRows", each { .integer($0.labelledRows) }),
            .init("classes", each { .object($0.classes.map { .init($0.name, .integer($0.count)) }) }),
            .init("values", each { $0.values.map(Self.json) ?? .null }),
            .init("uncertain", each { .integer($0.uncertain) }),
            .init(
                "censored", each { ["below": .integer($0.bounds.below), "above": .integer($0.bounds.above)] as JSONValue }),
            .init("evaluable", each { .bool($0.isEvaluable) }),
            .init(
                "undefined",
                each { facts in
                    .object(
                        Metric.allCases.compactMap { metric in
                            facts.undefined[metric].map { .init(metric.rawValue, .string($0)) }
                        })
                }),
        ]
    }

    private static func json(_ values: ValueFacts) -> JSONValue {
        [
            "minimum": .number(values.minimum), "maximum": .number(values.maximum), "mean": .number(values.mean),
            "deviation": .number(values.deviation), "distinct": .integer(values.distinct),
        ]
    }

    private static func json(_ missingness: Missingness) -> JSONValue {
        let reason: String? = switch missingness.finding {
        case .alwaysObserved: "always observed"
        case .neverObserved: "never observed"
        case .undecided(let reason), .notExamined(let reason): reason
        case .measured: nil
        }
        let estimate = missingness.finding.estimate
        return [
            "auroc": .optional(estimate?.value),
            "interval": estimate.map { .array([.number($0.interval.lowerBound), .number($0.interval.upperBound)]) } ?? .null,
            "undefined": .text(reason),
            "warning": .bool(missingness.isSuspect),
            "tells": .array(
                missingness.tells.map { tell in
                    [
                        "feature": .string(tell.feature), "column": .string(tell.column), "drop": .number(tell.drop),
                        "alone": .number(tell.alone),
                    ]
                }),
        ]
    }

    private var together: JSONValue {
        let found = inspection.coObservation
        let width = found.objectives.count
        return [
            "objectives": .array(found.objectives.map { .string($0) }),
            "counts": found.counts.isEmpty
                ? .null
                : .array(
                    (0..<width).map { row in .array((0..<width).map { .integer(found.counts[row * width + $0]) }) }),
            "rowsCounted": .integer(found.rowsCounted),
            "neverTogether": .array(found.neverTogether.map { .array([.string($0.first), .string($0.second)]) }),
            "neverTogetherCount": .integer(found.neverTogetherCount),
        ]
    }

    private var repeated: JSONValue {
        let found = inspection.repeatedRows
        func rows(_ sets: [[Int]]) -> JSONValue { .array(sets.map { .array($0.map { .integer($0) }) }) }
        return [
            "rows": .integer(found.surplus), "sets": .integer(found.sets), "contradicting": .integer(found.contradicting),
            "examples": rows(found.examples), "contradictingExamples": rows(found.contradictingExamples),
            "acrossParts": .array(
                found.crossings.map { crossing in
                    [
                        "first": .string(crossing.first.rawValue), "second": .string(crossing.second.rawValue),
                        "rows": .integer(crossing.rows), "of": .integer(crossing.total),
                        "examples": .array(crossing.examples.map { .array([.integer($0.first), .integer($0.second)]) }),
                    ]
                }),
        ]
    }

    private static func json(_ token: SuspectToken) -> JSONValue {
        [
            "column": .string(token.column), "objective": .text(token.objective), "token": .string(token.token),
            "count": .integer(token.count), "rows": .array(token.rows.map { .integer($0) }),
            "line": token.line.map { .integer($0) } ?? .null, "illegal": .bool(token.isIllegal), "why": .string(token.why),
            "fix": .string(token.fix),
        ]
    }
}

extension JSONValue {
    /// A string, or null for nil.
    fileprivate static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
