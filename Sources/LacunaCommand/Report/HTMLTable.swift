/// A table with a caption, heads that say what they are of, and a frame that scrolls sideways on a narrow screen, so
/// that the page does not.
struct HTMLTable: Sendable {
    /// A cell.
    enum Cell: Sendable {
        /// Right-aligned, its digits of one width.
        case number(String)
        /// A number with something small after it, such as an interval.
        case detailed(String, detail: String)
        /// Left-aligned, on one line.
        case text(HTML)
        /// Left-aligned, over several lines.
        case prose(HTML)
        /// Shaded: 0 is the palest of ten steps, 9 the strongest.
        case shaded(String, detail: String?, step: Int)
        /// There is no value; the dash is said in words where something says why.
        case none
    }

    /// Unique on the page.
    var id: String
    var caption: HTML
    /// A sentence under the caption.
    var note: HTML?
    /// Heads of the columns; the first is of the rows' names.
    var columns: [String]
    /// Columns whose heads stand left, as their cells do.
    var textColumns: Set<Int> = []
    private(set) var rows: [(name: HTML, cells: [Cell])] = []
    /// Whether it is as wide as its cells instead of the page.
    var isNarrow = false
    /// Whether a click on a head sorts the rows.
    var isSortable = false
    /// Whether rows are found by words; implies a frame of limited height.
    var isSearchable = false
    /// What is searched for: "objectives".
    var searched = "rows"

    init(_ id: String, caption: HTML, note: HTML? = nil, columns: [String], textColumns: Set<Int> = []) {
        self.id = id
        self.caption = caption
        self.note = note
        self.columns = columns
        self.textColumns = textColumns
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func append(_ name: HTML, _ cells: [Cell]) {
        precondition(cells.count == columns.count - 1, "a row has a cell for each column")
        rows.append((name, cells))
    }

    var html: HTML {
        let heads = columns.enumerated().map { index, title -> HTML in
            textColumns.contains(index) ? "<th scope=\"col\" class=\"t\">\(title)</th>" : "<th scope=\"col\">\(title)</th>"
        }
        let lines = rows.map { row -> HTML in
            "<tr><th scope=\"row\">\(row.name)</th>\(row.cells.map(Self.cell))</tr>\n"
        }
        let small: HTML? = note.map { "<small>\($0)</small>" }
        let isShaded = rows.contains { $0.cells.contains { if case .shaded = $0 { true } else { false } } }
        let classes = [isSortable || isSearchable ? "sortable" : nil, isShaded ? "heat" : nil, columns.count > 12 ? "many" : nil].compactMap { $0 }
            .joined(separator: " ")
        let frame = isSearchable ? "scroll tall" : isNarrow ? "scroll fit" : "scroll"
        return """
            \(search)<div class="\(frame)" role="region" aria-labelledby="\(id)-c" tabindex="0">
            <table id="\(id)" class="\(classes)"\(isSearchable ? " data-search=\"\(id)-s\"" as HTML : nil)>
            <caption id="\(id)-c">\(caption)\(small)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody>
            </table>
            </div>

            """
    }

    /// Shown by the script, which alone can search.
    private var search: HTML? {
        guard isSearchable else { return nil }
        return """
            <div class="search" id="\(id)-s" hidden><label for="\(id)-q">Search \(searched)</label>\
            <input type="search" id="\(id)-q" autocomplete="off" spellcheck="false"> <output for="\(id)-q" aria-live="polite">\
            </output></div>

            """
    }

    private static func cell(_ cell: Cell) -> HTML {
        switch cell {
        case .number(let text): "<td>\(text)</td>"
        case .detailed(let text, let detail): "<td>\(text) <small>\(detail)</small></td>"
        case .text(let text): "<td class=\"t\">\(text)</td>"
        case .prose(let text): "<td class=\"t w\">\(text)</td>"
        case .shaded(let text, nil, let step): "<td class=\"h\(step)\">\(text)</td>"
        case .shaded(let text, let detail?, let step): "<td class=\"h\(step)\">\(text) <small>\(detail)</small></td>"
        case .none: "<td>–</td>"
        }
    }

    /// The step of a share in `0 ... 1`, for ``Cell/shaded(_:detail:step:)``.
    static func step(_ share: Double) -> Int { max(0, min(9, Int((share * 9).rounded()))) }
}
