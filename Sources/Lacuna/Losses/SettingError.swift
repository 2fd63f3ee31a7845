/// A setting that does not lie in its range, or does not fit the objective it is set for.
///
/// It knows the setting and the number it got, not where the user wrote it: a flag, a file or a Swift call.
public struct SettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, as one clause without a full stop: "label smoothing is 1.2; it lies in 0 ..< 1".
    public var problem: String
    /// What the user can do about it, where that is more than choosing another number.
    public var fix: String?

    /// Says what is wrong and, where it is more than another number, what helps.
    public init(_ problem: String, fix: String? = nil) {
        self.problem = problem
        self.fix = fix
    }

    /// One line: problem and fix.
    public var description: String {
        fix.map { "\(problem); \($0)" } ?? problem
    }
}

extension SettingError {
    /// Throws unless `isLegal`; `range` completes the sentence "label smoothing is 1.2; it …".
    static func require(
        _ isLegal: Bool, _ setting: String, is value: Float, range: String
    ) throws(SettingError) {
        if !isLegal { throw SettingError("\(setting) is \(value); it \(range)") }
    }
}
