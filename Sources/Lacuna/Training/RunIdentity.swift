/// What must be equal for two runs to be the same run: every setting by the name that flags and files use, the model,
/// and the shape of the data.
enum RunIdentity {
    static func of(
        _ model: Model, _ train: Dataset, _ validation: Dataset?, _ settings: TrainingSettings, rows: Int
    ) -> [String: String] {
        let encoder = model.encoder
        func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "none" }
        var identity = [
            "epochs": "\(settings.epochs)", "batchSize": "\(settings.batchSize)",
            "microBatch": text(settings.microBatch), "optimizer": "\(settings.optimizer)",
            "learningRate": "\(settings.learningRate ?? settings.optimizer.defaultLearningRate)",
            "weightDecay": "\(settings.weightDecay ?? settings.optimizer.defaultWeightDecay)",
            "clip": text(settings.clip), "schedule": "\(settings.schedule)", "warmup": "\(settings.warmup)",
            "reduction": settings.reduction.rawValue, "total": settings.total.rawValue,
            "idleHeads": settings.idleHeads.rawValue, "earlyStopping": text(settings.earlyStopping),
            "freezeHeads": settings.freezeHeads.rawValue, "balance": settings.balancing.text,
            "monitor": settings.monitor.text, "seed": "\(settings.seed)",
            "threads": "\(model.engine.threads)", "unlabelled": text(settings.unlabelled?.rawValue),
            "encoder": encoder.widths.map(String.init).joined(separator: ","),
            "activation": encoder.activation.rawValue, "dropout": "\(encoder.dropout)", "norm": encoder.norm.rawValue,
            "features": "\(model.features)", "trainingRows": "\(train.rows)", "labelledRows": "\(rows)",
            "observedLabels": "\(train.labels.observed)", "validationRows": "\(validation?.rows ?? 0)",
            "trainingData": train.fingerprint, "validationData": validation?.fingerprint ?? "none",
        ]
        // Thousands of objectives are often alike: their description is one string.
        var descriptions: Set<String> = []
        for objective in model.objectives {
            let description =
                "\(objective.kind) \(objective.loss.name) \(objective.loss.settings.sorted { $0.key < $1.key }) "
                + "weight \(objective.weight) \(objective.head) \(objective.transform) balance \(objective.balance) "
                + "\(objective.missingLabels)"
            identity["objective '\(objective.name)'"] = descriptions.insert(description).memberAfterInsert
        }
        return identity
    }

    /// - Throws: ``TrainingError/changed(setting:was:now:)`` for the first that differs, in the order of names.
    static func compare(was: [String: String], now: [String: String]) throws(TrainingError) {
        for name in Set(was.keys).union(now.keys).sorted() where was[name] != now[name] {
            throw .changed(setting: name, was: was[name] ?? "none", now: now[name] ?? "none")
        }
    }
}

extension Dataset {
    /// A number that differs where features, labels or weights differ, so that a run is not resumed on other data by
    /// mistake. FNV-1a over words; not for secrets.
    var fingerprint: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
        mix(UInt64(features.columns))
        switch features.storage {
        case .sparse(let sparse):
            for row in 0..<features.rows {
                mix(UInt64(row))
                for place in sparse.places(ofRow: row) {
                    mix(UInt64(UInt32(sparse.matrix.columnIndices[place])) << 32 | UInt64(sparse.matrix.values[place].bitPattern))
                }
            }
        case .dense, .encoded, .joined:
            features.forEachRow { _, row in for column in 0..<row.count { mix(UInt64(row[column].bitPattern)) } }
        }
        for start in labels.rowStarts { mix(UInt64(start)) }
        for slot in labels.slotIndices { mix(UInt64(slot)) }
        for value in labels.values { mix(value.bitPattern) }
        for weight in labels.slotWeights ?? [] { mix(UInt64(weight.bitPattern)) }
        for state in labels.states ?? [] { mix(UInt64(state.rawValue)) }
        for weight in rowWeights ?? [] { mix(UInt64(weight.bitPattern)) }
        for (slot, shares) in labels.distributions.sorted(by: { $0.key < $1.key }) {
            mix(UInt64(slot))
            for share in shares { mix(UInt64(share.bitPattern)) }
        }
        return String(hash, radix: 16)
    }
}
