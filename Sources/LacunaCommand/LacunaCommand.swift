import ArgumentParser
import Lacuna

/// The command `lacuna`.
public struct LacunaCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "lacuna",
        abstract: "Train one network for many objectives when most labels are missing.",
        discussion: """
            A row teaches only the objectives it has labels for: a missing label adds nothing to the loss and nothing \
            to the gradient.

              lacuna demo                       see within seconds why this matters; needs no file
              lacuna train --data patients.csv --objective 'tumor:binary' --objective 'tissue:categorical' --out run
              lacuna evaluate --model run --data more.csv
              lacuna predict --model run --data new.csv --out predictions.csv
              lacuna export --model run --out model.onnx

            'lacuna help train' lists every flag with its default.
            """,
        version: "lacuna \(Version.text)",
        subcommands: [Train.self, Evaluate.self, Predict.self, Export.self, Demo.self])

    public init() {}
}

extension LacunaCommand {
    /// Runs the command that the arguments name, and ends the process: 0 after success, 1 after an error that is
    /// the user's to mend, 64 after arguments that nobody can read.
    public static func start() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            exit()
        } catch let error where isOwn(error) {
            System.write(ErrorText.layout(error) + "\n", to: .error)
            exit(withError: ExitCode.failure)
        } catch let error where exitCode(for: error) == .validationFailure {
            System.write(usageError(error) + "\n", to: .error)
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }

    /// Arguments that cannot be read, in the shape of every other error.
    private static func usageError(_ error: any Error) -> String {
        let command = CommandLine.arguments.dropFirst().first { name in
            configuration.subcommands.contains { $0._commandName == name }
        }
        let help = "'lacuna \(command.map { "help " + $0 } ?? "--help")' explains every flag"
        let message = message(for: error)
        return ErrorText.layout(
            CommandError(message.prefix(1).lowercased() + message.dropFirst(), at: "the command's arguments", fix: help))
    }

    /// Whether the error is not ArgumentParser's: help, version, arguments it cannot read, or an exit code.
    private static func isOwn(_ error: any Error) -> Bool {
        if error is CleanExit || error is ValidationError || error is ExitCode { return false }
        // ArgumentParser's other errors are internal types; it gives them the code of a usage error.
        return exitCode(for: error) == .failure
    }
}
