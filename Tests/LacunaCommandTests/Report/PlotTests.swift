import Foundation
import TestSupport
import Testing

@testable import LacunaCommand

@Suite struct ThinningTests {
    private typealias Point = Thinning.Point

    /// The largest distance of a point from the line that is drawn.
    private func deviation(_ points: [Thinning.Point], from drawn: [Thinning.Point]) -> Double {
        points.map { point in
            zip(drawn, drawn.dropFirst()).map { Thinning.distance(of: point, from: $0, to: $1) }.min() ?? .infinity
        }.max() ?? 0
    }

    @Test func `a curve of a hundred thousand steps is drawn from at most two hundred points, nowhere half a pixel off`() {
        var random = SeededGenerator(seed: 5)
        var points = [Point(0, 0)], x = 0.0, y = 0.0
        for _ in 0..<100_000 {
            // A ROC curve of a good model, in pixels: up first, then to the right.
            let isPositive = Double.random(in: 0..<1, using: &random) < pow(1 - x / 300, 2)
            if isPositive { y = min(220, y + 0.006) } else { x = min(300, x + 0.006) }
            points.append(Point(x, y))
        }
        let drawn = Thinning.line(points)
        #expect(drawn.count <= 200)
        #expect(drawn.first == points.first && drawn.last == points.last)
        #expect(deviation(stride(from: 0, to: points.count, by: 50).map { points[$0] }, from: drawn) < 0.5)
    }

    @Test func `points on a line are left out, corners stay`() {
        let points = (0...100).map { Point(Double($0), 0) } + (0...100).map { Point(100, Double($0)) }
        #expect(Thinning.line(points) == [Point(0, 0), Point(100, 0), Point(100, 100)])
    }

    @Test(arguments: [0, 1, 2])
    func `few points stay as they are`(count: Int) {
        let points = (0..<count).map { Point(Double($0 * 10), Double($0)) }
        #expect(Thinning.line(points) == points)
    }

    @Test func `a jagged line keeps to the limit`() {
        var random = SeededGenerator(seed: 1)
        let points = (0..<5000).map { Point(Double($0) / 20, Double.random(in: 0..<200, using: &random)) }
        #expect(Thinning.line(points, limit: 200).count <= 200)
    }
}

@Suite struct AxisTests {
    @Test(arguments: [
        ([0.0, 12], ["0", "5", "10", "15"]), ([0.12, 0.87], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([-3, 4], ["−4", "−2", "0", "2", "4"]), ([1.5e7, 9e7], ["0", "2e7", "4e7", "6e7", "8e7", "1e8"]),
    ])
    func `ticks stand at round numbers`(values: [Double], ticks: [String]) {
        #expect(Axis.covering(values, label: "").ticks.map(\.text) == ticks)
    }

    @Test(arguments: [[], [Double.nan], [.infinity], [3], [0, 0], [-1e308, 1e308], [1e-300, 2e-300], [5, 5.000_000_000_1]] as [[Double]])
    func `whatever the values are, an axis has two ends and a few ticks between them`(values: [Double]) {
        for (zero, whole, tight) in [(false, false, false), (true, false, false), (false, true, false), (false, true, true)] {
            let axis = Axis.covering(values, label: "", includesZero: zero, whole: whole, isTight: tight)
            #expect(axis.lowest < axis.highest)
            #expect(axis.ticks.count <= 20)
            for value in values where value.isFinite && values.count == 1 { #expect(axis.lowest <= value && value <= axis.highest) }
        }
    }

    @Test func `epochs are whole`() {
        let axis = Axis.covering([1, 2, 3], label: "epoch", whole: true, isTight: true)
        #expect(axis.ticks.map(\.text) == ["1", "2", "3"])
        #expect(axis.lowest == 1 && axis.highest == 3)
    }
}

@Suite struct PlotTests {
    private func plot(_ marks: [Plot.Mark]) -> String {
        Plot("p", title: "Loss & more", description: "Falls from <2>.", x: .share("x"), y: .share("y"), marks: marks).html.source
    }

    @Test func `a drawing says its title and description to a screen reader`() {
        let source = plot([.line([(0, 0), (1, 1)], series: 0, name: "train")])
        #expect(source.contains("role=\"img\" aria-labelledby=\"p-t p-d\""))
        #expect(source.contains("<title id=\"p-t\">Loss &amp; more</title><desc id=\"p-d\">Falls from &lt;2&gt;.</desc>"))
        #expect(source.contains("aria-hidden=\"true\""))
    }

    @Test func `series differ in dashes as well as in colour`() {
        let source = plot((0..<4).map { .line([(0, 0), (1, 1)], series: $0, name: "s\($0)") })
        for series in 0..<4 { #expect(source.contains("class=\"line s\(series) d\(series)\"")) }
    }

    @Test func `numbers that are not finite are not drawn`() {
        let source = plot([
            .line([(0, .nan), (.infinity, 1)], series: 0, name: nil), .dots([(.nan, 1)], radius: 2, series: 0, name: nil),
            .band([(0, .nan, 1)], series: 0, name: nil), .bars([(0, 1, .nan)], series: 0, name: nil),
            .whiskers([(0, .nan, 1)], series: 0),
            .density(Density([(.nan, 1)], x: .share(""), y: .share("")), name: nil),
        ])
        #expect(!source.lowercased().contains("nan") && !source.contains("inf"))
    }

    @Test func `a density of a million values is no larger than its squares`() {
        var random = SeededGenerator(seed: 2)
        let points = (0..<100_000).map { _ in (x: Double.random(in: 0..<1, using: &random), y: Double.random(in: 0..<1, using: &random)) }
        let density = Density(points, x: .share(""), y: .share(""))
        #expect(density.counts.reduce(0, +) == points.count)
        #expect(plot([.density(density, name: nil)]).utf8.count < 100_000)
    }

    @Test func `a strip joins neighbours of one shade`() {
        let map = StripMap(
            id: "m", title: "Coverage", description: "d", label: "l",
            rows: [("train", [Double](repeating: 1, count: 500) + [Double](repeating: 0, count: 500)), ("test", [nil, 0.5])])
        #expect(map.html.source.components(separatedBy: "<rect class=\"h").count - 1 == 3 + 10)
    }

    @Test func `Wilson's interval is scipy's`() {
        // scipy.stats.binomtest(7, 50).proportion_ci(method="wilson")
        let interval = ReliabilityPlot.interval(share: 0.14, count: 50)
        #expect(isClose(interval.low, 0.06951, absolute: 1e-5) && isClose(interval.high, 0.26187, absolute: 1e-5))
    }
}
