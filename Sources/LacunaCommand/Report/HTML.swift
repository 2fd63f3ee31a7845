/// Markup. A literal in the program is markup; whatever is put into it is text and is escaped, so that a column called
/// `<script>` is a name on the page and nothing else:
///
///     let row: HTML = "<td title=\"\(name)\">\(name)</td>"
///
/// There is no way from a `String` to markup but through this escape. Values of attributes stand in quotes. Numbers
/// are put in as text that was formatted before; a bare `Double` does not compile.
///
/// Written by hand because what is needed is this one rule; template engines for Swift are made for web servers,
/// bring a run-time parser or a package tree, and leave the escape to the template.
struct HTML: Equatable, Sendable {
    /// Well-formed markup.
    fileprivate(set) var source: String

    private init(source: String) { self.source = source }

    /// Nothing.
    static let none = HTML(source: "")

    /// Text, escaped.
    static func text(_ text: String) -> HTML { HTML(source: escaped(text)) }

    /// A name from a file, kept apart from the direction of the text around it.
    static func name(_ name: String) -> HTML { "<bdi>\(name)</bdi>" }

    /// Parts in their order.
    static func joined(_ parts: [HTML], separator: HTML = .none) -> HTML {
        HTML(source: parts.map(\.source).joined(separator: separator.source))
    }

    static func + (a: HTML, b: HTML) -> HTML { HTML(source: a.source + b.source) }
    static func += (a: inout HTML, b: HTML) { a.source += b.source }

    /// The text with the five characters that markup is made of replaced, and without characters that no page may
    /// hold.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case let scalar where isForbidden(scalar): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Controls and non-characters, which are errors in HTML.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        return value < 0x20 || (0x7F...0x9F).contains(value) || (0xFDD0...0xFDEF).contains(value) || value & 0xFFFE == 0xFFFE
    }
}

extension HTML: ExpressibleByStringInterpolation {
    init(stringLiteral value: StaticString) { source = value.description }

    init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

    /// Literal parts are markup, all else is escaped.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) { source += literal.description }
        mutating func appendInterpolation(_ text: String) { source += HTML.escaped(text) }
        mutating func appendInterpolation(_ number: Int) { source += String(number) }
        mutating func appendInterpolation(_ markup: HTML) { source += markup.source }
        mutating func appendInterpolation(_ markup: HTML?) { if let markup { source += markup.source } }
        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { source += part.source } }
    }
}

extension HTML {
    /// The program's own style sheet and script: the only text that goes into a page as it is.
    static let style = HTML(source: HTMLStyle.sheet), script = HTML(source: HTMLScript.source)
}
