/// How often values fall into each square of a grid over a plot.
struct Density: Sendable {
    /// Squares along x and y.
    let columns: Int
    let rows: Int
    /// `[rows × columns]`, the lowest row first.
    let counts: [Int]
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    /// Counts points; those outside stand in the outermost squares.
    init(_ points: [(x: Double, y: Double)], x: Axis, y: Axis, columns: Int = 56, rows: Int = 40) {
        var counts = [Int](repeating: 0, count: columns * rows)
        for point in points where point.x.isFinite && point.y.isFinite {
            let column = min(columns - 1, Int(x.position(point.x) * Double(columns)))
            let row = min(rows - 1, Int(y.position(point.y) * Double(rows)))
            counts[row * columns + column] += 1
        }
        (self.columns, self.rows, self.counts) = (columns, rows, counts)
        self.x = x.lowest...x.highest
        self.y = y.lowest...y.highest
    }

    /// The step of a count among ten, by its logarithm: a square with one value is seen beside one with thousands.
    static func step(_ count: Int, most: Int) -> Int {
        guard most > 1, count > 0 else { return 9 }
        func bits(_ value: Int) -> Double { Double(Int.bitWidth - value.leadingZeroBitCount - 1) + fraction(value) }
        func fraction(_ value: Int) -> Double {
            let floor = 1 << (Int.bitWidth - value.leadingZeroBitCount - 1)
            return Double(value) / Double(floor) - 1
        }
        return 2 + Int((bits(count) / bits(most) * 7).rounded())
    }
}

extension Plot {
    func drawing(_ mark: Mark) -> HTML {
        switch mark {
        case .line(let points, let series, _):
            "<path class=\"line s\(series % 5) d\(series % 5)\" d=\"\(path(points))\"/>"
        case .reference(let points, _): "<path class=\"ref\" d=\"\(path(points))\"/>"
        case .band(let points, let series, _):
            "<path class=\"area fill f\(series % 5)\" d=\"\(outline(points))\"/>"
        case .bars(let bars, let series, _): "<path class=\"fill f\(series % 5)\" d=\"\(rectangles(bars))\"/>"
        case .dots(let points, let radius, let series, _):
            "<path class=\"dot\(radius > 2 ? " r3" : "") s\(series % 5)\" d=\"\(dots(points))\"/>"
        case .point(let x, let y, let series, _): point(x, y, series)
        case .whiskers(let stretches, let series): "<path class=\"line s\(series % 5)\" d=\"\(whiskers(stretches))\"/>"
        case .density(let density, _): squares(density)
        }
    }

    private func path(_ points: [(x: Double, y: Double)]) -> String {
        let placed = points.filter { $0.x.isFinite && $0.y.isFinite }.map { place($0.x, $0.y) }
        return Self.path(Thinning.line(placed))
    }

    private static func path(_ points: [Thinning.Point]) -> String {
        var result = ""
        for (index, point) in points.enumerated() {
            result += "\(index == 0 ? "M" : "L")\(text(point.x)) \(text(point.y))"
        }
        return result
    }

    private func outline(_ points: [(x: Double, low: Double, high: Double)]) -> String {
        let whole = points.filter { $0.low.isFinite && $0.high.isFinite }
        let above = Thinning.line(whole.map { place($0.x, $0.high) })
        let below = Thinning.line(whole.map { place($0.x, $0.low) })
        return above.isEmpty ? "" : Self.path(above + below.reversed()) + "Z"
    }

    private func rectangles(_ bars: [(low: Double, high: Double, y: Double)]) -> String {
        var result = ""
        for bar in bars where bar.y != 0 && bar.y.isFinite {
            let foot = place(bar.low, max(y.lowest, min(0, y.highest))), head = place(bar.high, bar.y)
            // A thread of the background between bars tells them apart; a bar is never thinner than it.
            let gap = head.x - foot.x > 3 ? 0.5 : 0
            result += "M\(Self.text(foot.x + gap)) \(Self.text(foot.y))V\(Self.text(head.y))H\(Self.text(head.x - gap))V\(Self.text(foot.y))Z"
        }
        return result
    }

    /// A stroke without length draws its round cap.
    private func dots(_ points: [(x: Double, y: Double)]) -> String {
        var result = ""
        for point in points where point.x.isFinite && point.y.isFinite {
            let at = place(point.x, point.y)
            result += "M\(Self.text(at.x)) \(Self.text(at.y))h0"
        }
        return result
    }

    private func whiskers(_ stretches: [(x: Double, low: Double, high: Double)]) -> String {
        var result = ""
        for stretch in stretches where stretch.low.isFinite && stretch.high.isFinite {
            let low = place(stretch.x, stretch.low), high = place(stretch.x, stretch.high)
            result += "M\(Self.text(low.x)) \(Self.text(low.y))V\(Self.text(high.y))"
        }
        return result
    }

    private func point(_ px: Double, _ py: Double, _ series: Int) -> HTML {
        let at = place(px, py)
        let (x, y) = (Self.text(at.x), Self.text(at.y))
        return """
            <circle class="line s\(series % 5)" cx="\(x)" cy="\(y)" r="6"/>\
            <path class="line s\(series % 5)" d="M\(Self.text(at.x - 3)) \(y)h6M\(x) \(Self.text(at.y - 3))v6"/>
            """
    }

    /// One path for each step, its squares joined along a row.
    private func squares(_ density: Density) -> HTML {
        let most = density.counts.max() ?? 0
        var paths = [String](repeating: "", count: 10)
        let width = (density.x.upperBound - density.x.lowerBound) / Double(density.columns)
        let height = (density.y.upperBound - density.y.lowerBound) / Double(density.rows)
        for row in 0..<density.rows {
            var column = 0
            while column < density.columns {
                let count = density.counts[row * density.columns + column]
                let step = Density.step(count, most: most), first = column
                repeat { column += 1 } while column < density.columns
                    && Self.isAlike(density.counts[row * density.columns + column], count, most)
                guard count > 0 else { continue }
                let low = place(density.x.lowerBound + width * Double(first), density.y.lowerBound + height * Double(row))
                let high = place(
                    density.x.lowerBound + width * Double(column), density.y.lowerBound + height * Double(row + 1))
                paths[step] += "M\(Self.text(low.x)) \(Self.text(low.y))V\(Self.text(high.y))H\(Self.text(high.x))V\(Self.text(low.y))Z"
            }
        }
        return .joined(
            paths.enumerated().filter { !$0.element.isEmpty }.map { step, path in "<path class=\"h\(step)\" d=\"\(path)\"/>" })
    }

    private static func isAlike(_ a: Int, _ b: Int, _ most: Int) -> Bool {
        (a > 0) == (b > 0) && Density.step(a, most: most) == Density.step(b, most: most)
    }
}

extension Plot {
    /// What each mark means, as a list under the drawing.
    var legend: HTML? {
        let entries = marks.compactMap { mark -> HTML? in
            switch mark {
            case .line(_, let series, let name?): entry("<path class=\"line s\(series % 5) d\(series % 5)\" d=\"M1 6H33\"/>", name)
            case .reference(_, let name?): entry("<path class=\"ref\" d=\"M1 6H33\"/>", name)
            case .band(_, let series, let name?): entry("<path class=\"area fill f\(series % 5)\" d=\"M1 1H33V11H1Z\"/>", name)
            case .bars(_, let series, let name?): entry("<path class=\"fill f\(series % 5)\" d=\"M8 1H26V11H8Z\"/>", name)
            case .dots(_, _, let series, let name?):
                entry("<path class=\"dot r3 s\(series % 5)\" d=\"M17 6h0\"/>", name)
            case .point(_, _, let series, let name?):
                entry("<circle class=\"line s\(series % 5)\" cx=\"17\" cy=\"6\" r=\"4.5\"/><path class=\"line s\(series % 5)\" d=\"M15 6h4M17 4v4\"/>", name)
            case .density(_, let name?):
                entry("<path class=\"h2\" d=\"M1 1H12V11H1Z\"/><path class=\"h5\" d=\"M12 1H23V11H12Z\"/><path class=\"h9\" d=\"M23 1H33V11H23Z\"/>", name)
            default: nil
            }
        }
        return entries.isEmpty ? nil : "<ul class=\"legend\">\(entries)</ul>"
    }

    private func entry(_ drawing: HTML, _ name: String) -> HTML {
        "<li><svg viewBox=\"0 0 34 12\" aria-hidden=\"true\" focusable=\"false\">\(drawing)</svg>\(name)</li>"
    }
}
