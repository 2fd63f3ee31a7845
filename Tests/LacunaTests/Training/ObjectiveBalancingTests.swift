import Foundation
@testable import Lacuna
import TestSupport
import Testing

/// Balancing by itself: what factors a step gets, and what stands still.
@Suite struct ObjectiveBalancingTests {
    static let ways: [ObjectiveBalancing] = [.static, .coverage(exponent: 0.5), .uncertainty, .dwa, .rlw]

    private let objectives: [Objective] = [
        .binary("tumor"), .regression("size", weight: 2), .categorical("tissue", classes: ["a", "b"], weight: 0.5), .binary("scar"),
    ]
    private let counts = [400, 100, 25, 9]

    private func balancer(
        _ way: ObjectiveBalancing, without absent: Int? = nil, total: Total = .sum, optimizer: Optimizer = .adam()
    ) -> ObjectiveBalancer {
        let kept = objectives.indices.filter { $0 != absent }
        return ObjectiveBalancer(
            way, kept.map { objectives[$0] }, counts: kept.map { counts[$0] }, total: total, optimizer: optimizer, seed: 7)
    }

    private func factors(_ balancer: ObjectiveBalancer, _ observed: [Int], step: Int = 0) -> [Double] {
        var factors: [Double] = []
        balancer.factors(observed: observed, step: step, into: &factors)
        return factors
    }

    private func areClose(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { isClose($0, $1, relative: 1e-12) }
    }

    /// Losses that differ from objective to objective and step to step.
    private func loss(_ objective: Int, _ step: Int) -> Double { 0.3 + Double((objective * 7 + step * 5) % 11) / 4 }

    @Test func `coverage is the count to the power of minus a, over the mean of the step's objectives`() {
        let balancer = balancer(.coverage(exponent: 0.5))
        // 1/20, 1/10, 1/5, 1/3: the mean of the first three is 7/60.
        #expect(areClose(factors(balancer, [0, 1, 2]), [3.0 / 7, 6.0 / 7, 12.0 / 7]))
        #expect(areClose(factors(balancer, [1, 3]), [0.2 / (13.0 / 30), 2.0 / 3 / (13.0 / 30)]))
        #expect(areClose(factors(balancer, [2]), [1]))
    }

    @Test func `coverage of a million labels to the tenth power is still a number`() {
        let balancer = ObjectiveBalancer(
            .coverage(exponent: 10), objectives, counts: [1, 1_000_000_000, 10, 1_000_000], total: .sum, optimizer: .adam(), seed: 0)
        let factors = factors(balancer, [0, 1, 2, 3])
        #expect(factors.allSatisfy(\.isFinite) && isClose(factors.reduce(0, +), 4))
    }

    @Test func `dwa follows Liu, Johns and Davison: softmax of the ratio of the last two losses, halved`() {
        let balancer = balancer(.dwa)
        func epoch(_ losses: [Double?]) { balancer.endEpoch(losses: losses) }
        #expect(factors(balancer, [0, 1]) == [1, 1])
        epoch([2, 1, 4, nil])
        #expect(factors(balancer, [0, 1, 2, 3]) == [1, 1, 1, 1])
        epoch([1, 0.9, 4, 3])
        let powers = [0.25, 0.45, 0.5, 0.5].map(exp), sum = powers.reduce(0, +)
        #expect(areClose(factors(balancer, [0, 1, 2, 3]), powers.map { 4 * $0 / sum }))
        // An epoch that does not observe it leaves the ratio as it was; one that does sets 3 against 6.
        epoch([nil, nil, nil, 6])
        let later = [0.25, 0.45, 0.5, 1].map(exp)
        #expect(areClose(factors(balancer, [0, 3]), [later[0], later[3]].map { 2 * $0 / (later[0] + later[3]) }))
        // After a loss of 0 there is no ratio.
        epoch([0, 0, 0, 0])
        epoch([1, 0, 1, 0])
        #expect(factors(balancer, [0, 1]) == [1, 1])
    }

    @Test func `uncertainty begins at 1, and at a half for a regression, and moves by the gradient of the total`() {
        let balancer = balancer(.uncertainty, optimizer: .sgd())
        #expect(factors(balancer, [0, 1, 2, 3]) == [1, 0.5, 1, 1])
        balancer.learn(observed: [0, 1, 2, 3], losses: [2, 3, 0.25, 0.5], rate: 0.1)
        // ds = −rate · declared weight · (½ − factor · loss).
        #expect(areClose(balancer.state.logVariances, [0.15, 0.2, -0.0125, 0]))
        #expect(areClose(factors(balancer, [0, 1]), [exp(-0.15), 0.5 * exp(-0.2)]))
        // The average total divides by 4.5.
        let average = self.balancer(.uncertainty, total: .average, optimizer: .sgd())
        _ = factors(average, [1])
        average.learn(observed: [1], losses: [3], rate: 0.1)
        #expect(areClose(average.state.logVariances, [0, 0.2 / 4.5, 0, 0]))
    }

    @Test func `random weights differ from step to step and seed to seed, and average to 1`() {
        let balancer = balancer(.rlw)
        var sums = [0.0, 0, 0, 0]
        for step in 0..<4000 {
            for (index, factor) in factors(balancer, [0, 1, 2, 3], step: step).enumerated() { sums[index] += factor / 4000 }
        }
        // The deviation of a factor is about 0.8, so that of the mean 0.013.
        #expect(sums.allSatisfy { abs($0 - 1) < 0.06 })
        #expect(factors(balancer, [0, 1], step: 5) == factors(balancer, [0, 1], step: 5))
        #expect(factors(balancer, [0, 1], step: 5) != factors(balancer, [0, 1], step: 6))
        let other = ObjectiveBalancer(.rlw, objectives, counts: counts, total: .sum, optimizer: .adam(), seed: 8)
        #expect(factors(other, [0, 1], step: 5) != factors(balancer, [0, 1], step: 5))
    }

    @Test(arguments: ways)
    func `an objective that is absent changes nobody's factor: they are those of a run without it`(way: ObjectiveBalancing) {
        for absent in objectives.indices {
            let with = balancer(way), without = balancer(way, without: absent)
            var random = SeededGenerator(seed: UInt64(absent + 1))
            for step in 0..<40 {
                let observed = objectives.indices.filter { $0 != absent && Bool.random(using: &random) }
                let renamed = observed.map { $0 > absent ? $0 - 1 : $0 }
                #expect(areClose(factors(with, observed, step: step), factors(without, renamed, step: step)))
                let losses = observed.map { loss($0, step) }
                with.learn(observed: observed, losses: losses, rate: 0.05)
                without.learn(observed: renamed, losses: losses, rate: 0.05)
                if step % 4 == 3 {
                    let means = objectives.indices.map { observed.contains($0) ? loss($0, step) : nil }
                    with.endEpoch(losses: means)
                    without.endEpoch(losses: objectives.indices.filter { $0 != absent }.map { means[$0] })
                }
            }
        }
    }

    @Test(arguments: [Optimizer.adam(), .adamW(), .sgd(momentum: 0.9), .sgd(momentum: 0.9, nesterov: true)])
    func `the log variance of an absent objective stands still, momentum and step count included`(optimizer: Optimizer) {
        let balancer = balancer(.uncertainty, optimizer: optimizer)
        func step(_ observed: [Int]) {
            _ = factors(balancer, observed)
            balancer.learn(observed: observed, losses: observed.map { loss($0, 1) }, rate: 0.05)
        }
        for _ in 0..<5 { step([0, 1, 2, 3]) }
        let before = balancer.state
        for _ in 0..<5 { step([0, 2]) }
        let after = balancer.state
        for absent in [1, 3] {
            #expect(after.logVariances[absent] == before.logVariances[absent] && after.updates[absent] == 5)
            #expect(after.first[absent] == before.first[absent] && after.second[absent] == before.second[absent])
        }
        #expect(after.logVariances[0] != before.logVariances[0] && after.updates[0] == 10)
    }

    @Test(arguments: [ObjectiveBalancing.static, .coverage(exponent: 1), .dwa, .rlw], [[0], [1, 3], [0, 1, 2, 3]])
    func `factors that are not learned add up to the number of observed objectives`(way: ObjectiveBalancing, observed: [Int]) {
        let balancer = balancer(way)
        for epoch in 0..<4 {
            for step in 0..<5 {
                let sum = factors(balancer, observed, step: epoch * 5 + step).reduce(0, +)
                #expect(isClose(sum, Double(observed.count), relative: 1e-12))
            }
            balancer.endEpoch(losses: objectives.indices.map { loss($0, epoch) })
        }
    }

    @Test func `a name reads back, and what is none is nil`() {
        for way in Self.ways + [.coverage(exponent: 1)] { #expect(ObjectiveBalancing(way.text) == way) }
        for text in ["", "coverage", "coverage:", "coverage:a", "DWA", "static:1"] { #expect(ObjectiveBalancing(text) == nil) }
    }

    @Test(arguments: [-0.5, 10.5, .nan, .infinity])
    func `an exponent out of range is an error`(exponent: Double) {
        let error = #expect(throws: SettingError.self) {
            try TrainingSettings { $0.balancing = .coverage(exponent: exponent) }.validate(norm: .none)
        }
        #expect(error?.problem == "the exponent of coverage is \(exponent); it lies in 0 ... 10")
    }

    @Test func `settings that were saved before there was a choice are read as static and never`() throws {
        let settings = TrainingSettings { $0.balancing = .dwa; $0.epochs = 3 }
        var members = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(settings)) as? [String: Any])
        #expect(try JSONDecoder().decode(TrainingSettings.self, from: JSONEncoder().encode(settings)) == settings)
        members["balancing"] = nil
        members["freezeHeads"] = nil
        let read = try JSONDecoder().decode(TrainingSettings.self, from: JSONSerialization.data(withJSONObject: members))
        #expect(read == TrainingSettings { $0.epochs = 3 })
    }
}
