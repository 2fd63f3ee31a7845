#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Tables

/// A page that stands alone: style, script and drawings are in it, and nothing is fetched. Its content security policy
/// forbids all network access and every script but its own.
///
/// The same content makes the same page, byte for byte; nothing tells when or where it was made.
struct HTMLPage: Sendable {
    /// A part of the page with an entry in its table of contents.
    struct Section: Sendable {
        /// Unique on the page; letters, digits and dashes.
        var id: String
        var title: HTML
        var content: HTML
        /// Parts within, which are listed below it.
        var parts: [Part] = []

        /// A part of a section.
        struct Part: Sendable {
            var id: String
            var title: HTML
            var content: HTML
        }
    }

    var title: String
    /// One sentence under the title.
    var lead: HTML
    /// What stands before the table of contents.
    var opening: HTML = .none
    var sections: [Section] = []
    var footer: HTML

    /// The page as UTF-8.
    var bytes: [UInt8] { Array(text.source.utf8) }

    var source: String { text.source }

    private var text: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>\(title)</title>
        <link rel="icon" href="data:,">
        <style>\(HTML.style)</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <div class="page">
        <header>
        <h1>\(title)</h1>
        <p class="lead">\(lead)</p>
        </header>
        \(contents)
        <main id="content">
        \(opening)
        \(sections.map(Self.section))
        </main>
        <footer><p>\(footer)</p></footer>
        </div>
        <script>\(HTML.script)</script>
        </body>
        </html>

        """
    }

    private var contents: HTML {
        let entries = sections.map { section -> HTML in
            let parts = section.parts.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML }
            let list: HTML? = parts.isEmpty ? nil : "<ul>\(parts)</ul>"
            return "<li><a href=\"#\(section.id)\">\(section.title)</a>\(list)</li>\n"
        }
        return "<nav aria-labelledby=\"contents\"><h2 id=\"contents\">Contents</h2><ul>\n\(entries)</ul></nav>"
    }

    private static func section(_ section: Section) -> HTML {
        let parts = section.parts.map { part -> HTML in
            """
            <section id="\(part.id)" aria-labelledby="\(part.id)-h">
            <h3 id="\(part.id)-h">\(part.title)</h3>
            \(part.content)
            </section>

            """
        }
        return """
            <section id="\(section.id)" aria-labelledby="\(section.id)-h">
            <h2 id="\(section.id)-h">\(section.title)</h2>
            \(section.content)
            \(parts)
            </section>

            """
    }

    /// Nothing from anywhere; the style and the script by their digests, so that no other could ever run.
    private static let policy = """
        default-src 'none'; style-src 'sha256-\(digest(HTMLStyle.sheet))'; script-src 'sha256-\(digest(HTMLScript.source))'; \
        img-src data:; base-uri 'none'; form-action 'none'
        """

    /// SHA-256 in base 64, as a policy names it.
    private static func digest(_ text: String) -> String {
        let hexadecimal = Array(Tables.SHA256.hexDigest(of: Array(text.utf8)))
        let bytes = stride(from: 0, to: hexadecimal.count, by: 2).compactMap {
            UInt8(String(hexadecimal[$0...$0 + 1]), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }
}
