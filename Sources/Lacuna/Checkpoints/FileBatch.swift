/// Files of one folder that are written together: all are written first, then the disk is waited for once each, and only
/// then do they take their names. A full disk leaves what was there before. Whoever gives a batch up discards it.
struct FileBatch {
    /// What a file of a saved model or checkpoint holds.
    enum Content {
        case bytes([UInt8])
        /// Made when the file is written, and let go before the next one: large models are copied one file at a time.
        case tensors(() -> [NamedTensor])
    }

    private let folder: String
    /// Of a name, until the file takes its own.
    private let suffix: String
    private var files: [(name: String, writer: FileWriter)] = []

    /// - Parameter isNew: nobody reads the folder yet, and files have their names at once.
    init(folder: String, isNew: Bool) {
        self.folder = folder
        suffix = isNew ? "" : ".partial"
    }

    /// Writes one file.
    ///
    /// - Returns: its SHA-256.
    /// - Throws: ``ModelFileError`` naming the file.
    mutating func write(_ name: String, _ content: Content) throws(ModelFileError) -> String {
        do throws(ModelFileError) {
            var writer = try FileWriter("\(folder)/\(name)\(suffix)")
            files.append((name, writer))
            switch content {
            case .bytes(let bytes): try writer.write(bytes)
            case .tensors(let tensors): try SafeTensors.write(tensors(), to: &writer)
            }
            return try writer.end()
        } catch { throw named(error, name) }
    }

    /// Closes all files.
    ///
    /// - Parameter sync: waits until they are on the disk.
    mutating func close(sync: Bool) throws(ModelFileError) {
        for file in files {
            do { try file.writer.close(sync: sync) } catch { throw named(error, file.name) }
        }
    }

    /// Gives the closed files their names, in the order in which they were written, and waits until the disk holds these.
    mutating func putIntoPlace() throws(ModelFileError) {
        for file in files where !suffix.isEmpty { try FileSystem.rename(file.writer.path, to: "\(folder)/\(file.name)") }
        FileSystem.sync(folder: folder)
    }

    /// Removes the files that have not taken their names.
    func discard() {
        for file in files { try? FileSystem.remove(file.writer.path) }
    }

    private func named(_ error: ModelFileError, _ name: String) -> ModelFileError {
        ModelFileError(error.problem, file: "\(folder)/\(name)", fix: error.fix)
    }
}
