import Foundation

/// What stops a measurement, in a sentence.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// `COMMAND OPERAND --name value …`: two words and numbers, so that a parser's package is not worth its build.
struct Options {
    let command: String
    let operand: String
    private let values: [String: String]

    init(_ arguments: some Collection<String>) throws {
        var rest = Array(arguments)
        guard rest.count >= 2 else { throw BenchError(usage) }
        command = rest.removeFirst()
        operand = rest.removeFirst()
        var values: [String: String] = [:]
        while !rest.isEmpty {
            let name = rest.removeFirst()
            guard name.hasPrefix("--"), !rest.isEmpty else { throw BenchError("'\(name)' is no option with a value\n\(usage)") }
            values[String(name.dropFirst(2))] = rest.removeFirst()
        }
        self.values = values
    }

    func text(_ name: String) -> String? { values[name] }

    func number<Number: LosslessStringConvertible>(_ name: String, otherwise: Number) throws -> Number {
        guard let text = values[name] else { return otherwise }
        guard let number = Number(text) else { throw BenchError("--\(name) is '\(text)', not a number") }
        return number
    }
}

/// Prints one line of JSON, keys sorted.
func report(_ values: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(values), as: UTF8.self))
}

/// The middle value, or the mean of the two in the middle; nil of nothing.
func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Seconds that a body takes, and what it returns.
func timed<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    let parts = start.duration(to: clock.now).components
    return (Double(parts.seconds) + Double(parts.attoseconds) * 1e-18, result)
}

/// What the operating system says of this process, in bytes; nil where there is no /proc.
enum ProcessMemory {
    /// Resident now.
    static var resident: Int? { field("VmRSS:") }
    /// The most that was resident.
    static var peak: Int? { field("VmHWM:") }

    private static func field(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
        else { return nil }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
