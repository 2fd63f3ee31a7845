/// Bytes of array files as numpy and scipy write them, for tests that need files of their own size.
public enum ArrayBytes {
    /// An `.npy` file, format 1.0, C order.
    ///
    /// - Parameter type: numpy's code, such as "<f4".
    public static func npy(_ type: String, shape: [Int], _ data: [UInt8]) -> [UInt8] {
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = text.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8) + data
    }

    /// A float32 array, row by row.
    public static func floats(_ rows: [[Float]]) -> [UInt8] {
        npy("<f4", shape: [rows.count, rows.first?.count ?? 0], rows.flatMap { $0.flatMap { little($0.bitPattern) } })
    }

    /// An `.npz` file of stored members, as `numpy.savez` writes it.
    public static func npz(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = [], directory: [UInt8] = []
        for (name, bytes) in members {
            let path = Array("\(name).npy".utf8), start = UInt32(file.count)
            let common: [UInt8] = little(UInt16(20)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0))
                + little(checksum(bytes)) + little(UInt32(bytes.count)) + little(UInt32(bytes.count))
                + little(UInt16(path.count)) + little(UInt16(0))
            file += [0x50, 0x4B, 3, 4] + common + path + bytes
            directory += [0x50, 0x4B, 1, 2] + little(UInt16(20)) + common + little(UInt16(0)) + little(UInt16(0))
                + little(UInt16(0)) + little(UInt32(0)) + little(start) + path
        }
        let end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(UInt16(members.count)) + little(UInt16(members.count))
            + little(UInt32(directory.count)) + little(UInt32(file.count)) + little(UInt16(0))
        return file + directory + end
    }

    /// A sparse matrix in compressed rows, as `scipy.sparse.save_npz` writes it.
    ///
    /// - Parameter rows: of each row the stored columns and values.
    public static func sparse(_ rows: [[(column: Int, value: Float)]], columns: Int) -> [UInt8] {
        var starts: [UInt8] = little(UInt32(0)), indices: [UInt8] = [], data: [UInt8] = [], stored = 0
        for row in rows {
            stored += row.count
            starts += little(UInt32(stored))
            for (column, value) in row {
                indices += little(UInt32(column))
                data += little(value.bitPattern)
            }
        }
        return npz([
            ("indices", npy("<i4", shape: [stored], indices)), ("indptr", npy("<i4", shape: [rows.count + 1], starts)),
            ("format", npy("|S3", shape: [], Array("csr".utf8))),
            ("shape", npy("<i8", shape: [2], little(UInt64(rows.count)) + little(UInt64(columns)))),
            ("data", npy("<f4", shape: [stored], data)),
        ])
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// CRC-32 as in zip, a nibble at a time.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table: [UInt32] = (0..<16).map { index in
            (0..<4).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        var sum: UInt32 = ~0
        for byte in bytes {
            sum = sum >> 4 ^ table[Int((sum ^ UInt32(byte)) & 15)]
            sum = sum >> 4 ^ table[Int((sum ^ UInt32(byte >> 4)) & 15)]
        }
        return ~sum
    }
}
