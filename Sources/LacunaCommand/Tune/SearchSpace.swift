#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import Lacuna

/// What a search draws its trials from: settings of encoder and training, and the weights of the objectives.
struct SearchSpace: Equatable, Sendable {
    /// One setting and what it may be.
    struct Dimension: Equatable, Sendable {
        /// The setting's key, or `weights`.
        var key: String
        var values: Values

        enum Values: Equatable, Sendable {
            /// One of these words, as a flag would say them.
            case choices([String])
            /// Between two numbers; `isLog` draws uniformly over their logarithms, `isWhole` whole numbers.
            case range(Double, Double, isLog: Bool, isWhole: Bool = false)
        }

        /// As a flag says it.
        var text: String {
            switch values {
            case .choices(let words): "\(key)=\(words.joined(separator: "|"))"
            case .range(let low, let high, _, let isWhole):
                isWhole ? "\(key)=\(plain(low))..\(plain(high))" : "\(key)=\(low)..\(high)"
            }
        }
    }

    /// Stands for one factor for each declared objective.
    static let weights = "weights"

    var dimensions: [Dimension]

    /// What is searched where nobody says otherwise. A setting that a flag or the file gives is not searched.
    static let usual: [String] = [
        "encoder=128|256|512|1024|512,256", "dropout=0..0.6", "learningRate=0.0001..0.01", "reduction=observed|expected",
        "weights=0.25..4",
    ]

    /// The space that the flags say.
    ///
    /// - Parameters:
    ///   - texts: the values of `--search`; those of `usual` hold beside them.
    ///   - fixed: paths of settings that flags or the file give, such as "training.learningRate".
    init(_ texts: [String], fixed: Set<String>) throws(CommandError) {
        dimensions = []
        for text in texts {
            let dimension = try Dimension(text)
            guard !dimensions.contains(where: { $0.key == dimension.key }) else {
                throw CommandError("'\(dimension.key)' is searched twice", at: "--search", fix: "give it once")
            }
            dimensions.append(dimension)
        }
        for text in Self.usual {
            let dimension = try Dimension(text)
            guard !dimensions.contains(where: { $0.key == dimension.key }), !fixed.contains(dimension.path) else { continue }
            dimensions.append(dimension)
        }
    }

    /// The space for so many objectives: one alone has no weight to search.
    func of(objectives: Int) -> SearchSpace {
        var result = self
        if objectives < 2 { result.dimensions.removeAll { $0.key == Self.weights } }
        return result
    }

    /// What a trial is: a pure function of the seed and the trial's number.
    func draw(trial: Int, seed: UInt64) -> Draw {
        Draw(
            settings: dimensions.filter { $0.key != Self.weights }.map { dimension in
                var random = SplitMix64(seed: seed, stream: "trial \(trial) \(dimension.key)")
                return .init(key: dimension.key, value: dimension.values.draw(&random))
            },
            weightRange: dimensions.first { $0.key == Self.weights }?.values)
    }

    /// The settings of one trial.
    struct Draw: Equatable, Sendable {
        struct Setting: Equatable, Sendable {
            var key: String
            var value: String
        }

        var settings: [Setting]
        let weightRange: Dimension.Values?

        /// The configuration of the trial.
        ///
        /// - Throws: ``CommandError`` for a value that the setting does not take.
        func applied(to base: RunConfiguration, trial: Int, seed: UInt64) throws(CommandError) -> RunConfiguration {
            var result = base
            for drawn in settings {
                guard let setting = Dimension.setting(of: drawn.key) else { continue }
                do { try setting.read(.text(drawn.value), &result) } catch {
                    throw CommandError("\(drawn.key): \(error.problem)", at: "--search", fix: error.fix)
                }
            }
            guard let weightRange else { return result }
            for place in result.objectives.indices {
                var random = SplitMix64(seed: seed, stream: "trial \(trial) weight of \(place) \(result.objectives[place])")
                result.objectives[place].weight *= Float(weightRange.draw(&random)) ?? 1
            }
            return result
        }
    }
}

extension SearchSpace.Dimension {
    /// Sections whose settings shape the model or its training; what a search must hold still is left out: trials are of one
    /// model each, and compared by one score on the same rows.
    private static let held: Set<String> = [
        "training.epochs", "training.seed", "training.threads", "training.monitor", "training.unlabelled", "training.ensemble",
        "training.folds", "training.compare", "encoder.head",
    ]

    static func setting(of key: String) -> Setting? {
        Setting.all.first { setting in
            (setting.section == .encoder || setting.section == .training) && !held.contains(setting.path)
                && (setting.key == key || setting.flag == "--" + key)
        }
    }

    /// The path of the setting: "training.learningRate".
    var path: String { Self.setting(of: key)?.path ?? key }

    /// Reads `learningRate=0.0001..0.01` or `encoder=128|256|512,256`.
    init(_ text: String) throws(CommandError) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw CommandError(
                "'\(text)' says no setting and its values", at: "--search",
                fix: "such as 'dropout=0..0.6' or 'encoder=128|256|512,256'")
        }
        let name = String(text[..<equals]), values = String(text[text.index(after: equals)...])
        if name != SearchSpace.weights {
            guard let setting = Self.setting(of: name) else {
                let known = Setting.all.filter { Self.setting(of: $0.key)?.path == $0.path }.map(\.key) + [SearchSpace.weights]
                throw CommandError(
                    "no setting that can be searched is called '\(name)'", at: "--search",
                    fix: NearestName.advice(for: name, among: known, what: "they are"))
            }
            key = setting.flag == "--" + name ? name : setting.key
        } else {
            key = name
        }
        self.values = try Self.values(values, of: name)
        if case .range(let low, let high, let isLog, _) = self.values, Self.takesWholeNumbersAlone(key) {
            guard low == low.rounded(), high == high.rounded() else {
                throw CommandError(
                    "'\(values)' is no range", at: "--search", why: "'\(name)' is a whole number", fix: "such as '\(name)=16..256'")
            }
            self.values = .range(low, high, isLog: isLog, isWhole: true)
        }
    }

    private static func takesWholeNumbersAlone(_ key: String) -> Bool {
        guard let setting = setting(of: key) else { return false }
        func takes(_ text: String) -> Bool {
            var configuration = RunConfiguration()
            return (try? setting.read(.text(text), &configuration)) != nil
        }
        return takes("2") && !takes("2.5")
    }

    private static func values(_ text: String, of name: String) throws(CommandError) -> Values {
        if let dots = text.firstRange(of: "..") {
            guard let low = Double(text[..<dots.lowerBound]), let high = Double(text[dots.upperBound...]), low < high, low.isFinite,
                high.isFinite
            else {
                throw CommandError(
                    "'\(text)' is no range", at: "--search", why: "'\(name)' is searched from one number to a larger one",
                    fix: "such as '\(name)=0.1..0.5'")
            }
            guard name != SearchSpace.weights || low > 0 else {
                throw CommandError("the weights begin at \(low)", at: "--search", fix: "begin above 0, such as 'weights=0.25..4'")
            }
            // Numbers of several orders of magnitude are drawn by their logarithms.
            return .range(low, high, isLog: low > 0 && high / low >= 10)
        }
        let words = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard words.allSatisfy({ !$0.isEmpty }) else {
            throw CommandError("'\(text)' holds an empty value", at: "--search", fix: "such as 'encoder=128|256|512,256'")
        }
        if name == SearchSpace.weights, let bad = words.first(where: { !((Float($0) ?? -1) > 0) }) {
            throw CommandError("'\(bad)' is no weight above 0", at: "--search", fix: "such as 'weights=0.25..4'")
        }
        return .choices(words)
    }
}

extension SearchSpace.Dimension.Values {
    /// The words, or both ends: what shows whether a setting takes the values.
    var extremes: [String] {
        switch self {
        case .choices(let words): words
        case .range(let low, let high, _, let isWhole): isWhole ? [plain(low), plain(high)] : ["\(low)", "\(high)"]
        }
    }

    /// A value, in the form of a flag. Numbers have three significant digits: more says nothing.
    func draw(_ random: inout SplitMix64) -> String {
        switch self {
        case .choices(let words): return words[Int(random.next() >> 33) % words.count]
        case .range(let low, let high, let isLog, let isWhole):
            let unit = Double(random.next() >> 11) * 0x1p-53
            let value = isLog ? low * pow(high / low, unit) : low + (high - low) * unit
            if isWhole { return plain(min(max(value.rounded(), low), high)) }
            return "\(min(max(rounded(value), low), high))"
        }
    }

    private func rounded(_ value: Double) -> Double {
        guard value != 0 else { return 0 }
        var scale = 1.0
        while value.magnitude * scale < 100 { scale *= 10 }
        while value.magnitude * scale >= 1000 { scale /= 10 }
        return (value * scale).rounded() / scale
    }
}
