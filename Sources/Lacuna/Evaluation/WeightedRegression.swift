/// The metrics of a regression under weights.
struct WeightedRegression: WeightedMetrics {
    let metrics = Metric.all(for: .regression)
    private let predictions: [Double]
    private let targets: [Double]
    private let orders: (predictions: RankedOrder, targets: RankedOrder)

    init(predictions: [Float], targets: [Double]) {
        self.predictions = predictions.map(Double.init)
        self.targets = targets
        orders = (RankedOrder(predictions), RankedOrder(targets))
    }

    func values(weights: [Double]) -> [Double] {
        var total = 0.0, absolute = 0.0, square = 0.0, sum = 0.0
        var lowest = Double.infinity, highest = -Double.infinity
        for place in weights.indices where weights[place] > 0 {
            let error = targets[place] - predictions[place]
            total += weights[place]
            absolute += weights[place] * error.magnitude
            square += weights[place] * error * error
            sum += weights[place] * targets[place]
            lowest = min(lowest, targets[place])
            highest = max(highest, targets[place])
        }
        let mean = sum / total
        var spread = 0.0
        for place in weights.indices { spread += weights[place] * (targets[place] - mean) * (targets[place] - mean) }
        return [
            (square / total).squareRoot(), absolute / total, lowest < highest ? 1 - square / spread : .nan,
            weightedCorrelation(
                orders.predictions.ranks(weights: weights), orders.targets.ranks(weights: weights), weights: weights),
        ]
    }
}

/// Pearson's correlation of weighted pairs; NaN where one side is constant.
func weightedCorrelation(_ a: [Double], _ b: [Double], weights: [Double]) -> Double {
    var total = 0.0, sumA = 0.0, sumB = 0.0
    var (lowA, highA, lowB, highB) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    for place in weights.indices where weights[place] > 0 {
        total += weights[place]
        sumA += weights[place] * a[place]
        sumB += weights[place] * b[place]
        (lowA, highA) = (min(lowA, a[place]), max(highA, a[place]))
        (lowB, highB) = (min(lowB, b[place]), max(highB, b[place]))
    }
    guard lowA < highA, lowB < highB else { return .nan }
    let (meanA, meanB) = (sumA / total, sumB / total)
    var squaresA = 0.0, squaresB = 0.0, products = 0.0
    for place in weights.indices {
        let (x, y) = (a[place] - meanA, b[place] - meanB)
        squaresA += weights[place] * x * x
        squaresB += weights[place] * y * y
        products += weights[place] * x * y
    }
    return products / (squaresA.squareRoot() * squaresB.squareRoot())
}
