extension History {
    /// One objective in one epoch.
    public struct Objective: Equatable, Sendable {
        // A history holds one of these for each objective and epoch, of which there may be hundreds of thousands: numbers
        // that can be nil are kept in eight bytes, and what only a run with a validation part has, apart.

        /// The objective's name.
        public var name: String
        /// Observed slots of the epoch.
        public var observed: Int
        private var loss: Kept
        private var factor: Kept
        private var box: Box?

        /// Σ w · loss ÷ Σ w over the observed slots of the epoch, unreduced: finite, or nil where nothing was observed.
        public var trainingLoss: Double? {
            get { loss.number }
            set { loss = Kept(newValue) }
        }
        /// What the objective's loss was multiplied with: declared weight × balancing factor, the mean over the epoch's
        /// steps that observed it: finite, or nil where none did.
        public var weight: Double? {
            get { factor.number }
            set { factor = Kept(newValue) }
        }
        /// The reduced loss on the validation part; nil without one, where nothing is observed there, or where a
        /// prediction is not finite.
        public var validationLoss: Double? {
            get { rest.loss }
            set { rest.loss = newValue }
        }
        /// Metrics on the validation part that are defined there, by name.
        public var validation: [String: Double] {
            get { rest.metrics }
            set { rest.metrics = newValue }
        }
        /// Observed slots of the validation part.
        public var validationObserved: Int {
            get { rest.observed }
            set { rest.observed = newValue }
        }
        /// Where heads are frozen: the epoch so far in which this objective's own value was best; nil before there is one.
        public var bestEpoch: Int? {
            get { rest.bestEpoch }
            set { rest.bestEpoch = newValue }
        }
        /// Where heads are frozen: the epoch at whose end this head went back to its best weights for good.
        public var frozenAfter: Int? {
            get { rest.frozenAfter }
            set { rest.frozenAfter = newValue }
        }

        init(
            name: String, trainingLoss: Double?, observed: Int, validationLoss: Double?, validation: [String: Double],
            validationObserved: Int, weight: Double?, bestEpoch: Int?, frozenAfter: Int?
        ) {
            self.name = name
            self.observed = observed
            // A quotient of huge numbers, as a changed checkpoint may hold, is no reason to end the program.
            loss = Kept(trainingLoss == -Double.infinity ? nil : trainingLoss)
            factor = Kept(weight == -Double.infinity ? nil : weight)
            rest = Rest(
                loss: validationLoss, metrics: validation, observed: validationObserved, bestEpoch: bestEpoch,
                frozenAfter: frozenAfter)
        }

        private var rest: Rest {
            get { box?.rest ?? Rest() }
            set { box = newValue == Rest() ? nil : Box(newValue) }
        }

        /// Whether all numbers and the name are equal.
        public static func == (a: Objective, b: Objective) -> Bool {
            a.name == b.name && a.observed == b.observed && a.loss == b.loss && a.factor == b.factor && a.rest == b.rest
        }
    }

    /// A finite number or nil, which is kept as an infinity.
    private struct Kept: Equatable {
        private let value: Double

        init(_ number: Double?) {
            precondition(number != -Double.infinity, "a number of a history is finite")
            value = number ?? -.infinity
        }

        var number: Double? { value == -.infinity ? nil : value }
    }

    /// What only a run with a validation part has.
    private struct Rest: Equatable {
        var loss: Double?
        var metrics: [String: Double] = [:]
        var observed = 0
        var bestEpoch: Int?
        var frozenAfter: Int?
    }

    private final class Box: Sendable {
        let rest: Rest
        init(_ rest: Rest) { self.rest = rest }
    }
}

extension History.Objective: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, trainingLoss, observed, validationLoss, validation, validationObserved, weight, bestEpoch, frozenAfter
    }

    /// From its JSON form; what is nil may be absent.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name),
            trainingLoss: try values.decodeIfPresent(Double.self, forKey: .trainingLoss),
            observed: try values.decode(Int.self, forKey: .observed),
            validationLoss: try values.decodeIfPresent(Double.self, forKey: .validationLoss),
            validation: try values.decode([String: Double].self, forKey: .validation),
            validationObserved: try values.decode(Int.self, forKey: .validationObserved),
            weight: try values.decodeIfPresent(Double.self, forKey: .weight),
            bestEpoch: try values.decodeIfPresent(Int.self, forKey: .bestEpoch),
            frozenAfter: try values.decodeIfPresent(Int.self, forKey: .frozenAfter))
    }

    /// To its JSON form, without what is nil.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encodeIfPresent(trainingLoss, forKey: .trainingLoss)
        try values.encode(observed, forKey: .observed)
        try values.encodeIfPresent(validationLoss, forKey: .validationLoss)
        try values.encode(validation, forKey: .validation)
        try values.encode(validationObserved, forKey: .validationObserved)
        try values.encodeIfPresent(weight, forKey: .weight)
        try values.encodeIfPresent(bestEpoch, forKey: .bestEpoch)
        try values.encodeIfPresent(frozenAfter, forKey: .frozenAfter)
    }
}
