/// When a run that goes on is worth saving, so that saving costs at most a twentieth of the time, and a kill at most two
/// seconds and an epoch of work, where saving is quick.
struct CheckpointPace {
    /// Less work than this is lost lightly: no save comes sooner after another, and nobody waits for the disk to hold it.
    static let leastWork = Duration.seconds(2)
    /// Time between two saves, as a multiple of what the earlier one took.
    static let costs = 20

    /// When there was last something to go on from; nil: never.
    private var mark: ContinuousClock.Instant?
    private var cost = Duration.zero

    /// Nothing is saved so far: the first epoch's end is due.
    init() {}

    /// A run that goes on from a checkpoint has that one.
    init(resumedAt instant: ContinuousClock.Instant) { mark = instant }

    func isDue(at instant: ContinuousClock.Instant) -> Bool {
        guard let mark else { return true }
        return instant - mark >= max(Self.leastWork, cost * Self.costs)
    }

    mutating func saved(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        mark = end
        cost = end - start
    }
}
