import Tables

/// Features, labels and mask as `.npy` files of the same rows.
struct ArrayFiles {
    let featureNames: [String]
    /// t0, t1, …, or the lines of the names file; empty without labels.
    let labelNames: [String]
    private let features: NPYArray
    private let labels: NPYArray?
    private let mask: NPYArray?

    init(_ data: DataDeclaration) throws {
        features = try NPYArray(path: data.features ?? "")
        labels = try data.labels.map { try NPYArray(path: $0) }
        mask = try data.mask.map { try NPYArray(path: $0) }
        featureNames = (0..<features.columns).map { "x\($0)" }
        guard let labels else {
            labelNames = []
            return
        }
        if let path = data.labelNames {
            labelNames = try Self.names(from: path, count: labels.columns, labels: labels.path)
        } else {
            labelNames = (0..<labels.columns).map { "t\($0)" }
        }
        try checkShapes(labels)
    }

    private func checkShapes(_ labels: NPYArray) throws(TableError) {
        guard labels.rows == features.rows else {
            throw TableError(
                "the labels have \(counted(labels.rows, "row")), the features \(features.rows)", file: labels.path,
                why: "row i of one belongs to row i of the other", fix: "pass arrays of the same rows")
        }
        guard let mask, mask.rows != labels.rows || (mask.columns != labels.columns && mask.columns != 1) else { return }
        throw TableError(
            "the mask has the shape \(mask.shape), the labels \(labels.shape)", file: mask.path,
            why: "a mask says for each label, or for each row, whether it is observed",
            fix: "pass a mask of shape \(labels.shape) or [\(labels.rows)]")
    }

    private static func names(from path: String, count: Int, labels: String) throws(TableError) -> [String] {
        let file = try FileBytes(path: path)
        guard let text = String(validating: file.prefix(file.count), as: UTF8.self) else {
            throw TableError("this is not a text file", file: path, fix: "write one label name a line, in UTF-8")
        }
        var names = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { trimmed($0) }
        while names.last == "" { names.removeLast() }
        guard names.count == count else {
            throw TableError(
                "the file has \(counted(names.count, "name")), '\(labels)' \(counted(count, "column"))", file: path,
                why: "each label column has one name", fix: "write one name a line, in the columns' order")
        }
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            if name.isEmpty { throw TableError("the name is empty", file: path, line: index + 1, fix: "name the label column") }
            guard seen.insert(name).inserted else {
                throw TableError("the name '\(name)' occurs twice", file: path, line: index + 1, fix: "rename one of the two")
            }
        }
        return names
    }

    func read(_ roles: [ColumnRole], names: [String]) throws(TableError) -> SourceTable {
        var columns = [SourceTable.Content](repeating: .skipped, count: names.count)
        try readFeatures(roles, into: &columns)
        if let labels { try readLabels(labels, roles, into: &columns) }
        return SourceTable(
            rows: features.rows, names: names, columns: columns, featuresFile: features.path,
            labelsFile: labels?.path ?? features.path)
    }

    private func readFeatures(_ roles: [ColumnRole], into columns: inout [SourceTable.Content]) throws(TableError) {
        guard featureNames.indices.contains(where: { roles[$0] != .skip }) else { return }
        var values = try features.floats()
        for place in featureNames.indices {
            guard case .feature(let missing, _) = roles[place] else { continue }
            let tokens = NumericTokens(missing)
            for row in 0..<features.rows {
                let index = row * features.columns + place
                if tokens.contains(Double(values[index])) { values[index] = .nan }
                if values[index].isInfinite { throw infiniteFeature(values[index], row: row, place: place) }
            }
        }
        for place in featureNames.indices {
            guard case .feature = roles[place] else { continue }
            columns[place] = .feature(
                .numbers(.init(values, offset: place, stride: features.columns, count: features.rows)))
        }
    }

    private func infiniteFeature(_ value: Float, row: Int, place: Int) -> TableError {
        TableError(
            "feature \(value) is infinite", file: features.path, row: row + 1, column: featureNames[place],
            why: "a feature must be finite as a 32-bit float (at most 3.4e38)", fix: "correct it, or write NaN where it is missing")
    }

    /// Collects the observed labels. A masked cell is never looked at.
    private func readLabels(
        _ labels: NPYArray, _ roles: [ColumnRole], into columns: inout [SourceTable.Content]
    ) throws(TableError) {
        var wanted: [(slot: Int, tokens: NumericTokens)] = []
        for slot in labelNames.indices {
            guard case .label(let missing) = roles[featureNames.count + slot] else { continue }
            wanted.append((slot, NumericTokens(missing)))
        }
        var cells = labelNames.map { ObservedCells(name: $0) }
        var maskRow = [Double](repeating: 1, count: mask?.columns ?? 0)
        try labels.forEachRow { (row, values) throws(TableError) in
            if let mask {
                var output = maskRow.mutableSpan
                mask.read(row: row, into: &output)
            }
            for (slot, tokens) in wanted {
                if !maskRow.isEmpty, maskRow[maskRow.count == 1 ? 0 : slot] == 0 { continue }
                let value = values[slot]
                if value.isNaN || tokens.contains(value) { continue }
                guard value.isFinite else {
                    throw TableError(
                        "label \(value) is infinite", file: labels.path, row: row + 1, column: labelNames[slot],
                        why: "an observed label must be finite", fix: "write NaN, or mask it, where it is missing")
                }
                cells[slot].rows.append(UInt32(row))
                cells[slot].cells.append(.number(value))
            }
        }
        for (slot, _) in wanted { columns[featureNames.count + slot] = .labels(cells[slot]) }
    }
}

/// The declared missing tokens that are numbers, also as a 32-bit float holds them: 0.1 in a float32 array is a token 0.1.
private struct NumericTokens {
    private let numbers: [Double]

    init(_ tokens: MissingTokens) {
        numbers = tokens.words.flatMap { word -> [Double] in
            guard case .number(let number) = LabelValue(parsing: word) else { return [] }
            return [number, Double(Float(number))]
        }
    }

    func contains(_ value: Double) -> Bool { numbers.contains(value) }
}
