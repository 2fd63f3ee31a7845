import Foundation
import Lacuna
import Testing

/// The cases of `Goldens/losses.json`; `make_losses.py` beside it says how they were made.
struct LossGoldens: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let settings: [String: [Double]]
        let width: Int
        let peer: String
        let logits: [Float]
        let targets: [Float]
        let loss: [Double]
        let gradient: [Double]
        let peerLoss: [Double?]
        let peerGradient: [Double?]

        var testDescription: String {
            let numbers = settings.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return "\(name)(\(numbers.joined(separator: ", "))), width \(width)"
        }
    }

    let versions: [String: String]
    let cases: [Case]

    static let all: LossGoldens = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Goldens/losses.json")
        do {
            return try JSONDecoder().decode(LossGoldens.self, from: Data(contentsOf: file))
        } catch {
            fatalError("\(file.path) cannot be read: \(error)")
        }
    }()
}
