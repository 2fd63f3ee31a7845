import Foundation
import Testing

@testable import LacunaCommand

@Suite struct HTMLTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("a & b", "a &amp; b"),
        ("\" onload='x'", "&quot; onload=&#39;x&#39;"), ("&lt;", "&amp;lt;"), ("Größe µm 細胞", "Größe µm 細胞"),
        ("a\u{0}b\u{1B}c\u{7F}\u{85}\u{FFFE}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}\u{FFFD}"), ("", ""),
    ])
    func `text is escaped wherever it goes`(text: String, escaped: String) {
        let inside: HTML = "<p title=\"\(text)\">\(text)</p>"
        #expect(inside.source == "<p title=\"\(escaped)\">\(escaped)</p>")
        #expect(HTML.text(text).source == escaped)
        #expect(HTML.name(text).source == "<bdi>\(escaped)</bdi>")
    }

    @Test func `markup put into markup stays markup, and nothing stays nothing`() {
        let item: HTML = "<li>\("a<b")</li>"
        let missing: HTML? = nil
        let list: HTML = "<ul>\([item, item])\(missing)</ul>\(3)"
        #expect(list.source == "<ul><li>a&lt;b</li><li>a&lt;b</li></ul>3")
        #expect(HTML.joined([item, "<br>"], separator: ", ").source == "<li>a&lt;b</li>, <br>")
    }

    @Test func `a page allows its own style and script by digest and nothing else`() throws {
        let page = HTMLPage(title: "A & B", lead: "x", footer: "y").source
        let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).1
        #expect(policy.contains("default-src &#39;none&#39;"))
        #expect(!policy.contains("unsafe"))
        #expect(page.contains("<html lang=\"en\">"))
        #expect(page.contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"))
        #expect(page.contains("<title>A &amp; B</title>"))
        #expect(!page.contains("style=\""))
        #expect(!page.contains("http:") && !page.contains("https:"))
        #expect(!HTMLStyle.sheet.contains("url(") && !HTMLStyle.sheet.contains("@import"))
        #expect(!HTMLStyle.sheet.contains("</") && !HTMLScript.source.contains("</"))
    }

    @Test func `contents list sections and their parts, and every heading has its place`() {
        let page = HTMLPage(
            title: "t", lead: "l",
            sections: [.init(id: "one", title: "One", content: "<p>1</p>", parts: [.init(id: "two", title: "Two", content: "<p>2</p>")])],
            footer: "f"
        ).source
        #expect(page.contains("<li><a href=\"#one\">One</a><ul><li><a href=\"#two\">Two</a></li></ul></li>"))
        #expect(page.contains("<section id=\"one\" aria-labelledby=\"one-h\">\n<h2 id=\"one-h\">One</h2>"))
        #expect(page.contains("<h3 id=\"two-h\">Two</h3>"))
    }

    @Test func `a table has a caption, scopes, and a frame that scrolls by keyboard`() {
        var table = HTMLTable("t", caption: "Numbers", columns: ["Name", "Value", "What"], textColumns: [2])
        table.append("a", [.number("1"), .text("x")])
        table.append(.name("<b>"), [.detailed("2", detail: "1–3"), .none])
        table.isSearchable = true
        table.searched = "names"
        let source = table.html.source
        #expect(source.contains("<caption id=\"t-c\">Numbers</caption>"))
        #expect(source.contains("<th scope=\"col\">Name</th><th scope=\"col\">Value</th><th scope=\"col\" class=\"t\">What</th>"))
        #expect(source.contains("<tr><th scope=\"row\"><bdi>&lt;b&gt;</bdi></th><td>2 <small>1–3</small></td><td>–</td></tr>"))
        #expect(source.contains("role=\"region\" aria-labelledby=\"t-c\" tabindex=\"0\""))
        #expect(source.contains("<div class=\"search\" id=\"t-s\" hidden><label for=\"t-q\">Search names</label><input type=\"search\" id=\"t-q\""))
    }
}

@Suite struct PaletteTests {
    @Test func `contrast is WCAG's`() {
        #expect(abs(Colour(integerLiteral: 0x000000).contrast(with: 0xFFFFFF) - 21) < 1e-12)
        #expect(Colour(integerLiteral: 0x123456).contrast(with: 0x123456) == 1)
        // The example of WCAG's own techniques: #777777 on white just fails at 4.48.
        #expect(abs(Colour(integerLiteral: 0x777777).contrast(with: 0xFFFFFF) - 4.478) < 0.001)
    }

    @Test(arguments: [Palette.light, Palette.dark])
    func `every text reaches 4.5 on what it stands on, and every line 3`(palette: Palette) {
        for ground in [palette.background, palette.surface] {
            for text in [palette.text, palette.muted, palette.link] { #expect(text.contrast(with: ground) >= 4.5) }
            for line in palette.series + [palette.muted] { #expect(line.contrast(with: ground) >= 3, "\(line.hex)") }
        }
        #expect(palette.warningText.contrast(with: palette.warningBackground) >= 4.5)
        #expect(palette.warningRule.contrast(with: palette.background) >= 3)
        for step in palette.heat { #expect(step.textOnTop.contrast(with: step) >= 4.5, "\(step.hex)") }
    }

    @Test(arguments: [Palette.light, Palette.dark])
    func `steps of a shade go one way`(palette: Palette) {
        let away = palette.heat.map { $0.contrast(with: palette.background) }
        #expect(zip(away, away.dropFirst()).allSatisfy { $0 < $1 })
    }
}
