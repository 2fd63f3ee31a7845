/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720, appendix B.4), as record files use it.
///
/// zlib's is of another polynomial, and ISA-L, which has this one, is there on Linux only. A record is a few kilobytes an
/// epoch, so one table look-up per byte is enough.
enum CRC32C {
    /// By byte; the polynomial is 0x1EDC6F41, here with its bits reversed.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    }

    static func checksum(of bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    }

    /// As TFRecord keeps it: turned and shifted, so that the check of data that holds checks is not degenerate.
    static func masked(of bytes: [UInt8]) -> UInt32 {
        let crc = checksum(of: bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
