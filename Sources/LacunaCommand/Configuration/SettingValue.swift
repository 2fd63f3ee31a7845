import Lacuna

/// What a person wrote for one setting, in a flag or in a file, before anybody asked what it means.
enum SettingValue: Equatable, Sendable {
    /// One word: a flag's value, or a scalar in a file.
    case text(String)
    /// A number or truth value that is about to be written; read like a text.
    case literal(String)
    case list([SettingValue])
    case mapping([Entry])

    struct Entry: Equatable, Sendable {
        var key: String
        var value: SettingValue
    }

    static func words(_ words: [String]) -> SettingValue { .list(words.map { .text($0) }) }
    static func numbers(_ numbers: [some CustomStringConvertible]) -> SettingValue {
        .list(numbers.map { .literal($0.description) })
    }

    /// As a flag would say it: lists with commas, mappings as `name:key=value,…`.
    var flagText: String {
        switch self {
        case .text(let text), .literal(let text): text
        case .list(let values): values.map(\.flagText).joined(separator: ",")
        case .mapping(let entries): entries.map { "\($0.key)=\($0.value.flagText)" }.joined(separator: ",")
        }
    }

    /// What was written, for a message: `'many'`, `a list of 2`, `a mapping`.
    var shown: String {
        switch self {
        case .text(let text), .literal(let text): "'\(text)'"
        case .list(let values): "a list of \(values.count)"
        case .mapping: "a mapping"
        }
    }
}

/// How settings are read; each says what was got and what was wanted.
extension SettingValue {
    /// One word.
    func text(_ wanted: String = "a text") throws(SettingError) -> String {
        switch self {
        case .text(let text), .literal(let text): return text
        case .list, .mapping: throw SettingError("\(shown) stands where \(wanted) is meant")
        }
    }

    /// A whole number, or any number: `wanted` says which for the message.
    func number<Number: LosslessStringConvertible>(_: Number.Type, _ wanted: String) throws(SettingError) -> Number {
        let text = try text(wanted)
        guard let number = Number(text) else { throw SettingError("'\(text)' is not \(wanted)") }
        return number
    }

    func integer() throws(SettingError) -> Int { try number(Int.self, "a whole number") }
    func double() throws(SettingError) -> Double { try number(Double.self, "a number") }
    func float() throws(SettingError) -> Float { try number(Float.self, "a number") }

    func bool() throws(SettingError) -> Bool {
        switch try text("true or false") {
        case "true": return true
        case "false": return false
        case let other: throw SettingError("'\(other)' is neither true nor false")
        }
    }

    /// One of the names of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _: Choice.Type
    ) throws(SettingError) -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        let text = try text("one of \(names.joined(separator: ", "))")
        guard let choice = Choice(rawValue: text) else {
            throw SettingError(
                "'\(text)' is not known here", fix: "choose one of \(names.joined(separator: ", "))")
        }
        return choice
    }

    /// A list, or one text whose parts a separator divides: `512,256`. nil divides nothing.
    func items(separator: Character?) throws(SettingError) -> [SettingValue] {
        switch self {
        case .list(let values): return values
        case .text(let text), .literal(let text):
            guard let separator else { return [.text(text)] }
            return text.split(separator: separator, omittingEmptySubsequences: false).map { .text(String($0)) }
        case .mapping: throw SettingError("\(shown) stands where a list is meant")
        }
    }

    func words(separator: Character?) throws(SettingError) -> [String] {
        var words: [String] = []
        for item in try items(separator: separator) { words.append(try item.text()) }
        return words
    }

    func integers() throws(SettingError) -> [Int] {
        var numbers: [Int] = []
        for item in try items(separator: ",") { numbers.append(try item.integer()) }
        return numbers
    }
}
