/// A feature encoder laid out for encoding one raw row of numbers at a time.
struct RowEncoding: Sendable {
    /// Columns of the encoded row.
    let width: Int
    /// By encoder column: the raw column it reads.
    let places: [Int]
    /// By encoder column: a number becomes (number − shift) ÷ scale.
    private let shifts: [Double]
    private let scales: [Double]
    /// By encoder column: what a missing cell becomes.
    private let gaps: [Float]
    /// By encoder column: always 0.
    private let isConstant: [Bool]
    /// By encoder column: the encoded column after its own that says where a cell is missing, or −1.
    private let indicators: [Int]
    /// By encoder column: its own encoded column.
    private let targets: [Int]
    /// Whether raw column i becomes encoded column i and nothing else happens.
    private let isPlain: Bool

    /// - Parameter places: by encoder column: the raw column it reads.
    init(_ encoder: FeatureEncoder, places: [Int], rawColumns: Int) {
        precondition(places.count == encoder.columns.count, "one raw column for each encoder column")
        var shifts: [Double] = [], scales: [Double] = [], gaps: [Float] = [], constants: [Bool] = []
        var indicators: [Int] = [], targets: [Int] = [], next = 0
        for column in encoder.columns {
            var (shift, scale, gap, isConstant) = (0.0, 1.0, Float(0), false)
            switch column.coding {
            case .standardised(let mean, let deviation): (shift, scale) = (mean, deviation)
            case .scaled(let maximum): scale = maximum
            case .bits(let mean): gap = Float(mean)
            case .constant, .oneHot: isConstant = true
            }
            shifts.append(shift)
            scales.append(scale)
            gaps.append(gap)
            constants.append(isConstant)
            targets.append(next)
            indicators.append(column.hasIndicator ? next + column.width - 1 : -1)
            next += column.width
        }
        width = next
        self.places = places
        (self.shifts, self.scales, self.gaps, isConstant, self.indicators, self.targets) = (
            shifts, scales, gaps, constants, indicators, targets
        )
        isPlain = width == places.count && width == rawColumns && places.elementsEqual(0..<width) && !constants.contains(true)
    }

    /// Whether a cell of 0 becomes 0 in every column, so that sparse rows stay sparse.
    var keepsZeros: Bool { !shifts.contains { $0 != 0 } }

    func encode(_ cells: Span<Double>, into output: inout MutableSpan<Float>) {
        if isPlain {
            for column in 0..<width {
                let cell = cells[column]
                output[column] = cell.isNaN ? gaps[column] : Float((cell - shifts[column]) / scales[column])
            }
            return
        }
        for column in 0..<width { output[column] = 0 }
        for column in places.indices {
            let cell = cells[places[column]]
            if cell.isNaN {
                if !isConstant[column] { output[targets[column]] = gaps[column] }
                if indicators[column] >= 0 { output[indicators[column]] = 1 }
            } else if !isConstant[column] {
                output[targets[column]] = Float((cell - shifts[column]) / scales[column])
            }
        }
    }

    /// The encoded elements of one stored cell: at most its own and an indicator.
    func encode(_ cell: Float, column: Int, _ body: (_ target: Int, _ value: Float) -> Void) {
        if cell.isNaN {
            if !isConstant[column], gaps[column] != 0 { body(targets[column], gaps[column]) }
            if indicators[column] >= 0 { body(indicators[column], 1) }
        } else if !isConstant[column] {
            body(targets[column], Float(Double(cell) / scales[column]))
        }
    }
}
