import TestSupport
import Testing

@testable import Lacuna

@Suite struct DecisionRuleTests {
    @Test func `thresholds are those that trying every probability finds`() throws {
        for golden in DecisionGoldens.all.thresholds {
            for (rule, expected) in golden.expected {
                let threshold = DecisionThreshold(
                    try DecisionRule(parsing: rule), probabilities: golden.probabilities.map { Float($0) }, labels: golden.labels)
                #expect(isNear(threshold.value, expected, tolerance: 1e-7), "\(rule)")
                #expect(threshold.shortfall == nil)
            }
        }
    }

    @Test(arguments: ["f1", "youden", "sensitivity=0.9", "precision=0.8", "cost=5", "cost=0.2", "0.3", "1"])
    func `a rule's text reads back`(text: String) throws {
        #expect(try DecisionRule(parsing: text).text == text)
    }

    @Test(arguments: ["", "f2", "f1=3", "sensitivity", "sensitivity=high", "precision=0", "precision=1.1", "cost=0", "cost=-1", "1.5", "nan"])
    func `what is no rule is refused`(text: String) {
        #expect(throws: SettingError.self) { try DecisionRule(parsing: text) }
    }

    @Test func `a precision out of reach takes the highest there is and says so`() {
        let threshold = DecisionThreshold(.precision(0.9), probabilities: [0.9, 0.8, 0.7], labels: [0, 1, 1])
        #expect(threshold.value == Double(Float(0.7)))
        #expect(threshold.shortfall?.contains("no threshold reaches a precision of 0.9") == true)
    }

    @Test func `where every alarm costs more than it finds, nothing is called positive`() {
        let probabilities: [Float] = [0.9, 0.8, 0.7]
        let threshold = DecisionThreshold(.cost(0.1), probabilities: probabilities, labels: [0, 1, 0])
        #expect(probabilities.allSatisfy { Double($0) < threshold.value })
    }

    @Test func `labels of one class decide no threshold`() {
        let threshold = DecisionThreshold(.f1, probabilities: [0.9, 0.8], labels: [1, 1])
        #expect(threshold.value == 0.5 && threshold.shortfall == "validation has labels of one class; 0.5 was taken")
    }
}
