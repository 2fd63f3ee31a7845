import Tables
import TestSupport
import Testing

@testable import Lacuna

/// libsvm files as sources: columns by the numbers in the file, and what an unlisted label means.
@Suite struct LibSVMTests {
    private let lists = "1,3 5:0.5 7:1\n 2:1\n3 2:-2 5:1\n1 7:1\n"

    private func declared(_ path: String, _ change: (inout LibSVMLabels) -> Void = { _ in }) -> DataDeclaration {
        table(path) {
            var labels = LibSVMLabels()
            change(&labels)
            $0.libsvm = labels
        }
    }

    @Test func `labels that occur are columns, unlisted ones are 0 and said to be so`() throws {
        let folder = try DataFolder()
        let data = try load(table(try folder.text("a.svm", lists)), "tags=t*:multilabel")
        #expect(data.objectives[0].kind == .multilabel(labels: ["t1", "t3"]))
        #expect(data.labels(slot: 0) == [0: 1, 1: 0, 2: 0, 3: 1])
        #expect(data.labels(slot: 1) == [0: 1, 1: 0, 2: 1, 3: 0])
        #expect(data.warnings.contains(
            "labels that a row does not list count as 0, also in 1 row without any; if they are unknown, say --libsvm lists:unlisted=missing, or lists:empty=missing for those rows alone"))
        // 2, 5 and 7 are stored; the columns between them are there and hold nothing.
        #expect(data.preprocessing.encoder.columns.map(\.name) == ["x2", "x3", "x4", "x5", "x6", "x7"])
        #expect(data.preprocessing.data.libsvm?.form == .lists)
    }

    @Test func `unlisted and empty say what is missing`() throws {
        let folder = try DataFolder()
        let path = try folder.text("a.libsvm", lists)
        let positives = try load(declared(path) { ($0.form, $0.unlisted) = (.lists, .missing) }, "t*:binary")
        #expect(positives.labels(slot: 0) == [0: 1, 3: 1])
        #expect(positives.labels(slot: 1) == [0: 1, 2: 1])
        #expect(!positives.warnings.contains { $0.contains("count as 0") })
        let unlabelled = try load(declared(path) { ($0.form, $0.empty) = (.lists, .missing) }, "t*:binary")
        #expect(unlabelled.labels(slot: 0) == [0: 1, 2: 0, 3: 1])
        #expect(unlabelled.droppedUnlabelled == 1)
    }

    @Test func `a libsvm file is read alone, and knows no renames`() throws {
        let folder = try DataFolder()
        let path = try folder.text("a.svm", lists), csv = try folder.csv("x,y", "1,0", "2,1")
        var data = table(csv)
        data.files.append(DataFile(path: path))
        let several = try #require(throws: SettingError.self) { try load(data, "y:binary") }
        #expect(several.problem == "'\(path)' is a libsvm file, and 2 files are given")
        var renamed = table(path)
        renamed.rename = ["t1=a"]
        #expect(throws: SettingError.self) { try load(renamed, "t1:binary") }
    }

    @Test func `one number a row is the column 'label'`() throws {
        let folder = try DataFolder()
        let signs = try load(table(try folder.text("a.svm", "+1 1:1\n-1 2:1\n+1 1:2 2:1\n")), "label:binary:positive=1")
        #expect(signs.labels() == [0: 1, 1: 0, 2: 1])
        let numbers = try load(table(try folder.text("b.svm", "2.5 1:1\n-3 2:1\n")), "label:regression")
        #expect(numbers.labels() == [0: 2.5, 1: -3])
        #expect(numbers.preprocessing.data.libsvm?.form == .value)
    }

    @Test func `another file's numbers find their columns: nothing is shifted, absent ones are 0 or unlisted`() throws {
        let folder = try DataFolder()
        let data = try load(table(try folder.text("a.svm", lists)), "t*:binary")
        // This file begins at 0, never lists label 3 and ends before feature 7.
        let other = try folder.text("b.svm", "1 0:9 5:1\n2 2:1\n")
        let features = try data.preprocessing.features(from: table(other))
        #expect(features.features.values == [0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0, 0, 0])
        #expect(features.warnings.contains("2 features that training did not have (x0, …): not looked at"))
        let rows = try data.preprocessing.dataset(from: table(other), objectives: data.objectives)
        #expect(rows.dataset.labels.values(slot: 0, rows: [0, 1]) == [0: 1, 1: 0])
        #expect(rows.dataset.labels.values(slot: 1, rows: [0, 1]) == [0: 0, 1: 0])
    }

    @Test func `what a libsvm file has not is refused`() throws {
        let folder = try DataFolder()
        let path = try folder.text("a.svm", lists)
        #expect(throws: SettingError.self) { try load(table(path) { $0.id = "t1" }, "t*:binary") }
        let stray = arrays("x.npy", "y.npy") { $0.libsvm = LibSVMLabels() }
        #expect(throws: SettingError.self) { try load(stray, "t*:binary") }
        let found = try refusal { try load(declared(path) { $0.form = .value }, "label:regression") }
        #expect(found.problem == "the row has 2 labels")
        let bad = try refusal { try load(table(try folder.text("c.svm", "\n# x\n0 1:1\n7 2:1\n")), "label:binary") }
        #expect(bad.problem == "label 7 is neither 0 nor 1")
        #expect(bad.line == 4)
    }
}
