import ArgumentParser
import Lacuna

/// How much each objective counts in training, and when its head has learned enough.
struct BalancingOptions: ParsableArguments {
    @Option(help: Setting.help(.training, "balance")) var balance: String?
    @Option(help: Setting.help(.training, "freezeHeads")) var freezeHeads: String?

    var given: [GivenSetting] {
        GivenSetting.collect(.training, words: [("balance", balance), ("freezeHeads", freezeHeads)])
    }
}

/// Where the run's curves are written for TensorBoard. No setting of the run: it changes nothing of it.
struct TensorBoardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A folder for TensorBoard's event files: losses, metrics, weights and rates after every epoch, one folder per \
            run. (default: none)
            """, valueName: "dir"))
    var tensorboard: String?
}
