/// Columns of text set in a typewriter's grid: the first column left, all others right.
struct TextTable {
    var header: [String]
    var rows: [[String]] = []
    /// Columns that are words and stand left.
    var leading: Set<Int> = [0]

    init(_ header: [String]) {
        self.header = header
    }

    /// The lines, header first, without spaces at their ends.
    func lines(indent: String = "") -> [String] {
        var widths = header.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        return ([header] + rows).map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return leading.contains(column) ? cell + space : space + cell
            }
            let line = indent + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

/// Numbers as a table shows them.
enum NumberText {
    /// Decimals fixed, as "0.912"; without Foundation's formatter, which costs more than the whole table.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// Three decimals, or four significant digits for errors in units that are large or small.
    static func metric(_ value: Double) -> String {
        let size = value.magnitude
        if size != 0, size < 0.001 { return scientific(value) }
        return fixed(value, decimals: size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
    }

    private static func scientific(_ value: Double) -> String {
        var exponent = 0
        var mantissa = value
        while mantissa.magnitude < 1 {
            mantissa *= 10
            exponent -= 1
        }
        return "\(fixed(mantissa, decimals: 1))e\(exponent)"
    }

    static func percent(_ share: Double) -> String { fixed(share * 100, decimals: 1) + " %" }

    /// "1 234 567": groups of three, so that counts can be read.
    static func count(_ value: Int) -> String {
        var groups: [Substring] = []
        var digits = Substring(String(value.magnitude))
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: " ")
    }

    /// "0.8 s", "2 min 5 s", "3 h 2 min".
    static func duration(_ seconds: Double) -> String {
        if seconds < 10 { return "\(fixed(max(seconds, 0), decimals: 1)) s" }
        guard seconds < 1e9 else { return "–" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
