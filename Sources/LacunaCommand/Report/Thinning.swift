/// Fewer points for the same picture: a curve of a hundred thousand points is drawn from a few that nobody could tell
/// from it.
enum Thinning {
    /// A point on the drawing, in its units, of which one is about a pixel.
    struct Point: Equatable, Sendable {
        var x: Double
        var y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// The points of a line that keep every point left out within `tolerance` of what is drawn; where that needs more
    /// than `limit` points, the tolerance is doubled until it does not.
    ///
    /// - Parameters:
    ///   - points: of one line, in order.
    ///   - tolerance: in units of the drawing.
    ///   - limit: at least 2.
    /// - Note: Douglas and Peucker 1973, after points that fall on the one before are dropped.
    static func line(_ points: [Point], tolerance: Double = 0.15, limit: Int = 200) -> [Point] {
        var distinct: [Point] = []
        for point in points where distinct.last.map({ distance($0, point) > tolerance / 4 }) ?? true {
            distinct.append(point)
        }
        // The end of a line is part of its meaning.
        if let last = points.last, let kept = distinct.last, kept != last {
            if distinct.count > 1 { distinct[distinct.count - 1] = last } else { distinct.append(last) }
        }
        var tolerance = tolerance
        while true {
            let kept = simplified(distinct, tolerance: tolerance)
            if kept.count <= max(limit, 2) { return kept }
            tolerance *= 2
        }
    }

    private static func simplified(_ points: [Point], tolerance: Double) -> [Point] {
        guard points.count > 2 else { return points }
        var keep = [Bool](repeating: false, count: points.count)
        keep[0] = true
        keep[points.count - 1] = true
        // A stack instead of recursion: a staircase could be as deep as it is long.
        var open = [(0, points.count - 1)]
        while let (first, last) = open.popLast() {
            var farthest = first, most = tolerance
            for index in first + 1..<max(last, first + 1) {
                let offset = distance(of: points[index], from: points[first], to: points[last])
                if offset > most { (farthest, most) = (index, offset) }
            }
            guard farthest != first else { continue }
            keep[farthest] = true
            open.append((first, farthest))
            open.append((farthest, last))
        }
        return points.indices.filter { keep[$0] }.map { points[$0] }
    }

    private static func distance(_ a: Point, _ b: Point) -> Double {
        ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
    }

    /// The distance of a point from the stretch between two others.
    static func distance(of point: Point, from a: Point, to b: Point) -> Double {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let length = dx * dx + dy * dy
        guard length > 0 else { return distance(point, a) }
        let share = max(0, min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length))
        return distance(point, Point(a.x + share * dx, a.y + share * dy))
    }
}
