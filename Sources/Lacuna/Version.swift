/// The version of the library and the command.
public enum Version {
    /// Semantic version, such as "0.1.0".
    public static let text = "0.1.0"
}
