/// A drawing with two axes, as SVG that takes the page's colours. Its title and description are what a screen reader
/// says of it; series differ in dashes as well as in colour.
///
/// Drawn by hand: a charting library would have to be fetched or embedded, and the largest is heavier than the page.
struct Plot: Sendable {
    /// What is drawn, in the order drawn.
    enum Mark: Sendable {
        /// Points joined by straight lines. `series` gives colour and dashes.
        case line([(x: Double, y: Double)], series: Int, name: String?)
        /// The area between two lines over the same x.
        case band([(x: Double, low: Double, high: Double)], series: Int, name: String?)
        /// Bars that stand on 0.
        case bars([(low: Double, high: Double, y: Double)], series: Int, name: String?)
        /// Dots, small ones up to radius 2 and large ones beyond.
        case dots([(x: Double, y: Double)], radius: Double, series: Int, name: String?)
        /// One point that means something, as a cross in a ring.
        case point(x: Double, y: Double, series: Int, name: String?)
        /// Vertical stretches, as intervals are.
        case whiskers([(x: Double, low: Double, high: Double)], series: Int)
        /// Squares of a grid, shaded by how many values fall into each.
        case density(Density, name: String?)
        /// A thin dotted line for comparison.
        case reference([(x: Double, y: Double)], name: String?)
    }

    /// Unique on the page.
    var id: String
    /// A few words: what it is of.
    var title: String
    /// What a reader sees in it, in one or two sentences, with the numbers that matter.
    var description: String
    var x: Axis
    var y: Axis
    var marks: [Mark]
    /// Under the title, for all readers.
    var note: HTML?
    /// Units of the drawing, of which one is a pixel on a phone.
    var width = 340.0
    var height = 260.0
    var isWide = false

    init(_ id: String, title: String, description: String, x: Axis, y: Axis, marks: [Mark] = [], note: HTML? = nil) {
        (self.id, self.title, self.description) = (id, title, description)
        (self.x, self.y, self.marks, self.note) = (x, y, marks, note)
    }

    private var left: Double { 14 + Double(y.ticks.map(\.text.count).max() ?? 1) * 6.8 + 16 }
    private var right: Double { 10 }
    private var top: Double { 8 }
    private var bottom: Double { 40 }

    func place(_ px: Double, _ py: Double) -> Thinning.Point {
        .init(
            left + x.position(px) * (width - left - right),
            height - bottom - y.position(py) * (height - top - bottom))
    }

    /// The figure: title, drawing, legend.
    var html: HTML {
        let small: HTML? = note.map { "<small>\($0)</small>" }
        return """
            <figure\(isWide ? " class=\"wide\"" as HTML : nil)><figcaption>\(title)\(small)</figcaption>
            <svg class="plot" role="img" aria-labelledby="\(id)-t \(id)-d" viewBox="0 0 \(Self.text(width)) \(Self.text(height))">\
            <title id="\(id)-t">\(title)</title><desc id="\(id)-d">\(description)</desc>
            \(axes)
            \(marks.map(drawing))
            </svg>\(legend)</figure>

            """
    }

    private var axes: HTML {
        let (corner, end) = (place(x.lowest, y.lowest), place(x.highest, y.highest))
        let (x0, y0, x1, y1) = (Self.text(corner.x), Self.text(corner.y), Self.text(end.x), Self.text(end.y))
        var gridPath = ""
        var labels: [HTML] = []
        for tick in y.ticks {
            let at = place(x.lowest, tick.value).y
            gridPath += "M\(x0) \(Self.text(at))H\(x1)"
            labels.append("<text class=\"e\" x=\"\(Self.text(corner.x - 6))\" y=\"\(Self.text(at + 4))\">\(tick.text)</text>")
        }
        var last = -Double.infinity
        for tick in x.ticks {
            let at = place(tick.value, y.lowest).x
            gridPath += "M\(Self.text(at)) \(y0)V\(y1)"
            // Two labels that would touch: the later one is left out.
            let half = Double(tick.text.count) * 3.4
            guard at - half > last + 6 else { continue }
            last = at + half
            labels.append("<text class=\"m\" x=\"\(Self.text(at))\" y=\"\(Self.text(corner.y + 15))\">\(tick.text)</text>")
        }
        let middle = ((corner.x + end.x) / 2, (corner.y + end.y) / 2)
        return """
            <path class="grid" d="\(gridPath)"/><path class="frame" d="M\(x0) \(y1)V\(y0)H\(x1)"/>\(labels)
            <text class="m l" x="\(Self.text(middle.0))" y="\(Self.text(height - 6))">\(x.label)</text>\
            <text class="m l" transform="translate(13 \(Self.text(middle.1))) rotate(-90)">\(y.label)</text>
            """
    }

    /// One decimal, without a trailing ".0".
    static func text(_ number: Double) -> String {
        let text = NumberText.fixed(number, decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
