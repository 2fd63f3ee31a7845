import Tables

/// The content of an observed label cell: a number, compared by value, or a word, compared as it is spelled.
enum LabelValue: Hashable, Sendable {
    case number(Double)
    case word(String)

    /// What a person wrote in a declaration: "1" and "1.0" are the same number.
    init(parsing text: String) {
        let isNumber = text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        if isNumber, let number = Double(text), number.isFinite { self = .number(number) } else { self = .word(text) }
    }

    /// The one name of the value: "1" for 1, 1.0 and 1e0.
    var name: String {
        switch self {
        case .number(let number): plain(number)
        case .word(let word): word
        }
    }

    /// Numbers first, by value, then words, by their Unicode scalars: the order of classes and levels.
    static func precedes(_ left: LabelValue, _ right: LabelValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.number, .word): true
        case (.word, .number): false
        case (.word(let left), .word(let right)): left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
    }
}

/// The observed cells of one label column, from whatever file they came.
struct ObservedCells: Sendable {
    let name: String
    /// Row indices from 0, ascending.
    var rows: [UInt32] = []
    /// One per entry of `rows`.
    var cells: [LabelCell] = []
    /// The distinct words that `cells` point to.
    var words: [String] = []
    /// One per entry of `rows`, 0 or more; nil where all weigh 1.
    var weights: [Float]?

    func value(_ index: Int) -> LabelValue {
        switch cells[index] {
        case .number(let number): .number(number)
        case .word(let word): .word(words[Int(word)])
        }
    }

    /// The distinct values of the column, in the order of classes.
    var distinctValues: [LabelValue] {
        var numbers: Set<Double> = []
        var used = [Bool](repeating: false, count: words.count)
        var last: Double?
        for cell in cells {
            switch cell {
            case .number(let number):
                // Labels repeat: most cells are settled without hashing.
                if number != last { numbers.insert(number) }
                last = number
            case .word(let word): used[Int(word)] = true
            }
        }
        let present = Set(words.indices.filter { used[$0] }.map { words[$0] })
        return (numbers.map(LabelValue.number) + present.map(LabelValue.word)).sorted(by: LabelValue.precedes)
    }
}
