import Foundation
import Lacuna

/// The network of a model in Double, written row by row as a textbook would: slow, without dropout, and independent
/// of the engine. It is what gradients are checked against.
public struct ReferenceNetwork {
    public var encoder: EncoderSpec
    public var objectives: [Objective]
    /// By tensor name, row-major.
    public var weights: [String: [Double]]

    public init(encoder: EncoderSpec, objectives: [Objective], weights: [String: [Double]]) {
        self.encoder = encoder
        self.objectives = objectives
        self.weights = weights
    }

    /// One observed slot of a batch.
    public struct Entry {
        public var row: Int
        public var objective: Int
        public var slot: Int
        public var target: Double
        public var weight: Double

        public init(row: Int, objective: Int, slot: Int, target: Double, weight: Double) {
            self.row = row
            self.objective = objective
            self.slot = slot
            self.target = target
            self.weight = weight
        }
    }

    /// Hidden values `[rows][H]` of a batch in training, without dropout.
    public func hidden(_ rows: [[Double]]) -> [[Double]] {
        var current = rows
        for layer in encoder.widths.indices {
            current = activated(normalised(dense(current, "encoder.\(layer)"), "encoder.\(layer)"))
        }
        return current
    }

    /// Logits `[rows][slots][logits per slot]` of one objective.
    public func logits(_ hidden: [[Double]], objective index: Int) -> [[[Double]]] {
        let kind = objectives[index].kind
        var inner = hidden, weight = "heads.weight", bias = "heads.bias", firstScore = 0, firstLogit = 0
        if case .tower(let widths) = objectives[index].head {
            let name = "towers.\(objectives[index].name)"
            for layer in widths.indices { inner = activated(dense(inner, "\(name).\(layer)")) }
            weight = "\(name).output.weight"
            bias = "\(name).output.bias"
        } else {
            for other in objectives[..<index] where other.head == .linear {
                firstScore += other.kind.slotsPerRow * other.kind.scoresPerSlot
                firstLogit += other.kind.slotsPerRow * other.kind.logitsPerSlot
            }
        }
        return inner.map { row in
            (0..<kind.slotsPerRow).map { slot in
                (0..<kind.logitsPerSlot).map { column in
                    let score = firstScore + slot * kind.scoresPerSlot + (kind.scoresPerSlot == 1 ? 0 : column)
                    var sum = weights[bias]![firstLogit + slot * kind.logitsPerSlot + column]
                    for j in row.indices { sum += weights[weight]![score * row.count + j] * row[j] }
                    return sum
                }
            }
        }
    }

    /// The total loss of a batch.
    ///
    /// - Parameter expected: by objective, Σw in training ÷ training rows.
    public func loss(
        _ rows: [[Double]], _ entries: [Entry], reduction: Reduction, total: Total = .sum, expected: [Double]
    ) -> Double {
        let hidden = hidden(rows)
        let pooled = entries.reduce(0) { $0 + $1.weight }
        var whole = 0.0
        for (index, objective) in objectives.enumerated() {
            let own = entries.filter { $0.objective == index }
            if own.isEmpty { continue }
            let logits = logits(hidden, objective: index)
            let sum = own.reduce(0) { $0 + $1.weight * Self.loss(objective, logits[$1.row][$1.slot], $1.target) }
            let divisor =
                switch reduction {
                case .observed: own.reduce(0) { $0 + $1.weight }
                case .expected: Double(rows.count) * expected[index]
                case .batch: Double(rows.count)
                case .slots: pooled
                }
            whole += Double(objective.weight) * sum / divisor
        }
        return total == .sum ? whole : whole / objectives.reduce(0) { $0 + Double($1.weight) }
    }

    /// The loss of one slot, for the losses whose formulas fit a line.
    static func loss(_ objective: Objective, _ z: [Double], _ target: Double) -> Double {
        func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
        switch objective.loss {
        case let cross as BinaryCrossEntropy:
            let smoothing = Double(cross.labelSmoothing), y = target * (1 - smoothing) + smoothing / 2
            return Double(cross.positiveWeight) * y * softplus(-z[0]) + (1 - y) * softplus(z[0])
        case let cross as CategoricalCrossEntropy:
            let largest = z.max()!, norm = largest + log(z.reduce(0) { $0 + exp($1 - largest) })
            let smoothing = Double(cross.labelSmoothing)
            return z.indices.reduce(0) { sum, index in
                let y = (index == Int(target) ? 1 - smoothing : 0) + smoothing / Double(z.count)
                return sum + Double(cross.classWeights?[index] ?? 1) * y * (norm - z[index])
            }
        case is OrdinalCrossEntropy:
            return z.indices.reduce(0) { $0 + softplus(Double($1) < target ? -z[$1] : z[$1]) }
        case is SquaredError: return (z[0] - target) * (z[0] - target)
        default: fatalError("the reference network does not know the loss \(objective.loss.name)")
        }
    }

    private func dense(_ rows: [[Double]], _ name: String) -> [[Double]] {
        let kernel = weights["\(name).kernel"]!, bias = weights["\(name).bias"]!
        return rows.map { row in
            bias.indices.map { out in
                row.indices.reduce(bias[out]) { $0 + row[$1] * kernel[$1 * bias.count + out] }
            }
        }
    }

    private func normalised(_ rows: [[Double]], _ name: String) -> [[Double]] {
        guard encoder.norm != .none else { return rows }
        let gamma = weights["\(name).norm.gamma"]!, beta = weights["\(name).norm.beta"]!
        func standardised(_ values: [Double]) -> [Double] {
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            return values.map { ($0 - mean) / (variance + 1e-3).squareRoot() }
        }
        var result = rows
        if encoder.norm == .layer {
            result = rows.map(standardised)
        } else {
            for column in gamma.indices {
                for (row, value) in standardised(rows.map { $0[column] }).enumerated() { result[row][column] = value }
            }
        }
        return result.map { row in row.indices.map { row[$0] * gamma[$0] + beta[$0] } }
    }

    private func activated(_ rows: [[Double]]) -> [[Double]] {
        rows.map { row in
            row.map { x in
                switch encoder.activation {
                case .relu: x < 0 ? 0 : x
                case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
                case .silu: x / (1 + exp(-x))
                case .tanh: tanh(x)
                }
            }
        }
    }
}

extension ObjectiveKind {
    /// Rows of the output matrix: an ordinal slot has one, shared by its K − 1 logits.
    fileprivate var scoresPerSlot: Int { name == .ordinal ? 1 : logitsPerSlot }
}
