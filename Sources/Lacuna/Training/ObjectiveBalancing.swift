/// How much each objective's loss counts from step to step, on top of its declared weight.
///
/// A step's factors are worked out over the objectives that the logical batch observes and no others: an objective
/// that is absent changes nobody's factor, and its own state stands still. The names are those of `--balance`. Factors add
/// up to the number of observed objectives, except for ``uncertainty``, whose factors are learned.
///
/// Not to be confused with ``Objective/balance``, which weighs the classes of one objective.
public enum ObjectiveBalancing: Equatable, Sendable, Codable {
    /// The declared weights alone.
    case `static`
    /// n⁻ᵃ with n an objective's observed slots in training, divided by the mean over the step's objectives. 0 is
    /// ``static``; 1 gives every objective the same sum of labels times weight.
    case coverage(exponent: Double)
    /// Kendall, Gal & Cipolla 2018 (equations 7 and 10): each objective has a log variance s, learned beside the
    /// weights; it adds `c·exp(−s)·L + s/2` to the total, with c = ½ for a regression and 1 for all other kinds.
    ///
    /// s begins at 0 and is moved by the run's optimizer at the step's learning rate, without weight decay and outside
    /// clipping; the s of an objective that a step does not observe stands still, momentum and step count included. The
    /// declared weight multiplies both terms: on the loss alone, s would learn to undo it.
    case uncertainty
    /// Dynamic weight average, Liu, Johns & Davison 2019 (equation 7) at temperature 2: softmax over
    /// r = L(t − 1) ÷ L(t − 2), the ratio of the last two mean training losses, so that what falls slower counts more.
    ///
    /// An objective's losses are those of the last two epochs that observed it; r is 1 until there are two.
    case dwa
    /// Random loss weighting, Lin et al. 2022: softmax of a normal number per objective, drawn anew in each step from
    /// (seed, step, name). The control that a cleverer way has to beat.
    case rlw

    /// The names that flags and files use.
    public static let names = ["static", "coverage:a", "uncertainty", "dwa", "rlw"]

    /// As flags and files say it: `static`, `coverage:0.5`, `uncertainty`, `dwa`, `rlw`.
    public var text: String {
        switch self {
        case .static: "static"
        case .coverage(let exponent): "coverage:\(exponent)"
        case .uncertainty: "uncertainty"
        case .dwa: "dwa"
        case .rlw: "rlw"
        }
    }

    /// Reads what ``text`` writes; nil for anything else. The range of the exponent is checked by ``validate()``.
    public init?(_ text: String) {
        switch text {
        case "static": self = .static
        case "uncertainty": self = .uncertainty
        case "dwa": self = .dwa
        case "rlw": self = .rlw
        default:
            guard text.hasPrefix("coverage:"), let exponent = Double(text.dropFirst("coverage:".count)) else { return nil }
            self = .coverage(exponent: exponent)
        }
    }

    /// Checks the exponent's range.
    ///
    /// - Throws: ``SettingError`` for an exponent outside `0 ... 10`.
    public func validate() throws(SettingError) {
        if case .coverage(let exponent) = self, !(0...10 ~= exponent) {
            throw SettingError(
                "the exponent of coverage is \(exponent); it lies in 0 ... 10",
                fix: "0.5 weighs by the inverse root of the observed labels, 1 by their inverse")
        }
    }
}

extension KeyedDecodingContainer {
    /// Settings that were saved before there was a choice mean the only way there was.
    func decode(_ type: ObjectiveBalancing.Type, forKey key: Key) throws -> ObjectiveBalancing {
        try decodeIfPresent(type, forKey: key) ?? .static
    }

    /// As above.
    func decode(_ type: FreezeHeads.Type, forKey key: Key) throws -> FreezeHeads {
        try decodeIfPresent(type, forKey: key) ?? .never
    }
}
