/// Words as a shell reads them back.
enum ShellText {
    /// The word, in single quotes where a shell would read it otherwise.
    static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty
            && word.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./,:=+@%".utf8.contains(byte)
            }
        return isPlain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
