import Lacuna

/// What repeats the run: settings, seed, versions, and the content of the data.
struct ReproduceSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section {
        let settings = facts.settings
        var rows = HTMLTable("versions", caption: "Versions and facts", columns: ["What", "Value"], textColumns: [1])
        rows.isNarrow = true
        rows.append("Report written by", [.prose("\(settings.program)")])
        if let trainedBy = settings.trainedBy { rows.append("Model trained by", [.prose("\(trainedBy)")]) }
        if let seed = settings.seed { rows.append("Seed", [.prose("\(String(seed))")]) }
        rows.append("Encoder", [.prose("\(settings.encoder)")])
        if let split = settings.split { rows.append("Parts", [.prose("\(split)")]) }
        for (file, digest) in settings.digests {
            rows.append("SHA-256 of \(HTML.name(file))", [.prose("<code>\(digest)</code>")])
        }
        let configuration: HTML? = settings.configuration.map { text in
            """
            <h3 id="configuration">Settings</h3>
            <p>Saved as <code>config.yaml</code> beside the data files, these settings repeat the run:</p>
            <pre tabindex="0">lacuna train --config config.yaml --out run</pre>
            <pre tabindex="0">\(text)</pre>

            """
        }
        return .init(
            id: "reproduce", title: "Settings and versions",
            content: """
                <p>The same data, settings, seed, version and number of threads give the same weights on one machine, bit for bit.</p>
                \(rows.html)\(configuration)
                """)
    }
}
