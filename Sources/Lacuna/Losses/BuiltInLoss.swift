/// The losses that come with the library, by the names under which a saved model keeps them.
public enum BuiltInLoss {
    /// All names that ``named(_:settings:)`` knows.
    public static let allNames = [
        "binaryCrossEntropy", "focal", "asymmetric", "categoricalCrossEntropy", "ordinalCrossEntropy",
        "squaredError", "absoluteError", "huber",
    ]

    /// The built-in loss of this name, with its settings as `Loss.settings` gave them.
    ///
    /// A setting that is left out has its default. Ranges are not checked: `Loss.validate()` does that.
    ///
    /// - Returns: `nil` for an unknown name, an unknown setting, or a list where one number is meant.
    public static func named(_ name: String, settings: [String: [Double]] = [:]) -> (any Loss)? {
        var reader = SettingReader(settings)
        let loss: any Loss
        switch name {
        case "binaryCrossEntropy":
            var binary = BinaryCrossEntropy()
            reader.take("positiveWeight", into: &binary.positiveWeight)
            reader.take("labelSmoothing", into: &binary.labelSmoothing)
            loss = binary
        case "focal":
            var focal = FocalLoss()
            reader.take("gamma", into: &focal.gamma)
            focal.alpha = reader.take("alpha")
            reader.take("labelSmoothing", into: &focal.labelSmoothing)
            loss = focal
        case "asymmetric":
            var asymmetric = AsymmetricLoss()
            reader.take("gammaNegative", into: &asymmetric.gammaNegative)
            reader.take("gammaPositive", into: &asymmetric.gammaPositive)
            reader.take("clip", into: &asymmetric.clip)
            loss = asymmetric
        case "categoricalCrossEntropy":
            var categorical = CategoricalCrossEntropy()
            categorical.classWeights = reader.takeList("classWeights")
            reader.take("labelSmoothing", into: &categorical.labelSmoothing)
            loss = categorical
        case "ordinalCrossEntropy":
            loss = OrdinalCrossEntropy()
        case "squaredError":
            loss = SquaredError()
        case "absoluteError":
            loss = AbsoluteError()
        case "huber":
            var huber = HuberError()
            reader.take("delta", into: &huber.delta)
            loss = huber
        default:
            return nil
        }
        return reader.isExhausted ? loss : nil
    }
}

/// Takes settings out of a dictionary; what is left at the end was not understood.
private struct SettingReader {
    private var remaining: [String: [Double]]

    init(_ settings: [String: [Double]]) {
        remaining = settings
    }

    var isExhausted: Bool { remaining.isEmpty }

    /// The one number of a setting; a list of another length stays behind, not understood.
    mutating func take(_ name: String) -> Float? {
        guard let values = remaining[name], values.count == 1 else { return nil }
        remaining[name] = nil
        return Float(values[0])
    }

    /// Overwrites a default where the setting is given.
    mutating func take(_ name: String, into setting: inout Float) {
        if let value = take(name) { setting = value }
    }

    mutating func takeList(_ name: String) -> [Float]? {
        remaining.removeValue(forKey: name)?.map { Float($0) }
    }
}
