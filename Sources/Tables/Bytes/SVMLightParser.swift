/// Walks the lines of a svmlight file; memory follows what is written.
final class SVMLightParser {
    let path: String
    private(set) var rows = 0
    private(set) var columns = 0
    private(set) var firstFeature: Int?
    private(set) var starts = [0]
    private(set) var indices: [Int32] = []
    private(set) var values: [Float] = []
    private(set) var labelStarts = [0]
    private(set) var labels: [Double] = []
    private(set) var hasQueries = false
    private(set) var lines = LineMap()
    private let window: ByteWindow
    private var line = 0

    init(path: String, bufferSize: Int) throws(TableError) {
        self.path = path
        let file = try FileBytes(path: path)
        try SVMLightParser.checkKind(file)
        window = try ByteWindow(file, bufferSize: bufferSize)
        try window.begin()
    }

    private static func checkKind(_ file: FileBytes) throws(TableError) {
        if hasEnding(file.path, ".gz") != file.isGzip {
            throw TableError(
                file.isGzip ? "this is a gzip file" : "this is not a gzip file", file: file.path,
                why: "its name says otherwise", fix: "name it as what it is")
        }
        if !file.isGzip, file.prefix(1 << 12).contains(0) {
            throw TableError(
                "this is not a text file", file: file.path, why: "it holds NUL bytes",
                fix: "give a svmlight text file, or name the file as what it is")
        }
    }

    func parse() throws(TableError) {
        while true {
            var position = unsafe window.start
            let end = unsafe window.end
            while unsafe position < end {
                var stop = unsafe position
                while unsafe stop.pointee != Ascii.lineFeed { unsafe stop += 1 }
                line += 1
                try unsafe parse(position, stop)
                unsafe position = stop + 1
            }
            if window.isLast { return }
            try unsafe window.advance(from: position)
        }
    }

    /// One line without its line feed.
    private func parse(_ start: UnsafePointer<UInt8>, _ lineEnd: UnsafePointer<UInt8>) throws(TableError) {
        var p = unsafe start, end = unsafe start
        while unsafe end < lineEnd && end.pointee != 0x23 { unsafe end += 1 }
        unsafe skipSpaces(&p, end)
        if unsafe p == end { return }
        rows += 1
        if rows > SparseFile.mostRows { throw error("the file has more than \(SparseFile.mostRows) rows") }
        lines.note(row: rows, line: line)
        var isFirst = true
        while unsafe p < end {
            var stop = unsafe p, colon: UnsafePointer<UInt8>?
            while unsafe stop < end && !isSpace(stop.pointee) {
                if unsafe stop.pointee == 0x3A && colon == nil { unsafe colon = stop }
                unsafe stop += 1
            }
            if let colon = unsafe colon {
                try unsafe takeFeature(p, colon, stop)
            } else if isFirst {
                try unsafe takeLabels(p, stop)
            } else {
                throw unsafe error(
                    "'\(text(p, stop))' is not number:value", fix: "write labels once, at the line's beginning, divided by commas")
            }
            isFirst = false
            unsafe p = stop
            unsafe skipSpaces(&p, end)
        }
        try sortRow()
        starts.append(values.count)
        labelStarts.append(labels.count)
    }

    private func takeLabels(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) throws(TableError) {
        var p = unsafe start
        while true {
            var stop = unsafe p
            while unsafe stop < end && stop.pointee != Ascii.comma { unsafe stop += 1 }
            guard let label = unsafe number(p, stop), label.isFinite else {
                throw unsafe error(
                    "label '\(text(p, stop))' is not a finite number",
                    fix: "number the labels; an unlabelled row begins with a space or its first feature")
            }
            labels.append(label)
            if unsafe stop == end { return }
            unsafe p = stop + 1
        }
    }

    private func takeFeature(
        _ start: UnsafePointer<UInt8>, _ colon: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) throws(TableError) {
        if unsafe colon - start == 3 && start[0] == 0x71 && start[1] == 0x69 && start[2] == 0x64 {
            guard unsafe number(colon + 1, end) != nil else { throw unsafe error("'\(text(start, end))' has no number") }
            hasQueries = true
            return
        }
        var index = 0
        var p = unsafe start
        while unsafe p < colon {
            let digit = unsafe p.pointee &- Ascii.zero
            guard digit <= 9 else {
                throw unsafe error("'\(text(start, end))' is not number:value", fix: "number features from 0 or 1")
            }
            index = min(index * 10 + Int(digit), SparseFile.mostColumns)
            unsafe p += 1
        }
        guard unsafe colon > start else { throw unsafe error("'\(text(start, end))' is not number:value") }
        guard index < SparseFile.mostColumns else {
            throw unsafe error(
                "feature '\(text(start, colon))' is beyond the last that is read, \(SparseFile.mostColumns - 1)",
                fix: "number the features anew, without gaps")
        }
        guard let value = unsafe number(colon + 1, end), Float(value).isFinite || value.isNaN else {
            throw unsafe error(
                "the value of '\(text(start, end))' is not a finite number", why: "a 32-bit float holds at most 3.4e38",
                fix: "correct it, or write nan where it is missing")
        }
        indices.append(Int32(index))
        values.append(Float(value))
        columns = max(columns, index + 1)
        firstFeature = min(firstFeature ?? index, index)
    }

    private func sortRow() throws(TableError) {
        let range = (starts.last ?? 0) ..< values.count
        var isSorted = true
        for place in range.dropFirst() where indices[place] <= indices[place - 1] { isSorted = false }
        if isSorted { return }
        let sorted = range.map { (indices[$0], values[$0]) }.sorted { $0.0 < $1.0 }
        for (offset, place) in range.enumerated() {
            if offset > 0, sorted[offset].0 == sorted[offset - 1].0 {
                throw error("feature \(sorted[offset].0) stands twice in the row", fix: "leave one of the two")
            }
            (indices[place], values[place]) = sorted[offset]
        }
    }

    private func number(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        let bytes = unsafe UnsafeBufferPointer(start: start, count: end - start)
        let cell = unsafe Span(_unsafeElements: bytes)
        return parseNumber(cell) ?? (lowercaseEquals(cell, "nan") ? .nan : nil)
    }

    private func text(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> String {
        let bytes = unsafe UnsafeBufferPointer(start: start, count: end - start)
        return unsafe messageText(Span(_unsafeElements: bytes))
    }

    private func skipSpaces(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        while unsafe p < end && isSpace(p.pointee) { unsafe p += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == Ascii.space || byte == Ascii.tab || byte == Ascii.carriageReturn
    }

    private func error(_ problem: String, why: String? = nil, fix: String? = nil) -> TableError {
        TableError(problem, file: path, row: rows, line: line, why: why ?? "lines are 'labels number:value …'", fix: fix)
    }
}
