import Tables

extension ObjectiveDeclaration {
    /// Sets one key from the text that a person wrote; lists are written `a|b|c`.
    ///
    /// - Throws: ``SettingError`` for an unknown key (with the nearest known one), a key that does not fit the
    ///   objective's kind, or a value that the key does not take.
    public mutating func set(key: String, value: String) throws(SettingError) {
        let known = try knownKey(key)
        try set(known, values: known.isList ? list(value) : [value])
    }

    /// Sets one key from a list, as a configuration file has it.
    public mutating func set(key: String, values: [String]) throws(SettingError) {
        try set(try knownKey(key), values: values)
    }

    private func knownKey(_ key: String) throws(SettingError) -> ObjectiveKey {
        guard let known = ObjectiveKey(rawValue: key) else {
            let fitting = ObjectiveKey.allCases.filter { $0.kinds.contains(kind) }.map(\.rawValue)
            let near = nearestName(to: key, among: fitting)
            throw SettingError(
                "objective '\(self)' has the unknown key '\(key)'",
                fix: near.map { "did you mean '\($0)'?" } ?? "its keys are \(fitting.joined(separator: ", "))")
        }
        guard known.kinds.contains(kind) else {
            let kinds = ObjectiveKind.Name.allCases.filter(known.kinds.contains).map(\.rawValue)
            throw SettingError(
                "objective '\(self)' has the key '\(key)', which is not for \(kind.rawValue) objectives",
                fix: "it is for \(kinds.joined(separator: " and ")) objectives")
        }
        return known
    }

    private mutating func set(_ key: ObjectiveKey, values: [String]) throws(SettingError) {
        if key.isList, values.isEmpty || values.contains("") {
            throw illegal(key, values.joined(separator: "|"), "a list without empty entries, such as a|b|c")
        }
        guard key.isList || values.count == 1, let value = values.first else {
            throw illegal(key, values.joined(separator: "|"), "one value")
        }
        if key.isLossSetting {
            lossSettings[key.rawValue] = try number(key, value)
            return
        }
        switch key {
        case .weight:
            let isWord = Double(value) == nil
            let legal = "a number of 0 or more" + (isWord ? "; a column with each label's weight is cellWeights=COLUMN" : "")
            weight = try number(key, value, legal) { $0 >= 0 }
        case .loss: loss = try lossName(value)
        case .head: head = value == "linear" && values.count == 1 ? [] : try widths(values)
        case .missing: missing = values
        case .positive:
            guard !value.isEmpty else { throw illegal(key, value, "a word") }
            positive = value
        case .soft: soft = try yesNo(key, value)
        case .censored: censored = try yesNo(key, value)
        case .cellWeights:
            guard !value.isEmpty else { throw illegal(key, value, "a column") }
            cellWeights = value
        case .uncertain:
            do {
                uncertain = try UncertainCells(parsing: value)
            } catch {
                throw SettingError("objective '\(self)': \(error.problem)", fix: error.fix)
            }
        case .positiveWeight:
            positiveWeight = value == "balanced"
                ? .balanced : .value(try number(key, value, "a number above 0, or 'balanced'") { $0 > 0 })
        case .classes: classes = values
        case .classWeights: classWeights = values == ["balanced"] ? .balanced : .values(try numbers(key, values))
        case .any: missingLabels = try anyRule(value)
        case .levels: levels = values
        case .transform:
            guard let known = Transform(rawValue: value) else { throw illegal(key, value, "'identity' or 'log1p'") }
            transform = known
        case .unit: unit = value
        case .calibration:
            guard let known = CalibrationMethod(rawValue: value) else {
                throw illegal(key, value, "one of \(CalibrationMethod.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            calibration = known
        case .threshold:
            do { threshold = try DecisionRule(parsing: value) } catch {
                throw SettingError("objective '\(self)': \(error.problem)", fix: error.fix)
            }
        default: break
        }
    }

    private func list(_ value: String) -> [String] {
        // head=(128,64) reads as head=128|64.
        if value.hasPrefix("("), value.hasSuffix(")") {
            return value.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
                .map { trimmed($0) }
        }
        return value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }

    private func number(
        _ key: ObjectiveKey, _ value: String, _ expected: String = "a number", where isLegal: (Float) -> Bool = { _ in true }
    ) throws(SettingError) -> Float {
        guard let number = Float(value), number.isFinite, isLegal(number) else { throw illegal(key, value, expected) }
        return number
    }

    private func numbers(_ key: ObjectiveKey, _ values: [String]) throws(SettingError) -> [Float] {
        var numbers: [Float] = []
        for value in values {
            numbers.append(try number(key, value, "numbers of 0 or more, such as 1|2|3, or 'balanced'") { $0 >= 0 })
        }
        return numbers
    }

    private func widths(_ values: [String]) throws(SettingError) -> [Int] {
        var widths: [Int] = []
        for value in values {
            guard let width = Int(value), width >= 1 else {
                throw illegal(.head, values.joined(separator: "|"), "'linear', or widths of 1 or more such as 128|64")
            }
            widths.append(width)
        }
        return widths
    }

    private func yesNo(_ key: ObjectiveKey, _ value: String) throws(SettingError) -> Bool {
        switch value.lowercased() {
        case "true", "yes": return true
        case "false", "no": return false
        default: throw illegal(key, value, "'true' or 'false'")
        }
    }

    private func anyRule(_ value: String) throws(SettingError) -> MissingLabels {
        switch value {
        case "error": return .anyElseError
        case "negative": return .anyElseNegative
        default: throw illegal(.any, value, "'error' or 'negative'")
        }
    }

    private func lossName(_ value: String) throws(SettingError) -> String {
        guard let full = LossName.full(value) else {
            let near = nearestName(to: value, among: LossName.short.keys.sorted() + BuiltInLoss.allNames)
            throw SettingError(
                "objective '\(self)' names the unknown loss '\(value)'",
                fix: near.map { "did you mean '\($0)'?" } ?? "the losses are \(LossName.help)")
        }
        return full
    }

    private func illegal(_ key: ObjectiveKey, _ value: String, _ expected: String) -> SettingError {
        SettingError("objective '\(self)' has \(key.rawValue) '\(value)'", fix: "give \(expected)")
    }
}

/// The text without spaces around it.
func trimmed(_ text: some StringProtocol) -> String {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
        let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
}
