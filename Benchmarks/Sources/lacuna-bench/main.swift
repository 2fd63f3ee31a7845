import Foundation
import Lacuna

let arguments = CommandLine.arguments
func option(_ name: String) -> String? {
    arguments.firstIndex(of: "--\(name)").flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}
func number(_ name: String, _ otherwise: Double) -> Double { option(name).flatMap(Double.init) ?? otherwise }
let work = arguments.dropFirst().first ?? "w1"
let threads = Int(number("threads", 2)), epochs = Int(number("epochs", 3))
nonisolated(unsafe) var random = SplitMix64(seed: 1)

func dataset() throws -> (Dataset, EncoderSpec, Int) {
    switch work {
    case "w1":
        let x = FeatureMatrix(rows: 4096, columns: 10) { _, _ in Float.random(in: -1...1, using: &random) }
        let tumor: [Bool?] = (0..<4096).map { $0 % 3 == 0 || $0 % 41 == 0 ? nil : x[$0, 0] + x[$0, 1] > 0 }
        let tissue: [Int?] = (0..<4096).map {
            ($0 % 3 != 0 && $0 % 2 == 0) || $0 % 41 == 0 ? nil : x[$0, 2] > 0.3 ? 0 : x[$0, 3] > 0 ? 1 : 2 }
        return (
            try Dataset(
                features: x, objectives: [.binary("tumor"), .categorical("tissue", classes: ["a", "b", "c"])],
                labels: ["tumor": .yesNo(tumor), "tissue": .indices(tissue)]), .dense(64), 32)
    case "w2":
        let rows = Int(number("rows", 2048)), t = Int(number("T", 1024)), density = number("density", 0.1)
        let width = Int(number("H", 512))
        let x = FeatureMatrix(rows: rows, columns: 1024) { _, _ in Float.random(in: -1...1, using: &random) }
        let names = (0..<t).map { "t\($0)" }
        var labels: [String: Labels] = [:]
        for name in names {
            labels[name] = .yesNo((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) < density ? Bool.random(using: &random) : nil })
        }
        return (try Dataset(features: x, objectives: names.map { .binary($0) }, labels: labels), .dense(width), 256)
    default:
        let rows = 4096
        let x = FeatureMatrix(rows: rows, columns: 256) { _, _ in Float.random(in: -1...1, using: &random) }
        let names = (0..<16).map { "t\($0)" }
        var labels: [String: Labels] = [:]
        for name in names {
            labels[name] = .yesNo((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) < 0.1 ? Bool.random(using: &random) : nil })
        }
        return (
            try Dataset(features: x, objectives: names.map { .binary($0, head: .tower([512, 512])) }, labels: labels),
            EncoderSpec([]), 512)
    }
}

let (data, encoder, batch) = try dataset()
let model = try Model(features: data.features.columns, encoder: encoder, objectives: data.objectives, threads: threads)
let history = try model.fit(data, TrainingSettings {
    $0.epochs = epochs
    $0.batchSize = batch
    $0.threads = threads
})
let steps = Double(history.epochs[0].steps)
let times = history.epochs.dropFirst().map { $0.seconds / steps * 1e6 }.sorted()
print("\(work) \(arguments.dropFirst(2).joined(separator: " ")): median \(times[times.count / 2]) min \(times[0]) max \(times[times.count - 1]) us/step; loss \(history.epochs.last!.trainingLoss)")
