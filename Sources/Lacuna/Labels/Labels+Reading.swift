extension Labels {
    /// The observed entries of every slot of an objective.
    ///
    /// - Throws: ``DataError`` with the objective and the row.
    func columns(
        for objective: Objective, rows: Int, slotWeights: [Float]?
    ) throws(DataError) -> (columns: [[LabelTable.Entry]], distributions: [Float]?) {
        var reader = LabelsReader(objective: objective, rows: rows, slotWeights: slotWeights)
        return try reader.read(self)
    }
}

/// Turns the labels of one objective into entries; every value is checked against its kind here, once.
struct LabelsReader {
    let objective: Objective
    let rows: Int
    /// `[rows × slotsPerRow]`, or nil where all are 1.
    let slotWeights: [Float]?
    private var columns: [[LabelTable.Entry]]
    private var distributions: [Float]?
    private var soft: Bool

    init(objective: Objective, rows: Int, slotWeights: [Float]?) {
        self.objective = objective
        self.rows = rows
        self.slotWeights = slotWeights
        self.columns = Array(repeating: [], count: objective.kind.slotsPerRow)
        soft = objective.soft
    }

    mutating func read(
        _ labels: Labels
    ) throws(DataError) -> (columns: [[LabelTable.Entry]], distributions: [Float]?) {
        if let slotWeights {
            let expected = rows * objective.kind.slotsPerRow
            guard slotWeights.count == expected else {
                throw mismatch("\(slotWeights.count) slot weights", "\(expected) slots")
            }
        }
        switch labels {
        case .yesNo(let values):
            try expect(values.count, [.binary], "yes-or-no labels")
            for (row, value) in values.enumerated() { if let value { try observe(value ? 1 : 0, row: row) } }
        case .indices(let values):
            try expect(values.count, [.binary, .categorical, .ordinal], "indices")
            for (row, value) in values.enumerated() { if let value { try observe(Double(value), row: row) } }
        case .names(let values):
            try expect(values.count, [.categorical, .ordinal], "names")
            try readNames(values)
        case .numbers(let values):
            try expect(values.count, [.regression, .binary], "numbers")
            soft = true
            for (row, value) in values.enumerated() {
                if let value, !value.isNaN { try observe(value, row: row) }
            }
        case .censored(let values):
            try expect(values.count, [.regression], "censored labels")
            for (row, value) in values.enumerated() {
                guard let (number, state) = value?.cell, !number.isNaN else { continue }
                try observe(number, row: row, state: state)
            }
        case .manyYesNo(let values):
            try expect(values.count, [.multilabel], "rows of yes-or-no labels")
            for (row, labels) in values.enumerated() {
                guard let labels else { continue }
                try readRow(labels.map { $0.map { $0 ? 1 : 0 } }, row: row)
            }
        case .distributions(let values):
            try expect(values.count, [.categorical], "distributions")
            try readDistributions(values)
        case .array(let values, let width, let missing, let mask):
            try readArray(values, width: width, missing: missing, mask: mask)
        }
        return (columns, distributions)
    }

    private mutating func observe(_ value: Double, row: Int, slot: Int = 0, state: CellState = .known) throws(DataError) {
        do {
            try objective.kind.check(
                label: value, of: objective.name, soft: soft, transform: objective.transform)
        } catch {
            throw DataError(
                error.problem, objective: objective.name, row: row, why: error.why, fix: error.fix)
        }
        let weight = slotWeights?[row * columns.count + slot] ?? 1
        guard weight >= 0, weight.isFinite else {
            throw DataError(
                "the slot weight is \(weight)", objective: objective.name, row: row,
                fix: "weights are finite and 0 or more; 0 takes the slot out of training")
        }
        columns[slot].append(.init(row: row, value: value, weight: weight, state: state))
    }

    private mutating func readNames(_ values: [String?]) throws(DataError) {
        let names: [String] =
            switch objective.kind {
            case .categorical(let names), .ordinal(let names): names
            default: []
            }
        let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        for (row, value) in values.enumerated() {
            guard let value else { continue }
            guard let place = index[value] else {
                throw DataError(
                    "label '\(value)' is none of \(names.joined(separator: ", "))", objective: objective.name,
                    row: row, fix: "correct it, or give nil where the label is missing")
            }
            try observe(Double(place), row: row)
        }
    }

    /// A row of L labels, under the objective's rule for missing ones.
    private mutating func readRow(_ labels: [Double?], row: Int) throws(DataError) {
        guard labels.count == columns.count else {
            throw DataError(
                "a row has \(labels.count) labels", objective: objective.name, row: row,
                why: "the objective has \(columns.count)")
        }
        let anyObserved = labels.contains { $0 != nil }
        for (slot, label) in labels.enumerated() {
            if let label {
                try observe(label, row: row, slot: slot)
            } else if anyObserved {
                switch objective.missingLabels {
                case .eachSlot: break
                case .anyElseNegative: try observe(0, row: row, slot: slot)
                case .anyElseError:
                    throw DataError(
                        "label '\(objective.slotNames[slot])' is missing in a row that has others",
                        objective: objective.name, row: row,
                        why: "the objective's rows are observed whole",
                        fix: "fill it, or use .anyElseNegative or .eachSlot")
                }
            }
        }
    }

    private mutating func readDistributions(_ values: [[Float]?]) throws(DataError) {
        let classes = objective.kind.logitsPerSlot
        var stored: [Float] = []
        for (row, value) in values.enumerated() {
            guard let value, value.isEmpty || !value.allSatisfy(\.isNaN) else { continue }
            var sum: Float = 0
            for share in value { sum += share }
            guard value.count == classes, value.allSatisfy({ $0 >= 0 && $0 <= 1 }), (sum - 1).magnitude < 1e-4
            else {
                throw DataError(
                    "\(value) is no distribution over \(classes) classes", objective: objective.name, row: row,
                    why: "soft targets lie in 0…1 and sum to 1", fix: "give nil where the label is missing")
            }
            let weight = slotWeights?[row] ?? 1
            guard weight >= 0, weight.isFinite else {
                throw DataError(
                    "the slot weight is \(weight)", objective: objective.name, row: row,
                    fix: "weights are finite and 0 or more")
            }
            columns[0].append(.init(row: row, value: Double(stored.count / classes), weight: weight))
            stored.append(contentsOf: value)
        }
        distributions = stored
    }

    private mutating func readArray(
        _ values: [Float], width: Int, missing: MissingRule, mask: [Bool]?
    ) throws(DataError) {
        guard width > 0, values.count == rows * width else {
            throw mismatch("an array of \(values.count) values in \(width) columns", "\(rows) rows")
        }
        let slots = objective.kind.slotsPerRow
        let oneHot = objective.kind.name == .categorical && width > 1
        guard oneHot ? width == objective.kind.logitsPerSlot : width == slots else {
            throw DataError(
                "the array has \(width) columns", objective: objective.name,
                why: oneHot
                    ? "one-hot rows have one column per class, \(objective.kind.logitsPerSlot) here"
                    : "a \(objective.kind.name.rawValue) objective takes \(slots)",
                fix: "pass columns: \(slots), or one objective per column")
        }
        if let mask {
            guard mask.count == values.count || mask.count == rows else {
                throw mismatch("a mask of \(mask.count)", "\(rows) rows × \(width) columns")
            }
        }
        for row in 0..<rows {
            // The mask is consulted before the value: what stands in a masked slot is never looked at.
            func cell(_ column: Int) -> Float? {
                if let mask, !(mask.count == rows ? mask[row] : mask[row * width + column]) { return nil }
                let value = values[row * width + column]
                return missing.isMissing(value) ? nil : value
            }
            if oneHot {
                let cells = (0..<width).map(cell)
                if let index = try oneHotIndex(cells, row: row) { try observe(Double(index), row: row) }
            } else if slots > 1 {
                try readRow((0..<width).map { cell($0).map(Double.init) }, row: row)
            } else if let value = cell(0) {
                try observe(Double(value), row: row)
            }
        }
    }

    /// The class of a one-hot row, or nil for a row that is missing: all zero, all sentinel, all NaN, all masked.
    private func oneHotIndex(_ cells: [Float?], row: Int) throws(DataError) -> Int? {
        if cells.allSatisfy({ $0 == nil }) || cells.allSatisfy({ $0 == 0 }) { return nil }
        let ones = cells.indices.filter { cells[$0] == 1 }
        guard ones.count == 1, cells.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            let shown = cells.map { $0.map { plain(Double($0)) } ?? "missing" }.joined(separator: ", ")
            throw DataError(
                "the row [\(shown)] is not one-hot", objective: objective.name, row: row,
                why: "a one-hot row has a single 1 and zeros; all zero, all sentinel or all NaN is missing",
                fix: "correct it, or give class indices")
        }
        return ones[0]
    }

    private func expect(_ count: Int, _ kinds: Set<ObjectiveKind.Name>, _ what: String) throws(DataError) {
        guard kinds.contains(objective.kind.name) else {
            throw DataError(
                "\(what) do not fit", objective: objective.name,
                why: "the objective is \(objective.kind.name.rawValue)")
        }
        guard count == rows else { throw mismatch("\(count) labels", "\(rows) rows") }
    }

    private func mismatch(_ got: String, _ expected: String) -> DataError {
        DataError("\(got) against \(expected)", objective: objective.name, fix: "give one label per row")
    }
}
