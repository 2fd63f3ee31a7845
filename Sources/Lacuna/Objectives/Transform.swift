#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension Transform {
    /// The label on the scale of training and scoring.
    public func applied(to label: Double) -> Double {
        switch self {
        case .identity: label
        case .log1p: logOnePlus(label)
        }
    }

    /// The label whose transform this is.
    public func inverted(from value: Double) -> Double {
        switch self {
        case .identity: value
        case .log1p: expMinusOne(value)
        }
    }
}


// Inside the extension the case `log1p` hides the function of that name.
private func logOnePlus(_ x: Double) -> Double { log1p(x) }
private func expMinusOne(_ x: Double) -> Double { expm1(x) }
