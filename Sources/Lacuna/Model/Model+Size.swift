extension Model {
    /// The numbers that a model's weights and statistics are, without making it: parameters and moving averages.
    ///
    /// - Returns: nil where `features` or the objectives are not those of any model.
    /// - Throws: ``SettingError`` where they are more than can be counted in bytes.
    static func weightCount(features: Int, encoder: EncoderSpec, objectives: [Objective]) throws(SettingError) -> Int? {
        guard features >= 1, !objectives.isEmpty, encoder.widths.allSatisfy({ $0 >= 1 }) else { return nil }
        var size = Size()
        var width = features
        // Gamma and beta, and the moving mean and variance.
        let norms = encoder.norm == .none ? 0 : encoder.norm == .layer ? 2 : 4
        for outputs in encoder.widths {
            size.add(width, outputs)
            size.add(1 + norms, outputs)
            width = outputs
        }
        for objective in objectives {
            let kind = objective.kind, slots = kind.slotsPerRow
            var inputs = width
            if case .tower(let widths) = objective.head {
                guard widths.allSatisfy({ $0 >= 1 }) else { return nil }
                for outputs in widths {
                    size.add(inputs, outputs)
                    size.add(1, outputs)
                    inputs = outputs
                }
            }
            // Ordinal levels share one score.
            let scores = kind.name == .ordinal ? 1 : kind.logitsPerSlot
            guard kind.logitsPerSlot >= 1 else { return nil }
            size.add(inputs, slots * scores)
            size.add(1, slots * kind.logitsPerSlot)
        }
        guard !size.overflows, size.count <= Int.max / 64 else {
            throw SettingError(
                "the model has more weights than can be counted", fix: "give fewer features or narrower layers")
        }
        return size.count
    }

    private struct Size {
        var count = 0
        var overflows = false

        mutating func add(_ rows: Int, _ columns: Int) {
            let (product, tooLarge) = rows.multipliedReportingOverflow(by: columns)
            let (sum, overflow) = count.addingReportingOverflow(product)
            count = sum
            overflows = overflows || tooLarge || overflow
        }
    }
}
