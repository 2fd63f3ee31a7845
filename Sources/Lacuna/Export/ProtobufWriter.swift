/// Writes messages in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), field by field.
///
/// Written by hand: swift-protobuf was considered, and is what a program wants that reads messages or follows a schema that
/// changes. What Lacuna writes are a handful of fields whose numbers are frozen; for them the generated code is longer
/// than this file, the library is the heaviest thing a fresh clone would build, and its plugin must run before the build.
/// Tests compare the bytes with those of the official implementation.
///
/// Fields are written in the order of the calls, for equal bytes with other writers in ascending numbers. As in proto3, a
/// caller leaves a field out that has its default value.
package struct ProtobufWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    private enum WireType: UInt64 {
        case varint = 0, fixed64 = 1, lengthDelimited = 2, fixed32 = 5
    }

    /// int32, int64 and enumerations: negative numbers take ten bytes.
    package mutating func integer(_ field: Int, _ value: Int64) {
        tag(field, .varint)
        varint(UInt64(bitPattern: value))
    }

    package mutating func float(_ field: Int, _ value: Float) {
        tag(field, .fixed32)
        fixed(value.bitPattern)
    }

    package mutating func double(_ field: Int, _ value: Double) {
        tag(field, .fixed64)
        fixed(value.bitPattern)
    }

    package mutating func string(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

    /// bytes, or anything else that is delimited by its length.
    package mutating func data(_ field: Int, _ value: [UInt8]) {
        tag(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes += value
    }

    /// A message inside this one.
    package mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        data(field, inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        precondition(field > 0, "a field's number is 1 or more")
        varint(UInt64(field) << 3 | type.rawValue)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func fixed(_ value: some FixedWidthInteger) { bytes += littleEndianBytes(value) }
}

/// The bytes of a number, lowest first.
func littleEndianBytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
