import ArgumentParser
import Lacuna

/// `lacuna report`.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about a trained model that stands alone.",
        usage: """
            lacuna report --model DIR --out report.html
            lacuna report --model DIR --data FILE [--split PART] --out report.html
            """,
        discussion: """
            One HTML file without any other: coverage of the labels, training curves, ROC, precision and recall, \
            reliability, confusion matrices, residuals, tables, warnings, and the settings that repeat the run. It \
            fetches nothing, is read on a phone and in print, light or dark, and the same model and data make the same \
            bytes. Of many objectives it summarises, shows the best and the worst, and lists all in a table that can be \
            searched.

            Curves are drawn from the data of training, if they still lie there, or from those that flags name. Without \
            data the page tells what the folder holds, and says what is missing.

            EXAMPLES

              lacuna report --model runs/tox21 --out tox21.html
              lacuna report --model runs/tox21 --data another-laboratory.csv \\
                  --out elsewhere.html
            """)

    @Option(help: ArgumentHelp("The folder that train wrote.", valueName: "dir")) var model: String
    @OptionGroup(title: "Data") var data: DataOptions
    @Option(
        help: ArgumentHelp(
            "The part to draw curves of: train, valid or test, as in training. (default: the first that has rows of test, valid, train; else all rows)",
            valueName: "part"))
    var split: String?
    @Option(help: Setting.help(.training, "threads")) var threads: String?
    @OptionGroup(title: "Trust") var trust: TrustOptions
    @Flag(help: "Leave out what inspect warns of, which reads the data of training once more.") var noInspect = false
    @Option(help: ArgumentHelp("The file to write, .html; an existing one is replaced.", valueName: "file")) var out: String
    @Flag(help: "Say nothing but errors.") var quiet = false

    func run() throws {
        let part = try split.map { try Part(flag: $0) }
        try checkOut()
        let flags = data.given + GivenSetting.collect(.training, words: [("threads", threads)])
        let facts = try ReportFacts.load(
            RunDirectory(model),
            .init(
                part: part, flags: flags, namesData: !data.file.isEmpty || data.features != nil || data.labels != nil,
                trust: try trust.settings(), inspects: !noInspect))
        if !quiet {
            for warning in facts.warnings + facts.gaps where warning != ReportFacts.notInspected { System.write(ErrorText.warning(warning) + "\n", to: .error) }
        }
        let bytes = ReportPage(facts: facts).page.bytes
        try FileSystem.write(bytes, to: out)
        if !quiet { System.write("wrote '\(out)': \(NumberText.count(max(1, bytes.count / 1000))) kB\n", to: .error) }
    }

    private func checkOut() throws(CommandError) {
        if FileSystem.isDirectory(out) {
            throw CommandError("the output '\(out)' is a folder", at: "--out", fix: "name a file, such as '\(FilePaths.join(out, "report.html"))'")
        }
        let name = out.lowercased()
        guard name.hasSuffix(".html") || name.hasSuffix(".htm") else {
            throw CommandError("the output '\(out)' does not end in .html", at: "--out", fix: "name it so")
        }
        var given = RunConfiguration()
        try given.apply(data.given)
        if given.data.paths.contains(where: { FileSystem.isSame($0, out) }) {
            throw CommandError("--out is the file that is read", at: out, fix: "name another file")
        }
    }
}
