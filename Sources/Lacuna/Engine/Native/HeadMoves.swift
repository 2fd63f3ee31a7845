internal import LacunaKernels

/// A step of Adam of the observed rows of the linear heads, carried out where their gradients are made: a row's gradient is
/// known at its last entry, so it need not be written, kept and read again.
struct HeadMoves {
    /// Without what differs by step count.
    let numbers: lacuna_adam_numbers
    /// By segment.
    let paces: View<lacuna_adam_pace>
    /// First and second moments, at the places that parameters have.
    let first: View<Float>
    let second: View<Float>
}
