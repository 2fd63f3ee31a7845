/// A map of many columns and few rows, each cell shaded by a share: coverage of a thousand objectives by part.
/// Neighbours of one shade are drawn as one, so its size follows what is to be seen.
struct StripMap: Sendable {
    var id: String
    var title: String
    var description: String
    /// What the columns are, under the map.
    var label: String
    /// Names and shares of the rows; nil where there is none.
    var rows: [(name: String, shares: [Double?])]
    var note: HTML?

    var html: HTML {
        let height = 28.0, left = 44.0, width = 700.0
        let columns = max(rows.map(\.shares.count).max() ?? 0, 1)
        let wide = (width - left) / Double(columns)
        let total = height * Double(rows.count) + 22
        let drawn = rows.enumerated().map { index, row -> HTML in
            let top = Double(index) * height
            return """
                <text class="l" x="0" y="\(Plot.text(top + height / 2 + 4))">\(row.name)</text>\
                \(strips(row.shares, left: left, wide: wide, top: top, height: height - 3))
                """
        }
        let small: HTML? = note.map { "<small>\($0)</small>" }
        return """
            <figure class="wide"><figcaption>\(title)\(small)</figcaption>
            <div class="scroll" role="region" aria-labelledby="\(id)-t" tabindex="0">\
            <svg class="plot strip" role="img" aria-labelledby="\(id)-t \(id)-d" viewBox="0 0 700 \(Plot.text(total))">\
            <title id="\(id)-t">\(title)</title><desc id="\(id)-d">\(description)</desc>
            \(drawn)
            <text class="m" x="\(Plot.text(left + (width - left) / 2))" y="\(Plot.text(total - 6))">\(label)</text>
            </svg></div>\(Self.scale)</figure>

            """
    }

    private func strips(_ shares: [Double?], left: Double, wide: Double, top: Double, height: Double) -> HTML {
        var parts: [HTML] = []
        var column = 0
        while column < shares.count {
            let first = column, step = shares[first].map(HTMLTable.step)
            repeat { column += 1 } while column < shares.count && shares[column].map(HTMLTable.step) == step
            guard let step else { continue }
            let x = left + Double(first) * wide
            parts.append(
                """
                <rect class="h\(step)" x="\(Plot.text(x))" y="\(Plot.text(top))" \
                width="\(Plot.text(left + Double(column) * wide - x))" height="\(Plot.text(height))"/>
                """)
        }
        return .joined(parts)
    }

    /// What the shades mean.
    static var scale: HTML {
        let steps = (0..<10).map { step -> HTML in "<rect class=\"h\(step)\" x=\"\(step * 9)\" y=\"1\" width=\"9\" height=\"10\"/>" }
        return """
            <ul class="legend scale"><li>0 % <svg viewBox="0 0 90 12" aria-hidden="true" focusable="false">\(steps)</svg>100 %</li></ul>

            """
    }
}
