@testable import Lacuna
import Foundation
import Testing

@Suite struct HistoryObjectiveTests {
    private func record(
        loss: Double? = 0.5, weight: Double? = 1, validation: [String: Double] = [:], best: Int? = nil
    ) -> History.Objective {
        History.Objective(
            name: "tumor", trainingLoss: loss, observed: 7, validationLoss: validation.isEmpty ? nil : 0.25, validation: validation,
            validationObserved: validation.isEmpty ? 0 : 3, weight: weight, bestEpoch: best, frozenAfter: best.map { $0 + 1 })
    }

    @Test func `a record comes back from JSON as it was, nil and all`() throws {
        for record in [record(), record(loss: nil, weight: nil), record(validation: ["auroc": 0.75], best: 4), record(loss: 0)] {
            let back = try JSONDecoder().decode(History.Objective.self, from: JSONEncoder().encode(record))
            #expect(back == record)
            #expect(back.trainingLoss == record.trainingLoss && back.weight == record.weight)
            #expect(back.validationLoss == record.validationLoss && back.frozenAfter == record.frozenAfter)
        }
        let keys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record(loss: nil))) as? [String: Any]
        #expect(Set(keys?.keys.map { $0 } ?? []) == ["name", "observed", "validation", "validationObserved", "weight"])
    }

    @Test func `records differ where any of their numbers does`() {
        var other = record(validation: ["auroc": 0.75])
        #expect(other == record(validation: ["auroc": 0.75]))
        other.validation["auroc"] = 0.5
        #expect(other != record(validation: ["auroc": 0.75]))
        #expect(record(loss: nil) != record(loss: 0))
        var plain = record()
        plain.bestEpoch = 2
        #expect(plain != record() && plain.bestEpoch == 2 && plain.trainingLoss == 0.5)
        plain.bestEpoch = nil
        #expect(plain == record())
    }

    @Test func `a record is small: a run keeps one for each objective and epoch`() {
        #expect(MemoryLayout<History.Objective>.stride <= 48)
    }
}
