extension ObjectiveDeclaration {
    /// Whether the objective of that name is one that this declares: the group's name, or a column that it matches.
    package func declares(objective name: String) -> Bool {
        if group == name { return true }
        switch columns {
        case .exact(let column): return group == nil && column == name
        case .glob(let pattern): return group == nil && Glob(pattern).matches(name) || "\(group ?? "")=\(pattern)" == name
        }
    }
}

extension TrainingData {
    /// The declaration that each objective came from.
    package func declarations(of all: [ObjectiveDeclaration]) -> [ObjectiveDeclaration?] {
        objectives.map { objective in all.first { $0.declares(objective: objective.name) } }
    }
}
