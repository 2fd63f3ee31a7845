import Tables

/// One feature of every row, before encoding.
public struct FeatureColumn: Sendable {
    /// The cells: numbers or words.
    public enum Values: Sendable {
        /// NaN where missing.
        case numbers(Numbers)
        /// Indices into a vocabulary; −1 where missing.
        case words(codes: [Int32], vocabulary: [String])
    }

    /// Numbers of one column, alone or as every `stride`-th value of a row-major array.
    public struct Numbers: Sendable {
        let storage: [Float]
        let offset: Int
        let stride: Int
        /// How many rows.
        public let count: Int

        init(_ storage: [Float], offset: Int = 0, stride: Int = 1, count: Int) {
            self.storage = storage
            self.offset = offset
            self.stride = stride
            self.count = count
        }

        /// The number in a row, counted from 0.
        public subscript(row: Int) -> Float { storage[offset + row * stride] }
    }

    /// The column's name in the header.
    public let name: String
    /// The cells, one per row.
    public let values: Values

    init(name: String, values: Values) {
        self.name = name
        self.values = values
    }

    /// A column of numbers; NaN is missing.
    public init(_ name: String, numbers: [Float]) {
        self.init(name: name, values: .numbers(Numbers(numbers, count: numbers.count)))
    }

    /// A column of words; nil is missing.
    public init(_ name: String, words: [String?]) {
        var places: [String: Int32] = [:]
        var vocabulary: [String] = []
        var codes: [Int32] = []
        codes.reserveCapacity(words.count)
        for word in words {
            guard let word else {
                codes.append(-1)
                continue
            }
            if let place = places[word] {
                codes.append(place)
            } else {
                let place = Int32(vocabulary.count)
                places[word] = place
                vocabulary.append(word)
                codes.append(place)
            }
        }
        self.init(name: name, values: .words(codes: codes, vocabulary: vocabulary))
    }

    /// Rows of the column.
    public var rows: Int {
        switch values {
        case .numbers(let numbers): numbers.count
        case .words(let codes, _): codes.count
        }
    }

    /// The same column with its rows in another order, or fewer of them.
    func selecting(rows chosen: [Int]) -> FeatureColumn {
        switch values {
        case .numbers(let numbers): FeatureColumn(name, numbers: chosen.map { numbers[$0] })
        case .words(let codes, let vocabulary):
            FeatureColumn(name: name, values: .words(codes: chosen.map { codes[$0] }, vocabulary: vocabulary))
        }
    }
}
