import Tables

/// The part of an ONNX graph that turns the cells of a file into the numbers that the network sees: what ``FeatureEncoder``
/// does, in the same precision.
struct ONNXFeatures {
    /// The inputs of the graph: the cells of the file's feature columns. Several encoders can share them.
    struct Inputs {
        /// `[rows, numbers]`, float: NaN where missing; nil without such columns.
        private(set) var numbers: ONNXGraph.Value?
        /// `[rows, text columns]`, string: empty where missing; nil without such columns.
        private(set) var words: ONNXGraph.Value?
        /// The inputs' names, and the columns of each in order.
        private(set) var columns: [(name: String, columns: [String])] = []

        /// Declares the inputs of an encoder's columns.
        init(_ columns: [FeatureEncoder.Column], in graph: inout ONNXGraph) {
            let (numberColumns, wordColumns) = (columns.filter { !$0.isText }.map(\.name), columns.filter(\.isText).map(\.name))
            if !numberColumns.isEmpty {
                let input = graph.input("features", .float, columns: numberColumns.count)
                numbers = input
                self.columns.append((input.name, numberColumns))
            }
            if !wordColumns.isEmpty {
                let input = graph.input("words", .string, columns: wordColumns.count)
                words = input
                self.columns.append((input.name, wordColumns))
            }
        }
    }

    private let encoder: FeatureEncoder
    private let missing: [String]
    private let numbers: [FeatureEncoder.Column]

    /// - Parameter missing: the declared tokens that mean missing in features.
    init(_ encoder: FeatureEncoder, missing: [String]) {
        self.encoder = encoder
        self.missing = missing
        numbers = encoder.columns.filter { !$0.isText }
    }

    /// Adds the encoding.
    ///
    /// - Parameter inputs: of an encoder whose columns are numbers and text alike.
    /// - Returns: `[rows, F]`, float.
    func add(_ inputs: Inputs, to graph: inout ONNXGraph) -> ONNXGraph.Value {
        var blocks: [ONNXGraph.Value] = []
        /// For every encoded column, its place among the columns of all blocks together.
        var places: [Int] = []
        var width = 0
        let isMissing: ONNXGraph.Value? = inputs.numbers.map { addNumbers($0, to: &graph, &blocks) }
        let indicators = numbers.indices.filter { numbers[$0].hasIndicator }
        width = numbers.count
        var indicatorPlaces: [Int: Int] = [:]
        if let isMissing, !indicators.isEmpty {
            let chosen = graph.constant("indicators", [indicators.count], .integers(indicators))
            let gathered = graph.node("Gather", isMissing, chosen, attributes: [("axis", .integer(1))])
            blocks.append(graph.cast(gathered, .float))
            for (offset, number) in indicators.enumerated() { indicatorPlaces[number] = width + offset }
            width += indicators.count
        }
        var number = 0, word = 0
        for column in encoder.columns {
            if case .oneHot(let vocabulary) = column.coding, let words = inputs.words {
                blocks += addWords(words, at: word, vocabulary, hasIndicator: column.hasIndicator, to: &graph)
                places += Array(width..<width + column.width)
                width += column.width
                word += 1
            } else {
                places.append(number)
                if let indicator = indicatorPlaces[number] { places.append(indicator) }
                number += 1
            }
        }
        let all = blocks.count == 1 ? blocks[0] : graph.node("Concat", of: blocks, attributes: [("axis", .integer(1))])
        if places == Array(0..<width) { return all }
        let order = graph.constant("order", [places.count], .integers(places))
        return graph.node("Gather", all, order, attributes: [("axis", .integer(1))])
    }

    /// Encodes the numbers in double, as the encoder does, and rounds once.
    ///
    /// - Returns: bool `[rows, numbers]`: where a cell is missing.
    private func addNumbers(
        _ features: ONNXGraph.Value, to graph: inout ONNXGraph, _ blocks: inout [ONNXGraph.Value]
    ) -> ONNXGraph.Value {
        let count = numbers.count
        var isMissing = graph.node("IsNaN", features)
        for token in missing {
            guard case .number(let number) = LabelValue(parsing: token) else { continue }
            let constant = graph.constant("missing", [1], .floats([Float(number)]))
            isMissing = graph.node("Or", isMissing, graph.node("Equal", features, constant))
        }
        var shifts: [Double] = [], scales: [Double] = [], fills: [Double] = [], constants: [Bool] = []
        for column in numbers {
            var (shift, scale, fill, isConstant) = (0.0, 1.0, 0.0, false)
            switch column.coding {
            case .standardised(let mean, let deviation): (shift, scale) = (mean, deviation)
            case .scaled(let maximum): scale = maximum
            case .bits(let mean): fill = Double(Float(mean))
            case .constant, .oneHot: isConstant = true
            }
            shifts.append(shift)
            scales.append(scale)
            fills.append(fill)
            constants.append(isConstant)
        }
        let double = graph.cast(features, .double)
        let centred = graph.node("Sub", double, graph.constant("features.shift", [count], .doubles(shifts)))
        let scaled = graph.node("Div", centred, graph.constant("features.scale", [count], .doubles(scales)))
        let hidden = constants.contains(true)
            ? graph.node("Or", isMissing, graph.constant("features.constant", [count], .bools(constants))) : isMissing
        let filled = graph.node("Where", hidden, graph.constant("features.fill", [count], .doubles(fills)), scaled)
        blocks.append(graph.cast(filled, .float))
        return isMissing
    }

    /// One column per word of the vocabulary; a word that it lacks is all zero.
    private func addWords(
        _ words: ONNXGraph.Value, at place: Int, _ vocabulary: [String], hasIndicator: Bool, to graph: inout ONNXGraph
    ) -> [ONNXGraph.Value] {
        let chosen = graph.constant("word", [1], .integers([place]))
        let cell = graph.node("Gather", words, chosen, attributes: [("axis", .integer(1))])
        let tokens = missing.filter { if case .word = LabelValue(parsing: $0) { true } else { false } }
        let blanks = ["", "NA", "NaN", "nan", "null"] + tokens
        let known = vocabulary.filter { !blanks.contains($0) }
        var blocks: [ONNXGraph.Value] = []
        func lookUp(_ keys: [String], _ values: [Int], otherwise: Int) -> ONNXGraph.Value {
            graph.node(
                "LabelEncoder", cell,
                attributes: [
                    ("keys_strings", .strings(keys)), ("values_int64s", .integers(values)),
                    ("default_int64", .integer(otherwise)),
                ], domain: "ai.onnx.ml")
        }
        if !vocabulary.isEmpty {
            let code = known.isEmpty
                ? lookUp([""], [-1], otherwise: -1)
                : lookUp(known, known.compactMap { vocabulary.firstIndex(of: $0) }, otherwise: -1)
            let range = graph.constant("codes", [1, vocabulary.count], .integers(Array(vocabulary.indices)))
            blocks.append(graph.cast(graph.node("Equal", code, range), .float))
        }
        if hasIndicator {
            let isBlank = lookUp(blanks, blanks.map { _ in 1 }, otherwise: 0)
            blocks.append(graph.cast(isBlank, .float))
        }
        return blocks
    }
}
