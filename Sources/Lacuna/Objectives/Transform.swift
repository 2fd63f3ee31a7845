#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Transform {
    /// The label on the scale of training and scoring.
    public func applied(to label: Double) -> Double {
        switch self {
        case .identity: label
        case .log1p: log1p(label)
        }
    }

    /// The label whose transform this is.
    public func inverted(from value: Double) -> Double {
        switch self {
        case .identity: value
        case .log1p: expm1(value)
        }
    }
}

