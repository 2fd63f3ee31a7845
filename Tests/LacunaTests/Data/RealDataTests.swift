import Tables
import Testing

@testable import Lacuna

/// Real sets, where their folder stands beside the package. Most fingerprint columns are ignored, for speed alone.
@Suite(.enabled(if: sharedData != nil)) struct RealTableTests {
    private let folder = sharedData ?? ""
    private let fewBits = (1...9).map { "fp\($0)*" } + ["id"]

    @Test func `Tox21 has its rows, parts and coverage`() throws {
        let data = try load(
            table(folder + "/tox21.csv.gz") { ($0.splitColumn, $0.ignore, $0.id) = ("split", fewBits, "id") }, "NR-*:binary",
            "SR-*:binary")
        #expect(data.objectives.count == 12)
        #expect(data.rowCounts == [.train: 6264, .valid: 783, .test: 784])
        let observed = zip(Part.allCases, [6264, 783, 784]).reduce(0.0) { sum, part in
            sum + data.coverage.reduce(0) { $0 + ($1[part.0] ?? 0) * Double(part.1) }
        }
        #expect((observed / Double(12 * 7831) - 0.8295).magnitude < 0.0001)
        #expect(data.preprocessing.featureNames == ["fp0"])
    }

    @Test func `a drawn split of Tox21 keeps every objective in every part, in proportion`() throws {
        let data = try load(
            table(folder + "/tox21.csv.gz") { ($0.split, $0.ignore, $0.id) = ([0.8, 0.1, 0.1], fewBits + ["split"], "id") },
            "NR-*:binary", "SR-*:binary")
        for (objective, coverage) in zip(data.objectives, data.coverage) {
            #expect(Part.allCases.allSatisfy { (coverage[$0] ?? 0) > 0 }, "\(objective.name)")
            #expect(((coverage[.valid] ?? 0) - (coverage[.train] ?? 0)).magnitude < 0.02)
            #expect(((coverage[.test] ?? 0) - (coverage[.train] ?? 0)).magnitude < 0.02)
        }
        let (valid, test) = (data.rowCounts[.valid] ?? 0, data.rowCounts[.test] ?? 0)
        #expect(abs(valid - 783) <= 10)
        #expect(abs(test - 783) <= 10)
        #expect(data.warnings.isEmpty)
    }

    @Test func `Tox21 as arrays holds the labels of the table`() throws {
        let declared = ["NR-*:binary", "SR-*:binary"]
        let fromTable = try load(
            table(folder + "/tox21.csv.gz") { ($0.ignore, $0.id) = (fewBits + ["split"], "id") }, declared[0], declared[1])
        let fromArrays = try load(
            arrays(folder + "/tox21_x.npy", folder + "/tox21_y.npy") {
                ($0.missing, $0.ignore) = (["-1"], (1...9).map { "x\($0)*" })
            }, "t*:binary")
        #expect(fromArrays.datasets[.train]?.labels == fromTable.datasets[.train]?.labels)
        #expect(fromArrays.datasets[.train]?.features == fromTable.datasets[.train]?.features)
        #expect(fromArrays.droppedUnlabelled == fromTable.droppedUnlabelled)
    }

    @Test func `Tox21 as arrays without -1 declared is an error`() throws {
        let error = try refusal {
            try load(arrays(folder + "/tox21_x.npy", folder + "/tox21_y.npy") { $0.ignore = (1...9).map { "x\($0)*" } }, "t*:binary")
        }
        #expect(error.problem == "label -1 is neither 0 nor 1")
        #expect(error.row == 3)
        #expect(error.column == "t0")
    }

    @Test func `Communities and Crime has its rows, parts, coverage and indicators`() throws {
        let targets = ["murdPerPop", "rapesPerPop", "robbPerPop", "assaultPerPop", "burglPerPop", "larcPerPop", "autoTheftPerPop",
            "arsonsPerPop", "ViolentCrimesPerPop", "nonViolPerPop"]
        let data = try TrainingData.load(
            table(folder + "/communities_crime.csv.gz") { ($0.splitColumn, $0.id) = ("split", "id") },
            objectives: targets.map { try ObjectiveDeclaration(parsing: "\($0):regression:transform=log1p") })
        #expect(data.objectives.map(\.name) == targets)
        #expect(data.rowCounts == [.train: 1773, .valid: 221, .test: 221])
        let counts = Part.allCases.map { data.datasets[$0]?.labels.observedCounts() ?? [] }
        let shares = targets.indices.map { slot in Double(counts.reduce(0) { $0 + $1[slot] }) / 2215 }
        let published = [1, 0.9061, 0.9995, 0.9941, 0.9986, 0.9986, 0.9986, 0.9589, 0.9002, 0.9562]
        #expect(zip(shares, published).allSatisfy { ($0 - $1).magnitude < 0.0001 })
        #expect(data.preprocessing.encoder.columns.count == 124)
        #expect(data.datasets[.train]?.features.values.allSatisfy(\.isFinite) == true)
    }

    @Test func `the CheXpert layout reads with -1 as missing, and refuses it undeclared`() throws {
        let path = folder + "/chexpert_format_MADE_UP.csv"
        let header = try TableReader(path: path).header
        #expect(header.contains("Pleural Effusion"))
        #expect(throws: TableError.self) {
            try load(table(path) { $0.ignore = ["Path"] }, "Pleural Effusion:binary", "Edema:binary")
        }
        let labels = Array(header.suffix(14))
        let data = try load(
            table(path) { ($0.ignore, $0.missing) = (["Path"] + labels.filter { $0 != "Edema" }, ["-1"]) }, "Edema:binary")
        #expect(data.objectives.count == 1)
    }
}
