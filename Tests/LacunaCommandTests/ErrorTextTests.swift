import Lacuna
import Tables
import Testing

@testable import LacunaCommand

@Suite struct ErrorTextTests {
    @Test func `an error of a file says what, where, why and how to fix`() {
        let error = TableError(
            "label 'n/a' is not a number", file: "train.csv", row: 1204, line: 1205, column: "solubility",
            why: "objective 'solubility' is a regression", fix: "leave the cell empty, or pass --missing 'n/a'")
        #expect(
            ErrorText.layout(error) == """
                error: label 'n/a' is not a number
                  where: train.csv, row 1204 (line 1205), column 'solubility'
                  why:   objective 'solubility' is a regression
                  fix:   leave the cell empty, or pass --missing 'n/a'
                """)
    }

    @Test func `what an error does not know is left out`() {
        #expect(ErrorText.layout(TableError("the file is empty", file: "a.csv")) == """
            error: the file is empty
              where: a.csv
            """)
        #expect(ErrorText.layout(TableError("ragged", line: 7)) == "error: ragged\n  where: line 7")
        #expect(ErrorText.layout(SettingError("dropout is 1.2; it lies in 0 ..< 1")) == "error: dropout is 1.2; it lies in 0 ..< 1")
    }

    @Test func `an error of an array counts rows from 0 and says so`() {
        let error = DataError("label 2 is neither 0 nor 1", objective: "tumor", row: 3, why: "it is binary", fix: "correct it")
        #expect(
            ErrorText.layout(error) == """
                error: label 2 is neither 0 nor 1
                  where: objective 'tumor', row 3 (counted from 0)
                  why:   it is binary
                  fix:   correct it
                """)
    }

    @Test func `an error of training says how to go on`() {
        #expect(
            ErrorText.layout(TrainingError.diverged(objective: "size", epoch: 2, step: 9)) == """
                error: objective 'size' diverged in epoch 2, step 9: its loss is not finite
                  fix:   lower the learning rate, or clip the gradient
                """)
    }

    @Test func `a warning has the same shape`() {
        #expect(
            ErrorText.warning("column 'age' is constant", at: "train.csv", why: "it becomes 0", fix: "pass --ignore age") == """
                warning: column 'age' is constant
                  where: train.csv
                  why:   it becomes 0
                  fix:   pass --ignore age
                """)
    }

    @Test func `further lines stand under the first`() {
        #expect(ErrorText.layout(CommandError("a", why: "b\nc")) == "error: a\n  why:   b\n         c")
    }

    @Test func `an error of another library becomes one line`() {
        struct Foreign: Error, CustomStringConvertible { var description: String { "two\nlines" } }
        #expect(ErrorText.layout(Foreign()) == "error: two lines")
    }
}
