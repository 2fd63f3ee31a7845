/// A part of the data in a run.
public enum Part: String, CaseIterable, Codable, Sendable {
    case train, valid, test
}
