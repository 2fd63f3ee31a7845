/// Why a run could not start or go on.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A logit, loss or gradient of an observed slot was not finite. Epoch and step are counted from 1.
    case diverged(objective: String, epoch: Int, step: Int)
    /// A weight was not finite at the end of an epoch although no loss showed it.
    case weightsDiverged(tensor: String, epoch: Int)
    /// No training row has a label of this objective.
    case nothingObserved(objective: String)
    /// No training row has any label.
    case nothingToLearn
    /// Early stopping needs a validation part.
    case noValidation(monitor: String)
    /// What is monitored is not defined on the validation part.
    case undefinedMonitor(monitor: String, reason: String)
    /// The checkpoint comes from a run with another value of a setting.
    case changed(setting: String, was: String, now: String)

    /// What is wrong, as one clause without a full stop.
    public var problem: String {
        switch self {
        case .diverged(let objective, let epoch, let step):
            "objective '\(objective)' diverged in epoch \(epoch), step \(step): its loss is not finite"
        case .weightsDiverged(let tensor, let epoch):
            "the weights '\(tensor)' diverged in epoch \(epoch): they are not finite"
        case .nothingObserved(let objective): "objective '\(objective)' has no observed label in training"
        case .nothingToLearn: "no training row has an observed label"
        case .noValidation(let monitor): "early stopping on \(monitor) needs a validation part, and there is none"
        case .undefinedMonitor(let monitor, let reason):
            "the monitor \(monitor) is undefined on the validation part: \(reason)"
        case .changed(let setting, let was, let now): "the run to resume has \(setting) \(was), this one \(now)"
        }
    }

    /// What the user can do about it.
    public var fix: String {
        switch self {
        case .diverged, .weightsDiverged: "lower the learning rate, or clip the gradient"
        case .nothingObserved: "leave the objective out, or give it labels in the training part"
        case .nothingToLearn: "check which part is train, and which tokens mean missing"
        case .noValidation: "give a validation part, or train without early stopping"
        case .undefinedMonitor: "monitor loss or another metric, or choose another split"
        case .changed(let setting, let was, _):
            setting.hasPrefix("the content of ")
                ? "give the file that the run was started with, or start anew in another folder"
                : "resume with \(setting) \(was), or start anew in another folder"
        }
    }

    /// One line: problem and fix.
    public var description: String { "\(problem); \(fix)" }
}
