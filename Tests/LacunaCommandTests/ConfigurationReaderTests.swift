import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct ConfigurationReaderTests {
    @Test func `the example of the documentation says what it looks like`() throws {
        let text = """
            data: {file: patients.csv, id: patient, missing: ["-1"], splitColumn: split}
            objectives:
              - {column: tumor, kind: binary, weight: 2}
              - {column: tissue, kind: categorical}
              - {name: findings, columns: "finding_*", kind: multilabel}
            encoder: {dense: [512, 256], activation: relu, dropout: 0.2}
            training: {epochs: 40, batchSize: 128, optimizer: adam, learningRate: 0.001, seed: 1}
            """
        let read = try ConfigurationReader.read(text, path: "lacuna.yaml")
        var wanted = RunConfiguration()
        wanted.data.file = "patients.csv"
        wanted.data.id = "patient"
        wanted.data.missing = ["-1"]
        wanted.data.splitColumn = "split"
        var tumor = ObjectiveDeclaration(columns: .exact("tumor"), kind: .binary)
        tumor.weight = 2
        wanted.objectives = [
            tumor, ObjectiveDeclaration(columns: .exact("tissue"), kind: .categorical),
            ObjectiveDeclaration(columns: .glob("finding_*"), kind: .multilabel, group: "findings"),
        ]
        wanted.encoder = EncoderSpec([512, 256], activation: .relu, dropout: 0.2)
        wanted.training = TrainingSettings {
            $0.epochs = 40
            $0.batchSize = 128
            $0.learningRate = 0.001
            $0.seed = 1
        }
        #expect(read == wanted)
    }

    @Test func `every unknown key is reported at once with its line and the nearest known one`() {
        let text = """
            data:
              file: a.csv
              spiltColumn: split
            objectives:
              - {column: tumor, kind: binary, wieght: 2}
            encodr: {dense: [512]}
            training:
              epoch: 3
              batch: 128
            """
        #expect(
            errors(text) == """
                error: unknown key 'spiltColumn' in 'data'
                  where: lacuna.yaml, line 3
                  fix:   did you mean 'splitColumn'?
                error: unknown key 'wieght' in objective 'tumor:binary'
                  where: lacuna.yaml, line 5
                  fix:   did you mean 'weight'?
                error: unknown key 'encodr' in the file
                  where: lacuna.yaml, line 6
                  fix:   did you mean 'encoder'?
                error: unknown key 'epoch' in 'training'
                  where: lacuna.yaml, line 8
                  fix:   did you mean 'epochs'?
                error: unknown key 'batch' in 'training'
                  where: lacuna.yaml, line 9
                  fix:   its keys are: \(Setting.all.filter { $0.section == .training }.map(\.key).joined(separator: ", "))
                """)
    }

    @Test(arguments: [
        ("training: {epochs: many}", "'many' is not a whole number", "line 1, training.epochs"),
        ("training: {epochs: 1.5}", "'1.5' is not a whole number", "line 1, training.epochs"),
        ("training: {epochs: [1, 2]}", "a list of 2 stands where a whole number is meant", "line 1, training.epochs"),
        ("training:\n  learningRate: {a: 1}", "a mapping stands where a number is meant", "line 2, training.learningRate"),
        ("training: {seed: -1}", "'-1' is not a whole number from 0", "line 1, training.seed"),
        ("training: {monitor: tumor.auc}", "'auc' is no metric", "line 1, training.monitor"),
        ("training: {monitor: everything}", "'everything' is no monitor", "line 1, training.monitor"),
        ("training: {schedule: step}", "the schedule step needs epochs and factor", "line 1, training.schedule"),
        ("training: {optimizer: adm}", "'adm' is no optimizer", "line 1, training.optimizer"),
        ("training: {optimizer: \"sgd:beta1=0.9\"}", "sgd has no 'beta1'", "line 1, training.optimizer"),
        ("training: {optimizer: \"sgd:nesterov=maybe\"}", "'maybe' is neither true nor false", "line 1, training.optimizer"),
        ("encoder: {dense: [a]}", "'a' is not a whole number", "line 1, encoder.dense"),
        ("encoder: {activation: rleu}", "'rleu' is not known here", "line 1, encoder.activation"),
        ("data: {split: [0.8, x]}", "'x' is not a number", "line 1, data.split"),
        ("data: {id: [a, b]}", "a list of 2 stands where a text is meant", "line 1, data.id"),
    ])
    func `a value of the wrong type names the key, its line and what was got`(
        text: String, problem: String, place: String
    ) throws {
        let error = try #require(throws: CommandErrors.self) {
            try ConfigurationReader.read(text, path: "lacuna.yaml")
        }
        #expect(error.errors.map(\.problem) == [problem])
        #expect(error.errors.first?.place == "lacuna.yaml, \(place)")
    }

    @Test(arguments: [
        ("objectives: {column: a}", "'objectives' is a mapping where a list is meant"),
        ("objectives: [{kind: binary}]", "an objective names no column"),
        ("objectives: [{column: a}]", "an objective has no kind"),
        ("objectives: [{column: a, columns: b, kind: binary}]", "an objective has both 'column' and 'columns'"),
        ("objectives: [{column: a, kind: binry}]", "'binry' is no kind"),
        ("objectives: [{column: a, kind: binary, weight: heavy}]", "objective 'a:binary' has weight 'heavy'"),
        ("objectives: [{columns: a, kind: multilabel}]", "objective 'a:multilabel' has no name"),
        ("objectives: [[a]]", "an objective is a list of 1 where a mapping is meant"),
        ("data: patients.csv", "data is 'patients.csv' where a mapping is meant"),
        ("just words", "the file is 'just words' where a mapping is meant"),
        ("training: {epochs: 1, epochs: 2}", "the key 'epochs' stands twice in one mapping"),
    ])
    func `what is no objective or section is an error`(text: String, problem: String) throws {
        let error = try #require(throws: CommandErrors.self) {
            try ConfigurationReader.read(text, path: "lacuna.yaml")
        }
        #expect(error.errors.map(\.problem) == [problem])
    }

    @Test func `a file that is no YAML is refused with its line`() throws {
        let error = try #require(throws: CommandErrors.self) {
            try ConfigurationReader.read("data: {file: a.csv\ntraining: {", path: "lacuna.yaml")
        }
        #expect(error.errors.first?.problem == "the file is not YAML")
        #expect(error.errors.first?.place?.hasPrefix("lacuna.yaml, line ") == true)
    }

    @Test(arguments: ["", "# nothing\n", "data:\ntraining: ~\n", "data: {id: null}"])
    func `an empty file or value leaves the defaults`(text: String) throws {
        #expect(try ConfigurationReader.read(text, path: "lacuna.yaml") == RunConfiguration())
    }

    @Test func `tokens are taken as they are written, also null and numbers`() throws {
        let text = "data: {missing: [-1, null, ~, 'a,b', 9.0], ignore: 'x,y', text: [a]}"
        let data = try ConfigurationReader.read(text, path: "lacuna.yaml").data
        #expect(data.missing == ["-1", "null", "~", "a,b", "9.0"])
        #expect(data.ignore == ["x,y"])
        #expect(data.text == ["a"])
        let flag = try ConfigurationReader.read("data: {missing: \"-1,9\"}", path: "lacuna.yaml").data
        #expect(flag.missing == ["-1", "9"])
    }

    @Test func `forms may be texts as in flags, or mappings`() throws {
        let text = """
            training: {optimizer: "sgd:momentum=0.9,nesterov=true", schedule: "step:epochs=10,factor=0.1"}
            objectives: ["tumor:binary:weight=2"]
            """
        let mapped = """
            training: {optimizer: {name: sgd, momentum: 0.9, nesterov: true}, schedule: {name: step, epochs: 10, factor: 0.1}}
            objectives: [{columns: tumor, kind: binary, weight: 2}]
            """
        let read = try ConfigurationReader.read(text, path: "a.yaml")
        #expect(read.training.optimizer == .sgd(momentum: 0.9, nesterov: true))
        #expect(read.training.schedule == .step(epochs: 10, factor: 0.1))
        #expect(try ConfigurationReader.read(mapped, path: "a.yaml") == read)
    }

    @Test(arguments: [
        ("lacuna.yaml", "x.csv", "x.csv"), ("runs/a.yaml", "x.csv", "runs/x.csv"),
        ("runs/a.yaml", "/data/x.csv", "/data/x.csv"), ("/etc/a.yaml", "../x.csv", "/etc/../x.csv"),
    ])
    func `relative paths are meant from the file's folder`(file: String, path: String, resolved: String) throws {
        let text = "data: {features: '\(path)', labels: '\(path)', mask: '\(path)', labelNames: '\(path)'}"
        let data = try ConfigurationReader.read(text, path: file).data
        #expect([data.features, data.labels, data.mask, data.labelNames] == [resolved, resolved, resolved, resolved])
    }

    private func errors(_ text: String) -> String {
        do {
            _ = try ConfigurationReader.read(text, path: "lacuna.yaml")
            return "no error"
        } catch { return ErrorText.layout(error) }
    }
}
