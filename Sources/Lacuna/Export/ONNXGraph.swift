/// An ONNX graph that is being built: nodes, constants, inputs and outputs, and the bytes of the model file.
///
/// Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), IR version 8; operators are
/// those of opset 17 and, for words, `LabelEncoder` of ai.onnx.ml 2.
struct ONNXGraph {
    /// A named value of the graph.
    struct Value: Equatable {
        let name: String
    }

    /// Element types by their number in `TensorProto.DataType`.
    enum Element: Int { case float = 1, int64 = 7, string = 8, bool = 9, double = 11 }

    enum Attribute {
        case integer(Int)
        case float(Float)
        case integers([Int])
        case strings([String])
    }

    /// A constant: row-major, with its shape.
    enum Constant {
        case floats([Float])
        case doubles([Double])
        case integers([Int])
        case bools([Bool])
    }

    private var nodes: [[UInt8]] = []
    private var constants: [[UInt8]] = []
    private var inputs: [[UInt8]] = []
    private var outputs: [[UInt8]] = []
    private var taken: Set<String> = []
    private var usesWords = false

    /// Keeps names for the outputs, which carry the objectives' own.
    mutating func reserve(_ names: [String]) { taken.formUnion(names) }

    private mutating func unique(_ wanted: String) -> Value {
        var name = wanted, count = 1
        while !taken.insert(name).inserted {
            count += 1
            name = "\(wanted)_\(count)"
        }
        return Value(name: name)
    }

    /// An input `[rows, columns]`.
    mutating func input(_ name: String, _ element: Element, columns: Int) -> Value {
        let value = unique(name)
        inputs.append(Self.valueInfo(value.name, element, columns: columns))
        return value
    }

    /// Declares a reserved name an output `[rows, columns]` and gives it a value.
    mutating func output(_ value: Value, as name: String, _ element: Element, columns: Int) {
        nodes.append(Self.node("Identity", [value.name], [name], [], domain: ""))
        outputs.append(Self.valueInfo(name, element, columns: columns))
    }

    mutating func constant(_ name: String, _ shape: [Int], _ values: Constant) -> Value {
        let value = unique(name)
        var writer = ProtobufWriter()
        for dimension in shape { writer.write(1, dimension) }
        var raw: [UInt8] = []
        let element: Element
        switch values {
        case .floats(let numbers):
            element = .float
            raw.reserveCapacity(numbers.count * 4)
            for number in numbers { raw += littleEndianBytes(number.bitPattern) }
        case .doubles(let numbers):
            element = .double
            for number in numbers { raw += littleEndianBytes(number.bitPattern) }
        case .integers(let numbers):
            element = .int64
            for number in numbers { raw += littleEndianBytes(Int64(number)) }
        case .bools(let flags):
            element = .bool
            raw = flags.map { $0 ? 1 : 0 }
        }
        writer.write(2, element.rawValue)
        writer.write(8, value.name)
        writer.write(9, bytes: raw)
        constants.append(writer.bytes)
        return value
    }

    /// A node with one output.
    mutating func node(
        _ operation: String, _ inputs: Value..., attributes: [(String, Attribute)] = [], domain: String = ""
    ) -> Value {
        let output = unique(operation)
        nodes.append(Self.node(operation, inputs.map(\.name), [output.name], attributes, domain: domain))
        if !domain.isEmpty { usesWords = true }
        return output
    }

    /// A node that takes any number of values.
    mutating func node(_ operation: String, of inputs: [Value], attributes: [(String, Attribute)] = []) -> Value {
        let output = unique(operation)
        nodes.append(Self.node(operation, inputs.map(\.name), [output.name], attributes, domain: ""))
        return output
    }

    /// Cuts the columns of a value into pieces of these widths.
    mutating func split(_ value: Value, widths: [Int]) -> [Value] {
        guard widths.count > 1 else { return [value] }
        let sizes = constant("widths", [widths.count], .integers(widths))
        let pieces = widths.map { _ in unique("Split") }
        nodes.append(Self.node("Split", [value.name, sizes.name], pieces.map(\.name), [("axis", .integer(1))], domain: ""))
        return pieces
    }

    /// The bytes of the file.
    ///
    /// - Parameter metadata: facts for people and programs, by name.
    func model(producerVersion: String, metadata: [(String, String)]) -> [UInt8] {
        var graph = ProtobufWriter()
        for node in nodes { graph.write(1, bytes: node) }
        graph.write(2, "lacuna")
        for constant in constants { graph.write(5, bytes: constant) }
        for input in inputs { graph.write(11, bytes: input) }
        for output in outputs { graph.write(12, bytes: output) }
        var model = ProtobufWriter()
        model.write(1, 8)
        model.write(2, "lacuna")
        model.write(3, producerVersion)
        model.write(7, bytes: graph.bytes)
        model.write(8) {
            $0.write(1, "")
            $0.write(2, 17)
        }
        if usesWords {
            model.write(8) {
                $0.write(1, "ai.onnx.ml")
                $0.write(2, 2)
            }
        }
        for (key, value) in metadata {
            model.write(14) {
                $0.write(1, key)
                $0.write(2, value)
            }
        }
        return model.bytes
    }

    private static func valueInfo(_ name: String, _ element: Element, columns: Int) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.write(1, name)
        writer.write(2) { type in
            type.write(1) { tensor in
                tensor.write(1, element.rawValue)
                tensor.write(2) { shape in
                    shape.write(1) { $0.write(2, "rows") }
                    shape.write(1) { $0.write(1, columns) }
                }
            }
        }
        return writer.bytes
    }

    private static func node(
        _ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: [(String, Attribute)], domain: String
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        for input in inputs { writer.write(1, input) }
        for output in outputs { writer.write(2, output) }
        writer.write(3, outputs[0])
        writer.write(4, operation)
        for (name, attribute) in attributes { writer.write(5) { write(name, attribute, to: &$0) } }
        if !domain.isEmpty { writer.write(7, domain) }
        return writer.bytes
    }

    /// `AttributeProto`, with the number of its type in field 20.
    private static func write(_ name: String, _ attribute: Attribute, to writer: inout ProtobufWriter) {
        writer.write(1, name)
        switch attribute {
        case .float(let value):
            writer.write(2, value)
            writer.write(20, 1)
        case .integer(let value):
            writer.write(3, value)
            writer.write(20, 2)
        case .integers(let values):
            for value in values { writer.write(8, value) }
            writer.write(20, 7)
        case .strings(let values):
            for value in values { writer.write(9, value) }
            writer.write(20, 8)
        }
    }
}
