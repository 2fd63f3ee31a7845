/// Looks for undeclared missing markers among encoded features: in one pass over what is not 0, and a second for the rows of
/// what was found. Memory follows the columns.
struct FeatureTokenScan {
    private let rows: InspectedRows
    /// By encoded column of numbers: how a cell became what it is.
    private var scales: [Int: Scale] = [:]
    private var markers: [Marker] = []

    /// number = code · deviation + mean.
    private struct Scale {
        let feature: String
        let mean: Double
        let deviation: Double
        /// The encoded column that says where cells are missing.
        let indicator: Int?

        func code(_ number: Double) -> Float { Float((number - mean) / deviation) }
    }

    /// A value that is a marker.
    private struct Marker {
        let feature: String
        let column: Int
        let code: Float
        let token: String
        let isWord: Bool
        let why: String
        var count: Int
        var rows: [Int] = []
    }

    init(_ rows: InspectedRows) {
        self.rows = rows
        var next = 0
        for column in rows.data.preprocessing.encoder.columns {
            let indicator = column.hasIndicator ? next + column.width - 1 : nil
            switch column.coding {
            case .standardised(let mean, let deviation):
                scales[next] = Scale(feature: column.name, mean: mean, deviation: deviation, indicator: indicator)
            case .scaled(let maximum):
                scales[next] = Scale(feature: column.name, mean: 0, deviation: maximum, indicator: indicator)
            case .oneHot(let words):
                for (place, word) in words.enumerated() where SuspectToken.isMarker(word) {
                    markers.append(
                        Marker(
                            feature: column.name, column: next + place, code: 1, token: word, isWord: true,
                            why: "it counts as a word of its own", count: 0))
                }
            case .bits, .constant: break
            }
            next += column.width
        }
        if next != rows.width { (scales, markers) = ([:], []) }
    }

    func tokens() -> [SuspectToken] {
        if scales.isEmpty && markers.isEmpty { return [] }
        var scan = self
        scan.count()
        guard !scan.markers.isEmpty else { return [] }
        scan.findRows()
        return scan.markers.sorted { ($0.column, $0.code) < ($1.column, $1.code) }.map { marker in
            SuspectToken(
                column: marker.feature, objective: nil, token: marker.token, count: marker.count, rows: marker.rows.sorted(),
                line: nil, isIllegal: false, why: marker.why,
                fix: "declare it missing: --missing-features \(marker.isWord ? "'\(marker.token)'" : marker.token)")
        }
    }

    private mutating func count() {
        let numbers = scales.keys.sorted()
        var placeOf = [Int32](repeating: -1, count: rows.width)
        for (place, column) in numbers.enumerated() { placeOf[column] = Int32(place) }
        var extremes = Extremes(columns: numbers.count)
        var stored = [Int](repeating: 0, count: rows.width), all = 0
        for (part, _) in rows.ranges {
            guard let features = rows.data.datasets[part]?.features else { continue }
            all += features.rows
            features.forEachSparseRow { _, columns, values in
                for index in 0..<columns.count {
                    let column = Int(columns[index])
                    stored[column] += 1
                    if placeOf[column] >= 0 { extremes.add(Double(values[index]), column: Int(placeOf[column])) }
                }
            }
        }
        for index in markers.indices { markers[index].count = stored[markers[index].column] }
        markers.removeAll { $0.count == 0 }
        for (place, column) in numbers.enumerated() {
            guard let scale = scales[column] else { continue }
            // What is 0 is the training mean or, where there is one, a missing cell in its place.
            let zeros = all - stored[column] - (scale.indicator.map { stored[$0] } ?? 0)
            if zeros > 0 { extremes.add(0, column: place, count: zeros) }
            markers += suspects(extremes.values(place), column, scale)
        }
    }

    /// The markers among the numbers kept of a column. Equal cells have equal codes, to the bit.
    private func suspects(_ codes: [(value: Double, count: Int)], _ column: Int, _ scale: Scale) -> [Marker] {
        let known = Dictionary(
            SuspectToken.numbers.map { (scale.code($0), $0) }, uniquingKeysWith: { first, _ in first })
        guard codes.contains(where: { known[Float($0.value)] != nil }) else { return [] }
        let values = codes.map { code, count in
            (value: cleaned(known[Float(code)] ?? code * scale.deviation + scale.mean, scale.deviation), count: count)
        }
        return SuspectToken.suspects(values).map { found in
            Marker(
                feature: scale.feature, column: column, code: scale.code(found.value), token: plain(found.value), isWord: false,
                why: found.why, count: found.count)
        }
    }

    /// A decoded number without the rounding of the encoding, as far as zero and whole numbers go.
    private func cleaned(_ value: Double, _ deviation: Double) -> Double {
        let whole = value.rounded()
        return (value - whole).magnitude < 1e-5 * max(deviation, whole.magnitude * 1e-2) ? whole : value
    }

    /// The first rows of the file that hold each marker.
    private mutating func findRows() {
        var markersOf = [[Int]](repeating: [], count: rows.width)
        for (index, marker) in markers.enumerated() { markersOf[marker.column].append(index) }
        var markers = markers
        for (part, range) in rows.ranges {
            rows.data.datasets[part]?.features.forEachSparseRow { row, columns, values in
                for index in 0..<columns.count {
                    for marker in markersOf[Int(columns[index])] where markers[marker].code == values[index] {
                        Self.note(rows.fileRows[range.lowerBound + row] + 1, in: &markers[marker].rows)
                    }
                }
            }
        }
        self.markers = markers
    }

    /// Keeps the five smallest.
    private static func note(_ row: Int, in rows: inout [Int]) {
        if rows.count == 5, let last = rows.last, row > last { return }
        rows.insert(row, at: rows.firstIndex { $0 > row } ?? rows.count)
        if rows.count > 5 { rows.removeLast() }
    }
}
