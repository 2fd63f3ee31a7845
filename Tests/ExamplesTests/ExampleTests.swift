import Foundation
import Testing

/// The programs under Examples, run as a reader would run them.
@Suite struct ExampleTests {
    /// The number behind `metric` in a line such as "findings (2000 observed): auroc 0.9670, …".
    private func number(_ metric: String, in line: String) -> Double? {
        guard let place = line.range(of: " \(metric) ") ?? line.range(of: "\(metric) ") else { return nil }
        return Double(line[place.upperBound...].prefix { $0.isNumber || $0 == "." || $0 == "-" })
    }

    @Test func `quickstart: two epochs over the observed labels alone, and the loss falls`() throws {
        let result = try BuiltProgram.run("example-quickstart")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.lines
        #expect(lines.count == 5)
        // 100 rows: 33 lack the tumor label, 33 others the tissue label.
        for line in lines.prefix(2) {
            #expect(line.contains("tumor_detection") && line.contains("tissue_type"))
            #expect(line.components(separatedBy: "over 67").count == 3)
        }
        let losses = lines.prefix(2).compactMap { number("loss", in: $0) }
        #expect(losses.count == 2 && losses[1] < losses[0])
        // Another BLAS rounds otherwise; a changed program differs more.
        let shown = try BuiltProgram.text("README.md").split(separator: "\n").filter { $0.hasPrefix("epoch ") }.map(String.init)
        #expect(shown.count == 2)
        for (shown, printed) in zip(shown, lines) {
            for name in ["loss", "tumor_detection", "tissue_type"] {
                #expect(abs(try #require(number(name, in: shown)) - (try #require(number(name, in: printed)))) < 0.002)
            }
        }
        #expect(lines[2].hasPrefix("tumor_detection (67 observed): auroc"))
        #expect(lines[3].hasPrefix("tissue_type (67 observed): accuracy"))
    }

    @Test func `gaps: five labels with random gaps are learned, rows without any take no part`() throws {
        let result = try BuiltProgram.run("example-gaps")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.lines
        #expect(lines.count == 3)
        // Two rows of three have labels, less those few whose five labels all fell out: (0.4)⁵ = 1 %.
        let trained = try #require(lines[1].split(separator: " ").last.flatMap { Int($0) })
        #expect((370...400).contains(trained))
        #expect(lines[0].hasSuffix("in \(trained) of 600 rows"))
        #expect(lines[2].hasPrefix("findings (2000 observed)"))
        #expect(try #require(number("auroc", in: lines[2])) > 0.93)
    }

    @Test func `mask: sentinel, NaN and mask leave out the same slots, and garbage in them changes nothing`() throws {
        let result = try BuiltProgram.run("example-mask")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.lines
        #expect(lines.first == "observed per slot: [100, 160, 150, 150, 150]")
        #expect(lines.contains("other garbage, equal predictions: true"))
        #expect(lines.last?.hasPrefix("refused: label -1 is neither 0 nor 1 (objective 'tumor', row 0)") == true)
        let tumor = try #require(lines.first { $0.hasPrefix("tumor") })
        #expect(try #require(number("auroc", in: tumor)) > 0.95)
    }

    @Test func `own loss: quantiles are met, and a saved model finds the loss by name and settings`() throws {
        let result = try BuiltProgram.run("example-own-loss")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.lines
        #expect(lines.count == 5)
        let shares = lines[0].split(separator: " ").compactMap { Double($0) }
        #expect(shares.count == 2 && abs(shares[0] - 10) <= 4 && abs(shares[1] - 90) <= 4)
        #expect(lines[1] == "loaded, equal predictions: true")
        #expect(lines[3] == "without the loss, equal predictions: true")
        #expect(
            lines[4] == "refused: objective 'low' trains with the loss 'pinball' with quantile 0.1, which is not at hand; "
                + "pass it when loading: Model.load(from:losses:)")
    }
}
