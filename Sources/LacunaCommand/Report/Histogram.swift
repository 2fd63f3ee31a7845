/// How values are spread, in bins between round numbers.
struct Histogram {
    let axis: Axis
    let bins: [(low: Double, high: Double, count: Int)]
    let median: Double?

    /// - Parameters:
    ///   - values: those that are not finite are left out.
    ///   - bins: how many.
    init(_ values: [Double], label: String, bins count: Int = 24) {
        let isShare = values.allSatisfy { !$0.isFinite || (0...1).contains($0) }
        self.init(values, axis: isShare ? .share(label) : .covering(values, label: label), bins: count)
    }

    /// - Parameter axis: holds all the values.
    init(_ values: [Double], axis: Axis, bins count: Int = 24) {
        let values = values.filter(\.isFinite).sorted()
        self.axis = axis
        var counts = [Int](repeating: 0, count: count)
        for value in values { counts[min(count - 1, Int(axis.position(value) * Double(count)))] += 1 }
        let (low, width) = (axis.lowest, (axis.highest - axis.lowest) / Double(count))
        bins = counts.enumerated().map { (low + Double($0) * width, low + Double($0 + 1) * width, $1) }
        median = values.isEmpty ? nil : (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    }

    /// The drawing, or nil of no value.
    ///
    /// - Parameter counted: what the bars count: "objectives".
    func plot(_ id: String, title: String, counted: String) -> Plot? {
        guard let median else { return nil }
        let total = bins.reduce(0) { $0 + $1.count }
        let y = Axis.covering(bins.map { Double($0.count) }, label: counted, includesZero: true, whole: true)
        return Plot(
            id, title: title,
            description: "Histogram of \(axis.label) over \(ReportText.plural(total, counted)); the median is \(NumberText.metric(median)).",
            x: axis, y: y,
            marks: [
                .bars(bins.map { ($0.low, $0.high, Double($0.count)) }, series: 0, name: nil),
                .reference([(median, y.lowest), (median, y.highest)], name: "median \(NumberText.metric(median))"),
            ])
    }
}

extension ReportText {
    /// "1 slot", "2 slots", from the plural.
    static func plural(_ count: Int, _ nouns: String) -> String {
        "\(NumberText.count(count)) \(count == 1 && nouns.hasSuffix("s") ? String(nouns.dropLast()) : nouns)"
    }
}
