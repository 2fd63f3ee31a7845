@testable import Lacuna

/// Inspects files on one thread, objectives as the command writes them.
func inspect(_ data: DataDeclaration, _ objectives: String..., batchSize: Int = 4) throws -> Inspection {
    try Inspection.load(
        data, objectives: objectives.map { try ObjectiveDeclaration(parsing: $0) }, batchSize: batchSize, threads: 1)
}
