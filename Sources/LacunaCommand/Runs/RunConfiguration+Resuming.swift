import Lacuna

extension RunConfiguration {
    /// The same run, told from anywhere on this machine.
    func withAbsolutePaths() -> RunConfiguration {
        var result = self
        result.data.mapPaths(FilePaths.absolute)
        return result
    }

    /// - Throws: ``TrainingError`` for the first setting in which another run differs from this one. Where files
    ///   lie may differ, for their content is compared later; threads are compared by the trainer, who counts cores.
    func compare(with other: RunConfiguration) throws(TrainingError) {
        let moved = [
            "data.file", "data.features", "data.labels", "data.labelNames", "data.mask", "data.cellWeights", "training.threads",
        ]
        guard let key = differences(from: other).first(where: { !moved.contains($0) }) else { return }
        guard let setting = Setting.all.first(where: { $0.path == key }) else {
            let was = objectives.map { SettingValue.mapping($0.entries).flagText }
            let now = other.objectives.map { SettingValue.mapping($0.entries).flagText }
            let place = (0..<max(was.count, now.count)).first { place in
                place >= was.count || place >= now.count || was[place] != now[place]
            } ?? 0
            throw .changed(
                setting: "objective \(place + 1)", was: place < was.count ? was[place] : "none",
                now: place < now.count ? now[place] : "none")
        }
        throw .changed(
            setting: key, was: setting.write(self)?.flagText ?? "none", now: setting.write(other)?.flagText ?? "none")
    }
}
