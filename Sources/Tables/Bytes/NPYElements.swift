/// Elements of a mapped npy array as Double.
///
/// The bounds were checked when the array was opened: `rows × columns × size` bytes lie behind `dataOffset`.
extension FileBytes {
    /// Writes `count` elements to `output`, from byte `offset` on, `stride` bytes apart.
    func decode(
        _ type: NPYType, isBigEndian: Bool, offset: Int, stride: Int, count: Int, into output: inout MutableSpan<Double>
    ) {
        precondition(
            count <= output.count && (count == 0 || offset + (count - 1) * stride + type.size <= self.count),
            "elements outside of the file")
        let source = unsafe UnsafeRawPointer(base) + offset
        func fill<Raw: FixedWidthInteger>(_: Raw.Type, _ convert: (Raw) -> Double) {
            for index in 0 ..< count {
                let raw = unsafe (source + index * stride).loadUnaligned(as: Raw.self)
                output[index] = convert(isBigEndian ? Raw(bigEndian: raw) : Raw(littleEndian: raw))
            }
        }
        switch type {
        case .bool: fill(UInt8.self) { $0 == 0 ? 0 : 1 }
        case .int8: fill(Int8.self) { Double($0) }
        case .int16: fill(Int16.self) { Double($0) }
        case .int32: fill(Int32.self) { Double($0) }
        case .int64: fill(Int64.self) { Double($0) }
        case .uint8: fill(UInt8.self) { Double($0) }
        case .uint16: fill(UInt16.self) { Double($0) }
        case .uint32: fill(UInt32.self) { Double($0) }
        case .uint64: fill(UInt64.self) { Double($0) }
        case .float16: fill(UInt16.self) { halfPrecision($0) }
        case .float32: fill(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: fill(UInt64.self) { Double(bitPattern: $0) }
        }
    }
}

/// IEEE 754 binary16, by hand: Swift's Float16 does not exist on Intel Macs.
func halfPrecision(_ bits: UInt16) -> Double {
    let sign: FloatingPointSign = bits >> 15 == 0 ? .plus : .minus
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023)
    let magnitude: Double
    switch exponent {
    case 0: magnitude = fraction / 16_777_216
    case 31: magnitude = fraction == 0 ? .infinity : .nan
    default: magnitude = Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
    }
    return sign == .minus ? -magnitude : magnitude
}
