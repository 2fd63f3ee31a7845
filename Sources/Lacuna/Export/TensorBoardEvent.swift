/// One record of a TensorBoard event file: `tensorflow.Event` (event.proto) in a TFRecord frame.
///
/// Of the message Lacuna writes wall_time = 1, step = 2, file_version = 3, summary = 5 and session_log = 7. Scalars are
/// simple_value, which all readers of event files know.
struct TensorBoardEvent {
    enum Content {
        /// The first record of every file.
        case fileVersion
        /// A run starts at this step: readers drop what earlier files said of it and of later steps.
        case start
        case scalars([(tag: String, value: Float)])
    }

    /// Seconds since 1970.
    var time: Double
    var step: Int
    var content: Content

    /// The record: length, its check, message, its check.
    var record: [UInt8] {
        let message = message, length = littleEndianBytes(UInt64(message.count))
        return length + littleEndianBytes(CRC32C.masked(of: length)) + message + littleEndianBytes(CRC32C.masked(of: message))
    }

    private var message: [UInt8] {
        var writer = ProtobufWriter()
        writer.write(1, time)
        if step != 0 { writer.write(2, step) }
        switch content {
        case .fileVersion: writer.write(3, "brain.Event:2")
        case .start: writer.write(7) { $0.write(1, 1) }
        case .scalars(let scalars):
            writer.write(5) { summary in
                for (tag, value) in scalars {
                    summary.write(1) { entry in
                        entry.write(1, tag)
                        entry.write(2, value)
                    }
                }
            }
        }
        return writer.bytes
    }
}
