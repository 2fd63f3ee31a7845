import Testing

@testable import Lacuna

@Suite struct ProtobufWriterTests {
    /// The examples of https://protobuf.dev/programming-guides/encoding.
    @Test func `fields are written as the encoding guide writes them`() {
        func bytes(_ fill: (inout ProtobufWriter) -> Void) -> [UInt8] {
            var writer = ProtobufWriter()
            fill(&writer)
            return writer.bytes
        }
        #expect(bytes { $0.write(1, 150) } == [0x08, 0x96, 0x01])
        #expect(bytes { $0.write(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
        #expect(bytes { $0.write(3) { $0.write(1, 150) } } == [0x1A, 0x03, 0x08, 0x96, 0x01])
        #expect(bytes { $0.write(1, -2) } == [0x08, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
        #expect(bytes { $0.write(1, Float(1)) } == [0x0D, 0, 0, 0x80, 0x3F])
        #expect(bytes { $0.write(20, 1.0) } == [0xA1, 0x01, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    }
}
