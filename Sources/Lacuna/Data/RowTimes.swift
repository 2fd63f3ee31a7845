/// When each row is from: what `--time-column` names.
public struct RowTimes: Equatable, Sendable {
    /// The column that says it.
    public let column: String
    /// `[rows]`: the place of the row's time among ``texts``, so that earlier rows have smaller numbers.
    public let ofRow: [Int32]
    /// The distinct times as the file writes them, earliest first; of equal times, the first one written.
    public let texts: [String]
}

/// A time in a cell: a number, or a date with or without a time of day.
struct TimeStamp: Comparable {
    enum Sort: Equatable {
        case number
        /// A date, or a date and time that names no zone.
        case local
        /// A date and time with `Z` or an offset.
        case zoned

        var text: String {
            switch self {
            case .number: "a number"
            case .local: "a date without a time zone"
            case .zoned: "a time with a time zone"
            }
        }
    }

    let sort: Sort
    /// The number, or seconds since 1970.
    private let whole: Double
    /// Fractions of the second, 0 ..< 1, kept apart so that they lose no digits.
    private let fraction: Double

    static func < (a: TimeStamp, b: TimeStamp) -> Bool { (a.whole, a.fraction) < (b.whole, b.fraction) }

    /// Reads a finite number, or what ISO 8601 and RFC 3339 write most: `2024-03`, `2024-03-09`, `2024-03-09T10:20`,
    /// `2024-03-09 10:20:30.5`, `2024-03-09T10:20:30Z`, `…+02:00`, `…+0200`, `…+02`. Anything else is nil, such as 03/09/2024,
    /// of which nobody knows whether it is in March.
    init?(_ text: String) {
        if let number = Double(text), number.isFinite, text.utf8.allSatisfy({ !($0 == 0x78 || $0 == 0x58) }) {
            (sort, whole, fraction) = (.number, number, 0)
            return
        }
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), 1...12 ~= month else { return nil }
        var day = 1
        if !scanner.isAtEnd {
            guard scanner.take("-"), let given = scanner.digits(2), 1...Self.days(of: month, in: year) ~= given else { return nil }
            day = given
        }
        var seconds = Double(Self.daysSince1970(year, month, day)) * 86_400
        guard !scanner.isAtEnd else {
            (sort, whole, fraction) = (.local, seconds, 0)
            return
        }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let clock = scanner.clock() else { return nil }
        seconds += Double(clock.seconds)
        if scanner.isAtEnd {
            (sort, whole, fraction) = (.local, seconds, clock.fraction)
            return
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        (sort, whole, fraction) = (.zoned, seconds - Double(offset), clock.fraction)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days from 1970-01-01 in the Gregorian calendar (Hinnant's `days_from_civil`).
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// Reads a date's digits from the left. By hand: Foundation's ISO 8601 parsers accept one form each and say not which.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, 0x30...0x39 ~= byte else { return nil }
        rest = rest.dropFirst()
        return Int(byte) - 0x30
    }

    /// `10:20`, `10:20:30` or `10:20:30.25`; a comma may stand for the point, and a leap second is 60.
    mutating func clock() -> (seconds: Int, fraction: Double)? {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
        var (seconds, fraction) = (hour * 3600 + minute * 60, 0.0)
        guard take(":") else { return (seconds, fraction) }
        guard let second = digits(2), second <= 60 else { return nil }
        seconds += second
        guard take(".") || take(",") else { return (seconds, fraction) }
        var scale = 0.1
        guard let first = digit() else { return nil }
        fraction = Double(first) * scale
        while let next = digit() {
            scale /= 10
            fraction += Double(next) * scale
        }
        return (seconds, fraction)
    }

    /// `Z`, `+02:00`, `+0200` or `+02`, in seconds.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = digits(2), hours < 24 else { return nil }
        if isAtEnd { return sign * hours * 3600 }
        _ = take(":")
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
