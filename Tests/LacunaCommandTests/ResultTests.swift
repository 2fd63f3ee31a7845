import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct ResultTests {
    @Test func `the JSON has the documented keys in the documented order`() {
        #expect(
            ResultReport.example.json.pretty(width: 110) == """
                {
                  "objectives": [
                    {
                      "name": "tumor",
                      "kind": "binary",
                      "coverage": {"valid": 0.5, "test": 0.25},
                      "metrics": {
                        "valid": {"auroc": 0.75, "f1": 0.5, "observed": 4},
                        "test": {"auroc": null, "f1": 0.25, "observed": 2}
                      },
                      "undefined": {"valid": {}, "test": {"auroc": "only one class among the observed labels"}}
                    },
                    {
                      "name": "findings",
                      "kind": "multilabel",
                      "coverage": {"valid": 1.0, "test": 1.0},
                      "metrics": {"valid": {"auroc": 0.25, "observed": 8}, "test": {"auroc": 0.5, "observed": 8}},
                      "undefined": {"valid": {}, "test": {}},
                      "labels": [
                        {
                          "name": "finding_0",
                          "coverage": {"valid": 1.0, "test": 1.0},
                          "metrics": {"valid": {"auroc": 0.25, "observed": 8}, "test": {"auroc": 0.5, "observed": 8}},
                          "undefined": {"valid": {}, "test": {}}
                        }
                      ]
                    }
                  ],
                  "macro": {"valid": {"auroc": 0.5, "f1": 0.5}, "test": {"auroc": 0.5, "f1": 0.25}},
                  "macroObjectives": {"valid": {"auroc": 2, "f1": 1}, "test": {"auroc": 1, "f1": 1}},
                  "rows": {"valid": 8, "test": 8},
                  "unlabelledDropped": 12,
                  "training": {
                    "epochs": 3,
                    "bestEpoch": null,
                    "seconds": 1.5,
                    "stepMicroseconds": 2.5,
                    "rowsPerSecond": 1000.0,
                    "parameters": 1234567,
                    "peakMemoryMB": 20.25
                  }
                }
                """)
    }

    @Test func `the JSON reads back to the same report`() throws {
        let report = ResultReport.example
        #expect(try ResultReport(reading: Array(report.json.pretty().utf8)) == report)
    }

    @Test func `the table aligns metrics, marks what is undefined and says why`() {
        #expect(
            ResultTable.text(.example) == """
                valid: 8 rows

                  binary  coverage  observed  auroc  averagePrecision  accuracy  balancedAccuracy     f1  logLoss  brier
                  tumor     50.0 %         4  0.750                 –         –                 –  0.500        –      –

                  multilabel   coverage  observed  auroc  averagePrecision  accuracy  balancedAccuracy  f1  logLoss  brier
                  findings      100.0 %         8  0.250                 –         –                 –   –        –      –
                    finding_0   100.0 %         8  0.250                 –         –                 –   –        –      –

                  mean of objectives   auroc      f1
                  macro                0.500   0.500
                  over                2 of 2  1 of 1

                test: 8 rows

                  binary  coverage  observed  auroc  averagePrecision  accuracy  balancedAccuracy     f1  logLoss  brier
                  tumor     25.0 %         2      –                 –         –                 –  0.250        –      –

                  multilabel   coverage  observed  auroc  averagePrecision  accuracy  balancedAccuracy  f1  logLoss  brier
                  findings      100.0 %         8  0.500                 –         –                 –   –        –      –
                    finding_0   100.0 %         8  0.500                 –         –                 –   –        –      –

                  mean of objectives   auroc      f1
                  macro                0.500   0.250
                  over                1 of 2  1 of 1

                  – tumor: no auroc, only one class among the observed labels

                12 training rows without any label took no part
                3 epochs in 1.5 s; 2.5 µs a step, 1 000 rows/s; 1 234 567 parameters, peak memory 20 MB

                """)
    }

    @Test func `a reason that many objectives share is said once`() {
        var report = ResultReport(splits: ["test"], objectives: [], rows: ["test": 1])
        report.objectives = (0..<9).map { number in
            ObjectiveResult(
                name: "t\(number)", kind: .binary, coverage: ["test": 0],
                scores: ["test": Scores(observed: 0, entries: [.init(metric: .auroc, score: .undefined(reason: "no label is observed"))])])
        }
        #expect(ResultTable.text(report).contains("  – t0, t1, t2, t3, t4 and 4 more: no auroc, no label is observed\n"))
    }

    @Test(arguments: [
        (0.91249, "0.912"), (-0.0001, "-1.0e-4"), (0, "0.000"), (12.345, "12.35"), (123.45, "123.5"), (12345.6, "12346"),
        (-3.14159, "-3.142"), (0.9999, "1.000"),
    ])
    func `a metric is shown with the digits that matter`(number: Double, text: String) {
        #expect(NumberText.metric(number) == text)
    }

    @Test(arguments: [(0.0, "0.0 s"), (9.96, "10.0 s"), (12.4, "12 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3720, "1 h 2 min")])
    func `a duration is said in its two largest units`(seconds: Double, text: String) {
        #expect(NumberText.duration(seconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (-1_234_567, "-1 234 567")])
    func `counts are grouped by three`(count: Int, text: String) {
        #expect(NumberText.count(count) == text)
    }
}

extension ResultReport {
    fileprivate static let example: ResultReport = {
        func scores(_ observed: Int, _ entries: [(Metric, Score)]) -> Scores {
            Scores(observed: observed, entries: entries.map { .init(metric: $0.0, score: $0.1) })
        }
        let finding = ["valid": scores(8, [(.auroc, .value(0.25))]), "test": scores(8, [(.auroc, .value(0.5))])]
        return ResultReport(
            splits: ["valid", "test"],
            objectives: [
                ObjectiveResult(
                    name: "tumor", kind: .binary, coverage: ["valid": 0.5, "test": 0.25],
                    scores: [
                        "valid": scores(4, [(.auroc, .value(0.75)), (.f1, .value(0.5))]),
                        "test": scores(
                            2,
                            [
                                (.auroc, .undefined(reason: "only one class among the observed labels")),
                                (.f1, .value(0.25)),
                            ]),
                    ]),
                ObjectiveResult(
                    name: "findings", kind: .multilabel, coverage: ["valid": 1, "test": 1], scores: finding,
                    labels: [LabelResult(name: "finding_0", coverage: ["valid": 1, "test": 1], scores: finding)]),
            ],
            rows: ["valid": 8, "test": 8], unlabelledDropped: 12,
            training: TrainingFacts(
                epochs: 3, bestEpoch: nil, seconds: 1.5, stepMicroseconds: 2.5, rowsPerSecond: 1000,
                parameters: 1_234_567, peakMemoryMegabytes: 20.25))
    }()
}
