import Lacuna

/// A choice with settings of its own: `sgd:momentum=0.9,nesterov=true`, or `{name: sgd, momentum: 0.9}` in a file.
struct NamedForm {
    let name: String
    private var entries: [SettingValue.Entry]

    init(_ value: SettingValue, of what: String, names: [String]) throws(SettingError) {
        switch value {
        case .text(let text), .literal(let text):
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            name = String(parts.first ?? "")
            entries = parts.count > 1 ? try Self.entries(String(parts[1]), of: what) : []
        case .mapping(let given):
            guard let named = given.first(where: { $0.key == "name" }) else {
                throw SettingError("the \(what) has no name", fix: "give name, one of \(names.joined(separator: ", "))")
            }
            name = try named.value.text()
            entries = given.filter { $0.key != "name" }
        case .list: throw SettingError("\(value.shown) stands where \(what) is meant")
        }
        guard names.contains(name) else {
            throw SettingError(
                "'\(name)' is no \(what)", fix: NearestName.advice(for: name, among: names, what: "choose one of"))
        }
    }

    private static func entries(_ text: String, of what: String) throws(SettingError) -> [SettingValue.Entry] {
        var entries: [SettingValue.Entry] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2 else {
                throw SettingError("'\(part)' is not key=value", fix: "write it as \(what):key=value,key=value")
            }
            guard !entries.contains(where: { $0.key == sides[0] }) else {
                throw SettingError("'\(sides[0])' is given twice")
            }
            entries.append(.init(key: sides[0], value: .text(sides[1])))
        }
        return entries
    }

    /// Takes a key's value out; what is left in the end was not understood.
    mutating func take(_ key: String) -> SettingValue? {
        guard let place = entries.firstIndex(where: { $0.key == key }) else { return nil }
        return entries.remove(at: place).value
    }

    /// - Throws: ``SettingError`` naming the first key that nobody took.
    func finish(keys: [String]) throws(SettingError) {
        guard let left = entries.first else { return }
        throw SettingError(
            "\(name) has no '\(left.key)'",
            fix: keys.isEmpty
                ? "\(name) takes no settings"
                : NearestName.advice(for: left.key, among: keys, what: "its settings are"))
    }
}

extension Optimizer {
    static let names = ["adam", "adamw", "sgd"]

    /// Reads `adam`, `sgd:momentum=0.9` or the mapping of a file.
    init(_ value: SettingValue) throws(SettingError) {
        var form = try NamedForm(value, of: "optimizer", names: Self.names)
        if form.name == "sgd" {
            let momentum = try form.take("momentum")?.double() ?? 0
            let nesterov = try form.take("nesterov")?.bool() ?? false
            try form.finish(keys: ["momentum", "nesterov"])
            self = .sgd(momentum: momentum, nesterov: nesterov)
            return
        }
        let beta1 = try form.take("beta1")?.double() ?? 0.9
        let beta2 = try form.take("beta2")?.double() ?? 0.999
        let epsilon = try form.take("epsilon")?.double() ?? 1e-7
        try form.finish(keys: ["beta1", "beta2", "epsilon"])
        self =
            form.name == "adam"
            ? .adam(beta1: beta1, beta2: beta2, epsilon: epsilon) : .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    var settingValue: SettingValue {
        switch self {
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            .mapping([
                .init(key: "name", value: .text(name)), .init(key: "beta1", value: .literal("\(beta1)")),
                .init(key: "beta2", value: .literal("\(beta2)")), .init(key: "epsilon", value: .literal("\(epsilon)")),
            ])
        case .sgd(let momentum, let nesterov):
            .mapping([
                .init(key: "name", value: .text(name)), .init(key: "momentum", value: .literal("\(momentum)")),
                .init(key: "nesterov", value: .literal("\(nesterov)")),
            ])
        }
    }
}

extension Schedule {
    static let names = ["constant", "cosine", "linear", "step"]

    /// Reads `cosine`, `step:epochs=10,factor=0.1` or the mapping of a file.
    init(_ value: SettingValue) throws(SettingError) {
        var form = try NamedForm(value, of: "schedule", names: Self.names)
        switch form.name {
        case "step":
            guard let epochs = form.take("epochs"), let factor = form.take("factor") else {
                throw SettingError("the schedule step needs epochs and factor", fix: "step:epochs=10,factor=0.1")
            }
            self = .step(epochs: try epochs.integer(), factor: try factor.double())
            try form.finish(keys: ["epochs", "factor"])
            return
        case "cosine": self = .cosine
        case "linear": self = .linear
        default: self = .constant
        }
        try form.finish(keys: [])
    }

    var settingValue: SettingValue {
        guard case .step(let epochs, let factor) = self else { return .text(name) }
        return .mapping([
            .init(key: "name", value: .text(name)), .init(key: "epochs", value: .literal("\(epochs)")),
            .init(key: "factor", value: .literal("\(factor)")),
        ])
    }
}

extension Monitor {
    /// Reads `loss`, `macro` or `NAME.metric`; a name may hold dots itself.
    init(_ value: SettingValue) throws(SettingError) {
        let text = try value.text("loss, macro or NAME.metric")
        switch text {
        case "loss": self = .loss
        case "macro": self = .macro
        default:
            guard let dot = text.lastIndex(of: ".") else {
                throw SettingError("'\(text)' is no monitor", fix: "give loss, macro or NAME.metric, as in tumor.auroc")
            }
            let metric = String(text[text.index(after: dot)...])
            guard let known = Metric(rawValue: metric) else {
                let names = Metric.allCases.map(\.rawValue)
                throw SettingError(
                    "'\(metric)' is no metric", fix: NearestName.advice(for: metric, among: names, what: "metrics are"))
            }
            self = .metric(objective: String(text[..<dot]), known)
        }
    }

    var settingValue: SettingValue { .text(text) }
}

extension Head {
    /// Reads `linear`, `128,64` or a list of widths.
    init(_ value: SettingValue) throws(SettingError) {
        if value == .text("linear") {
            self = .linear
            return
        }
        let widths = try value.integers()
        self = widths.isEmpty ? .linear : .tower(widths)
    }

    var settingValue: SettingValue {
        switch self {
        case .linear: .text("linear")
        case .tower(let widths): .numbers(widths)
        }
    }
}
