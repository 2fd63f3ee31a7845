/// What Adam's moments are divided by after so many steps, for they begin at 0 (Kingma & Ba 2015, algorithm 1). Remembered:
/// thousands of slots share few step counts.
final class AdamCorrections {
    struct Correction {
        /// 1 ÷ (1 − β1ᵗ).
        let pace: Double
        /// 1 ÷ √(1 − β2ᵗ).
        let inverse2: Float
    }

    private var beta1 = 0.0
    private var beta2 = 0.0
    /// Of 1, 2, … steps.
    private let known = Memory<Correction>()
    private var count = 0
    /// β1 and β2 to the power of `count`.
    private var power1 = 1.0
    private var power2 = 1.0

    func restart(beta1: Double, beta2: Double) {
        (self.beta1, self.beta2) = (beta1, beta2)
        (count, power1, power2) = (0, 1, 1)
    }

    /// The correction after `steps` steps, 1 or more. Threads may ask at the same time for one that was asked for before.
    func after(_ steps: Int) -> Correction {
        while count < steps {
            // Once both are exactly 1 they stay so.
            if count > 0, case let last = known.view[count - 1], last.pace == 1, last.inverse2 == 1 { return last }
            power1 *= beta1
            power2 *= beta2
            known.append(Correction(pace: 1 / (1 - power1), inverse2: Float(1 / (1 - power2).squareRoot())), after: count)
            count += 1
        }
        return known.view[steps - 1]
    }
}
