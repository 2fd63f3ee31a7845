#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The colours of a page, light and dark. Text reaches a contrast of 4.5 on every background it stands on, lines and
/// areas that carry meaning 3 (WCAG 2.2, success criteria 1.4.3 and 1.4.11); a test calculates all of them.
struct Palette: Sendable {
    var background: Colour
    /// Of cards and table heads.
    var surface: Colour
    var text: Colour
    /// Of captions and axis labels.
    var muted: Colour
    var rule: Colour
    var link: Colour
    var warningBackground: Colour
    var warningText: Colour
    var warningRule: Colour
    /// Lines and marks, told apart by dashes as well.
    var series: [Colour]
    /// From 0 to 1, ten steps of one hue.
    var heat: [Colour]

    static let light = Palette(
        background: 0xFFFFFF, surface: 0xF5F7FA, text: 0x1A1F26, muted: 0x525C68, rule: 0xCBD3DC, link: 0x0A55B3,
        warningBackground: 0xFFF6DF, warningText: 0x5C3D00, warningRule: 0x9A6700,
        series: [0x0B5FBF, 0xAE4E00, 0x17722F, 0x8038B8, 0x5B6570],
        heat: Colour.steps(from: 0xEAF2FB, to: 0x0A4488))

    static let dark = Palette(
        background: 0x0F1318, surface: 0x181D24, text: 0xE8EDF3, muted: 0xA3AEBA, rule: 0x38414C, link: 0x7DBBFF,
        warningBackground: 0x2A210E, warningText: 0xF5D98B, warningRule: 0xC69A35,
        series: [0x6FB3FF, 0xF2A65E, 0x5CD27A, 0xCB9BFF, 0xA9B3BE],
        heat: Colour.steps(from: 0x1B2838, to: 0x9ACBFF))

    /// The custom properties that the style sheet uses.
    var css: String {
        var lines = [
            "--bg:\(background.hex)", "--surface:\(surface.hex)", "--text:\(text.hex)", "--muted:\(muted.hex)",
            "--rule:\(rule.hex)", "--link:\(link.hex)", "--warn-bg:\(warningBackground.hex)",
            "--warn:\(warningText.hex)", "--warn-rule:\(warningRule.hex)",
        ]
        for (index, colour) in series.enumerated() { lines.append("--s\(index):\(colour.hex)") }
        for (index, colour) in heat.enumerated() {
            lines.append("--h\(index):\(colour.hex)")
            lines.append("--t\(index):\(colour.textOnTop.hex)")
        }
        return lines.joined(separator: ";")
    }
}

/// A colour in sRGB.
struct Colour: Equatable, Sendable, ExpressibleByIntegerLiteral {
    /// 0xRRGGBB.
    var value: UInt32

    init(integerLiteral value: UInt32) { self.value = value }

    private init(_ channels: [Double]) {
        value = channels.reduce(0) { $0 << 8 | UInt32(max(0, min(255, $1.rounded()))) }
    }

    private var channels: [Double] { [16, 8, 0].map { Double(value >> $0 & 0xFF) } }

    var hex: String {
        let digits = String(value, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// Relative luminance, in `0 ... 1` (WCAG 2.2).
    var luminance: Double {
        let linear = channels.map { $0 / 255 }.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// The contrast of two colours, in `1 ... 21` (WCAG 2.2).
    func contrast(with other: Colour) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// Black or white, whichever is read better on this colour; one of them always reaches 4.58.
    var textOnTop: Colour { contrast(with: 0x000000) >= contrast(with: 0xFFFFFF) ? 0x000000 : 0xFFFFFF }

    /// Ten colours in even steps.
    static func steps(from first: Colour, to last: Colour) -> [Colour] {
        (0..<10).map { step in
            let share = Double(step) / 9
            return Colour(zip(first.channels, last.channels).map { $0 + ($1 - $0) * share })
        }
    }
}
