import Foundation
import TestSupport
import Testing

@testable import Lacuna

@Suite struct AUROCEstimateTests {
    @Test(arguments: try InspectionGoldens.load().auroc)
    func `area and interval are scikit-learn's and DeLong's`(golden: InspectionGoldens.Area) throws {
        let estimate = try #require(
            AUROCEstimate(scores: golden.scores.map { Float($0) }, isPositive: golden.positive))
        #expect(isClose(estimate.value, golden.value, relative: 1e-12))
        #expect(isClose(estimate.standardError, golden.standardError, relative: 1e-9))
        #expect(isClose(estimate.interval.lowerBound, golden.lower, relative: 1e-9))
        #expect(isClose(estimate.interval.upperBound, golden.upper, relative: 1e-9))
    }

    @Test func `the interval holds the true area in about 95 of 100 draws`() {
        // Normal scores one deviation apart: the true area is Φ(1/√2).
        let truth = 0.5 * (1 + erf(0.5))
        var random = SeededGenerator(seed: 11), held = 0
        for _ in 0..<400 {
            var scores: [Float] = [], isPositive: [Bool] = []
            for index in 0..<70 {
                isPositive.append(index < 25)
                scores.append(Float(normal(&random) + (index < 25 ? 1 : 0)))
            }
            if AUROCEstimate(scores: scores, isPositive: isPositive)?.interval.contains(truth) == true { held += 1 }
        }
        // Four binomial deviations on either side of 380.
        #expect((363...397).contains(held), "\(held)")
    }

    @Test func `a perfect ranking of few rows leaves the interval open`() throws {
        let perfect = try #require(AUROCEstimate(scores: [1, 2, 3, 4, 5, 6], isPositive: [false, false, false, true, true, true]))
        #expect(perfect.value == 1)
        #expect(perfect.interval.upperBound == 1)
        #expect(isClose(perfect.interval.lowerBound, pow(0.025, 1.0 / 3), relative: 1e-12))
        let reversed = try #require(AUROCEstimate(scores: [4, 5, 6, 1, 2, 3], isPositive: [false, false, false, true, true, true]))
        #expect(reversed.value == 0)
        #expect(isClose(reversed.interval.upperBound, 1 - perfect.interval.lowerBound, relative: 1e-12))
    }

    @Test func `equal scores are chance, and a class of one has no estimate`() throws {
        let flat = try #require(AUROCEstimate(scores: [2, 2, 2, 2], isPositive: [true, true, false, false]))
        #expect(flat.value == 0.5)
        #expect(flat.interval == 0.5...0.5)
        #expect(AUROCEstimate(scores: [1, 2, 3], isPositive: [true, false, false]) == nil)
        #expect(AUROCEstimate(scores: [], isPositive: []) == nil)
    }

    private func normal(_ random: inout SeededGenerator) -> Double {
        let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &random))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
    }
}
