import Foundation
import TestSupport
import Testing

@testable import Lacuna

private func kind(_ golden: DecisionGoldens.Fit) -> ObjectiveKind {
    if let classes = golden.classes { return .categorical(classes: (0..<classes).map { "\($0)" }) }
    if let levels = golden.levels { return .ordinal(levels: (0..<levels).map { "\($0)" }) }
    return .binary
}

private func said(_ golden: DecisionGoldens.Fit) -> ObservedOutputs {
    let kind = kind(golden)
    return outputs(Objective("x", kind: kind, loss: usualLoss(kind)), logits: golden.logits.map { Float($0) }, labels: golden.labels)
}

@Suite struct CalibrationTests {
    @Test func `temperatures are where scipy finds the least log loss`() throws {
        let all = DecisionGoldens.all
        for golden in all.binary + all.categorical + all.ordinal {
            let entries = SlotEntries(said(golden), slot: 0)
            let fitted = Calibration.fitted(
                .temperature, probabilities: entries.predictions, labels: golden.labels, kind: entries.kind)
            guard case .temperature(let temperature)? = fitted else {
                Issue.record("no temperature")
                continue
            }
            // Float32 probabilities keep five digits of a logit.
            #expect(isNear(temperature, golden.temperature, tolerance: 2e-5), "\(entries.kind.name)")
        }
    }

    @Test func `isotonic maps are scikit-learn's`() throws {
        for golden in DecisionGoldens.all.binary {
            let entries = SlotEntries(said(golden), slot: 0)
            let map = IsotonicMap(scores: entries.predictions.map(Double.init), labels: golden.labels)
            for (at, expected) in zip(try #require(golden.isotonicAt), try #require(golden.isotonic)) {
                #expect(isNear(map.value(at: at), expected, tolerance: 1e-6), "at \(at)")
            }
            #expect(zip(map.means, map.means.dropFirst()).allSatisfy { $0 <= $1 })
        }
        for golden in DecisionGoldens.all.categorical {
            let entries = SlotEntries(said(golden), slot: 0)
            let fitted = try #require(
                Calibration.fitted(.isotonic, probabilities: entries.predictions, labels: golden.labels, kind: entries.kind))
            let calibrated = fitted.applied(to: entries.predictions, of: entries.kind)
            for (value, expected) in zip(calibrated, try #require(golden.isotonic)) {
                #expect(isNear(Double(value), expected, tolerance: 1e-6))
            }
        }
    }

    @Test(arguments: decisionKinds.dropLast(), [CalibrationMethod.temperature, .isotonic])
    func `what is fitted on some rows calibrates others`(kind: ObjectiveKind, method: CalibrationMethod) throws {
        let rows = overconfident(kind, rows: 1500, seed: 1), others = overconfident(kind, rows: 1500, seed: 2)
        let decisions = try Decisions.fit(tuning: rows, choices: [.init(calibration: method)])
        let plain = others.evaluation().objectives[0].scores
        let calibrated = try #require(decisions.evaluation(of: others).objectives[0].calibrated)
        for metric in [Metric.logLoss, .eceEqualMass, .eceEqualWidth] {
            let before = try #require(plain[metric]?.number), after = try #require(calibrated[metric]?.number)
            #expect(after < before * (metric == .logLoss ? 0.95 : 0.6), "\(metric): \(before) → \(after)")
        }
        if method == .temperature, kind.name != .categorical {
            // The order of rows stays, and with it what is made of it.
            let metric: Metric = kind == .binary ? .auroc : .kappa
            let before = try #require(plain[metric]?.number), after = try #require(calibrated[metric]?.number)
            #expect(isNear(after, before, tolerance: 1e-6))
        }
        #expect(calibrated[.accuracy] == plain[.accuracy] || method == .isotonic)
    }

    @Test(arguments: decisionKinds.dropLast(), [CalibrationMethod.temperature, .isotonic])
    func `calibrated probabilities are probabilities`(kind: ObjectiveKind, method: CalibrationMethod) throws {
        let entries = SlotEntries(overconfident(kind, rows: 60, sharpness: 40, seed: 3), slot: 0)
        let fitted = try #require(
            Calibration.fitted(method, probabilities: entries.predictions, labels: entries.labels, kind: kind))
        let calibrated = fitted.applied(to: entries.predictions, of: kind)
        #expect(calibrated.count == entries.predictions.count)
        #expect(calibrated.allSatisfy { $0 >= 0 && $0 <= 1 })
        let width = calibrated.count / 60
        if width > 1 {
            for row in 0..<60 {
                let sum = calibrated[row * width..<(row + 1) * width].reduce(0.0) { $0 + Double($1) }
                #expect(isNear(sum, 1, tolerance: 1e-5))
            }
        }
        let unknown = fitted.applied(to: Array(repeating: .nan, count: width), of: kind)
        #expect(unknown.allSatisfy { $0.isNaN }, "a NaN is not hidden")
    }

    @Test func `labels that logits separate, or that have nothing to do with them, keep the temperature within bounds`() {
        let apart = Calibration.fitted(.temperature, probabilities: [0.1, 0.2, 0.8, 0.9], labels: [0, 0, 1, 1], kind: .binary)
        #expect(apart == .temperature(Calibration.temperatures.lowerBound))
        let reversed = Calibration.fitted(.temperature, probabilities: [0.1, 0.2, 0.8, 0.9], labels: [1, 1, 0, 0], kind: .binary)
        #expect(reversed == .temperature(Calibration.temperatures.upperBound))
    }

    @Test func `one class, no label and a NaN are not calibrated`() {
        #expect(Calibration.fitted(.temperature, probabilities: [0.1, 0.2], labels: [1, 1], kind: .binary) == nil)
        #expect(Calibration.fitted(.isotonic, probabilities: [], labels: [], kind: .binary) == nil)
        #expect(Calibration.fitted(.isotonic, probabilities: [.nan, 0.2], labels: [0, 1], kind: .binary) == nil)
        #expect(Calibration.fitted(.none, probabilities: [0.1, 0.2], labels: [0, 1], kind: .binary) == nil)
    }

    @Test func `calibrations read back as they were written`() throws {
        for calibration in [
            Calibration.temperature(1.0 / 3), .isotonic([IsotonicMap(scores: [0.1, 0.5, 0.7], labels: [0, 1, 0])]),
        ] {
            let bytes = try JSONEncoder().encode(calibration)
            #expect(try JSONDecoder().decode(Calibration.self, from: bytes) == calibration)
        }
        for bad in ["{}", "{\"temperature\": 0}", "{\"isotonic\": []}", "{\"isotonic\": [{\"scores\": [], \"means\": []}]}"] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Calibration.self, from: Data(bad.utf8)) }
        }
    }
}
