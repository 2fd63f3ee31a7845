#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// One axis of a plot: its range, its ticks at round numbers, and what it is called.
struct Axis: Sendable {
    var label: String
    let lowest: Double
    let highest: Double
    let ticks: [(value: Double, text: String)]

    /// An axis from 0 to 1, as probabilities and rates have it.
    static func share(_ label: String) -> Axis {
        Axis(label, 0, 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map { ($0, NumberText.fixed($0, decimals: 1)) })
    }

    /// An axis that holds all the values, from one round number to another.
    ///
    /// - Parameters:
    ///   - values: those that are not finite are left out; without any, the axis runs from 0 to 1.
    ///   - includesZero: whether 0 is on it, whatever the values are.
    ///   - whole: whether ticks are whole numbers only, as epochs and counts are.
    ///   - isTight: whether it ends at the values instead of round numbers.
    static func covering(
        _ values: some Sequence<Double>, label: String, includesZero: Bool = false, whole: Bool = false, isTight: Bool = false
    ) -> Axis {
        var least = Double.infinity, most = -Double.infinity
        for value in values where value.isFinite {
            least = min(least, value)
            most = max(most, value)
        }
        if includesZero { (least, most) = (min(least, 0), max(most, 0)) }
        guard least <= most else { return .share(label) }
        if least == most {
            let room = whole ? 1 : max(abs(least) * 0.1, 1e-9)
            (least, most) = (includesZero && least == 0 ? 0 : least - room, most + room)
        }
        // Far ends of Double have no distance that is a Double.
        guard (most - least).isFinite else { return .share(label) }
        let step = stepWidth(for: (most - least) / 5, whole: whole)
        // Neither do its near ones have a fifth, and two numbers side by side have none that changes them.
        guard step > 0, least + step > least, most - step < most else { return .share(label) }
        let first = isTight ? (least / step).rounded(.up) : (least / step).rounded(.down)
        let last = isTight ? (most / step).rounded(.down) : (most / step).rounded(.up)
        let decimals = max(0, min(9, Int(-floor(log10(step) + 1e-9))))
        let ticks = stride(from: first, through: last, by: 1).prefix(20).map { index in
            let value = index * step
            return (value, text(value, decimals: decimals))
        }
        return Axis(label, isTight ? least : first * step, isTight ? most : last * step, ticks: Array(ticks))
    }

    private init(_ label: String, _ lowest: Double, _ highest: Double, ticks: [(value: Double, text: String)]) {
        self.label = label
        (self.lowest, self.highest, self.ticks) = (lowest, highest, ticks)
    }

    /// The least of 1, 2, 5 × 10ⁿ that is not below the width asked for.
    private static func stepWidth(for width: Double, whole: Bool) -> Double {
        let power = pow(10, floor(log10(width)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= width * 0.999 } ?? 10 * power
        return whole ? max(1, step) : step
    }

    private static func text(_ value: Double, decimals: Int) -> String {
        if value.magnitude >= 1e6 || (decimals > 5 && value != 0) { return scientific(value) }
        return NumberText.fixed(value, decimals: decimals).replacing("-", with: "−")
    }

    /// "2.5e7".
    private static func scientific(_ value: Double) -> String {
        let exponent = Int(floor(log10(value.magnitude)))
        let mantissa = NumberText.fixed(value / pow(10, Double(exponent)), decimals: 1)
        return "\(mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : mantissa)e\(exponent)".replacing("-", with: "−")
    }

    /// Where a value stands between the ends, 0 to 1; beyond them it stands on the nearest end.
    func position(_ value: Double) -> Double {
        let share = (value - lowest) / (highest - lowest)
        return share > 0 ? min(1, share) : 0
    }
}
