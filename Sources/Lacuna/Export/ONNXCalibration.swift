/// The part of an ONNX graph that calibrates probabilities and decides: what ``Calibration`` and ``Decisions`` do, in double and
/// from probabilities rounded to Float32, as they do it. A logit is steep where a probability is nearly sure: rounded otherwise,
/// it would be another one.
extension ONNXGraph {
    /// Calibrated probabilities of an objective.
    ///
    /// - Parameters:
    ///   - p: `[rows, columns]`, float: P(yes), P(class), P(yes) of each label, or P(level).
    ///   - objective: what was fitted; of a kind with probabilities.
    /// - Returns: the same shape, float.
    mutating func calibrated(_ p: Value, by objective: Decisions.Objective, kind: ObjectiveKind) -> Value {
        switch kind {
        case .regression: return p
        case .binary, .multilabel: return yesOrNo(p, objective.slots.map(\.calibration))
        case .categorical(let classes):
            guard let calibration = objective.slots.first?.calibration else { return p }
            return categorical(p, calibration, count: classes.count)
        case .ordinal(let levels):
            guard let calibration = objective.slots.first?.calibration else { return p }
            return ordinal(p, calibration, count: levels.count)
        }
    }

    /// P(y > k) of levels, `[rows, K − 1]`, double.
    ///
    /// - Parameter levels: `[rows, K]`, float: P(level).
    mutating func above(_ levels: Value, count: Int) -> Value {
        let sums = sumsOfLevels(cast(levels, .double), count: count)
        return node("Div", sums.above, sums.total)
    }

    mutating func cast(_ value: Value, _ element: Element) -> Value {
        node("Cast", value, attributes: [("to", .integer(element.rawValue))])
    }

    mutating func number(_ name: String, _ value: Double) -> Value { constant(name, [1], .doubles([value])) }

    /// 1 / (1 + e⁻ᶻ), double.
    mutating func exactSigmoid(_ logits: Value) -> Value {
        let one = number("one", 1)
        return node("Div", one, node("Add", one, node("Exp", node("Neg", logits))))
    }

    // MARK: Yes or no

    private mutating func yesOrNo(_ p: Value, _ slots: [Calibration?]) -> Value {
        var result = p
        let temperatures = slots.map { slot -> Double? in
            if case .temperature(let temperature)? = slot { temperature } else { nil }
        }
        if temperatures.contains(where: { $0 != nil }) {
            let scaled = node(
                "Div", logit(cast(p, .double)), constant("temperatures", [1, slots.count], .doubles(temperatures.map { $0 ?? 1 })))
            let cooled = cast(exactSigmoid(scaled), .float)
            // A label that was not calibrated stays as it is, to the bit.
            result = cooled
            if temperatures.contains(nil) {
                let isFitted = constant("isCalibrated", [1, slots.count], .bools(temperatures.map { $0 != nil }))
                result = node("Where", isFitted, cooled, p)
            }
        }
        let maps = slots.map { slot -> IsotonicMap? in if case .isotonic(let maps)? = slot { maps.first } else { nil } }
        guard maps.contains(where: { $0 != nil }) else { return result }
        let columns = zip(split(result, widths: slots.map { _ in 1 }), maps).map { column, map in
            guard let map else { return column }
            return cast(mapped(cast(column, .double), by: map), .float)
        }
        return joined(columns)
    }

    /// ln(p / (1 − p)) within the limits that ``Logits`` has for probabilities of 0 and 1.
    private mutating func logit(_ p: Value) -> Value {
        let rest = node("Sub", number("one", 1), p)
        return clipped(node("Sub", node("Log", p), node("Log", rest)), Logits.ofZero, Logits.ofOne)
    }

    private mutating func clipped(_ value: Value, _ low: Double, _ high: Double) -> Value {
        node("Clip", value, constant("low", [], .doubles([low])), constant("high", [], .doubles([high])))
    }

    private mutating func joined(_ columns: [Value]) -> Value {
        columns.count == 1 ? columns[0] : node("Concat", of: columns, attributes: [("axis", .integer(1))])
    }

    // MARK: Classes and levels

    private mutating func categorical(_ p: Value, _ calibration: Calibration, count: Int) -> Value {
        switch calibration {
        case .temperature(let temperature):
            let logits = clipped(node("Log", cast(p, .double)), Logits.ofZero, 0)
            let scaled = node("Div", logits, number("temperature", temperature))
            return cast(node("Softmax", scaled, attributes: [("axis", .integer(-1))]), .float)
        case .isotonic(let maps):
            let values = joined(zip(split(cast(p, .double), widths: maps.map { _ in 1 }), maps).map { mapped($0, by: $1) })
            let sum = node("ReduceSum", values, constant("axes", [1], .integers([1])), attributes: [("keepdims", .integer(1))])
            // Where no class was ever seen with such probabilities, none is preferred.
            let shares = node(
                "Where", node("Greater", sum, number("zero", 0)), node("Div", values, sum), number("share", 1 / Double(count)))
            return cast(shares, .float)
        }
    }

    private mutating func ordinal(_ levels: Value, _ calibration: Calibration, count: Int) -> Value {
        let sums = sumsOfLevels(cast(levels, .double), count: count)
        let raw: Value
        switch calibration {
        case .temperature(let temperature):
            let logits = clipped(node("Sub", node("Log", sums.above), node("Log", sums.below)), Logits.ofZero, -Logits.ofZero)
            raw = exactSigmoid(node("Div", logits, number("temperature", temperature)))
        case .isotonic(let maps):
            let above = split(node("Div", sums.above, sums.total), widths: maps.map { _ in 1 })
            raw = joined(zip(above, maps).map { mapped($0, by: $1) })
        }
        var smallest: [Value] = []
        for next in split(raw, widths: Array(repeating: 1, count: count - 1)) {
            smallest.append(smallest.last.map { node("Min", $0, next) } ?? next)
        }
        return cast(differences(joined(smallest), isDouble: true), .float)
    }

    /// P(level) from P(y > k): 1 before the first and 0 behind the last.
    mutating func differences(_ above: Value, isDouble: Bool) -> Value {
        func padded(_ pads: [Int], with number: Double) -> Value {
            node(
                "Pad", above, constant("pads", [4], .integers(pads)),
                constant("pad", [1], isDouble ? .doubles([number]) : .floats([Float(number)])))
        }
        return node("Sub", padded([0, 1, 0, 0], with: 1), padded([0, 0, 0, 1], with: 0))
    }

    /// Sums of P(level) above and below each of the K − 1 cuts, and of all.
    private mutating func sumsOfLevels(_ levels: Value, count: Int) -> (below: Value, above: Value, total: Value) {
        func cuts(_ name: String, _ isIn: (_ level: Int, _ cut: Int) -> Bool) -> Value {
            let ones = (0..<count).flatMap { level in (0..<count - 1).map { isIn(level, $0) ? 1.0 : 0 } }
            return node("MatMul", levels, constant(name, [count, count - 1], .doubles(ones)))
        }
        let total = node("ReduceSum", levels, constant("axes", [1], .integers([1])), attributes: [("keepdims", .integer(1))])
        return (cuts("levels.below", { $0 <= $1 }), cuts("levels.above", { $0 > $1 }), total)
    }

    // MARK: Isotonic maps

    /// The line between the knots on either side of each score; beyond the first and the last knot it is level.
    ///
    /// - Parameter scores: `[rows, 1]`, double.
    private mutating func mapped(_ scores: Value, by map: IsotonicMap) -> Value {
        let count = map.scores.count
        guard count > 1 else {
            // A sum with 0 · score keeps rows, and a score that is not a number.
            return node("Add", node("Mul", scores, number("zero", 0)), number("mean", map.means[0]))
        }
        let inside = clipped(scores, map.scores[0], map.scores[count - 1])
        let left: Value
        if count > 2 {
            // How many of the inner knots lie at or below the score is the knot on its left.
            let inner = constant("knots.inner", [1, count - 2], .doubles(Array(map.scores[1..<count - 1])))
            let passed = cast(node("GreaterOrEqual", inside, inner), .int64)
            left = node("ReduceSum", passed, constant("axes", [1], .integers([1])), attributes: [("keepdims", .integer(1))])
        } else {
            left = cast(node("Mul", inside, number("zero", 0)), .int64)
        }
        func look(_ name: String, _ values: [Double]) -> Value {
            node("Gather", constant(name, [count - 1], .doubles(values)), left, attributes: [("axis", .integer(0))])
        }
        let (knots, means) = (map.scores, map.means)
        let start = look("knots", Array(knots.dropLast())), mean = look("means", Array(means.dropLast()))
        let width = look("knots.width", zip(knots, knots.dropFirst()).map { $1 - $0 })
        let rise = look("means.rise", zip(means, means.dropFirst()).map { $1 - $0 })
        return node("Add", mean, node("Mul", rise, node("Div", node("Sub", inside, start), width)))
    }

    // MARK: Decisions

    /// 0 or 1 by the threshold of each column, or the class's index; int64.
    ///
    /// - Parameter p: `[rows, columns]`, float, calibrated.
    /// - Returns: `[rows, 1]`, or `[rows, L]`; nil where nothing is decided.
    mutating func decided(_ p: Value, by objective: Decisions.Objective, kind: ObjectiveKind) -> Value? {
        switch kind {
        case .binary, .multilabel:
            let thresholds = objective.slots.compactMap { $0.threshold?.value }
            guard thresholds.count == objective.slots.count else { return nil }
            let least = constant("thresholds", [1, thresholds.count], .doubles(thresholds))
            return cast(node("GreaterOrEqual", cast(p, .double), least), .int64)
        case .categorical:
            guard objective.choice.threshold != nil else { return nil }
            return node("ArgMax", p, attributes: [("axis", .integer(1)), ("keepdims", .integer(1))])
        case .ordinal, .regression: return nil
        }
    }
}
