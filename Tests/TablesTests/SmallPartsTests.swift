import Foundation
import Testing

@testable import Tables

@Suite struct SHA256Tests {
    private func digest(_ bytes: [UInt8], isPlain: Bool, pieceSize: Int = .max) -> String {
        var hash = SHA256(isPlain: isPlain)
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            let piece = Array(bytes[start ..< start + min(pieceSize, bytes.count - start)])
            hash.update(piece.span)
        }
        return hash.hexDigest()
    }

    /// NIST CAVP and FIPS 180-4 examples, by the processor's instructions where it has them and without.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
            (String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ], [false, true])
    func `the digest is that of the standard`(example: (text: String, digest: String), isPlain: Bool) {
        #expect(digest(Array(example.text.utf8), isPlain: isPlain) == example.digest)
    }

    @Test(arguments: [false, true])
    func `a long message gives the standard's digest however it is cut`(isPlain: Bool) throws {
        let bytes = [UInt8](repeating: 0x61, count: 10_000)
        // From Python's hashlib.
        let wanted = "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711"
        for size in [1, 7, 63, 64, 65, 1000, 10_000] {
            #expect(digest(bytes, isPlain: isPlain, pieceSize: size) == wanted)
        }
        #expect(SHA256.hexDigest(of: bytes) == wanted)
        #expect(try withFile("x.bin", bytes) { try SHA256.hexDigest(ofFile: $0) } == wanted)
    }

    @Test func `every length around a block pads to a digest of its own, equal with and without instructions`() {
        var random = SplitMix(state: 5)
        let bytes = (0 ..< 400).map { _ in UInt8(random.integer(0 ... 255)) }
        let digests = (0 ... 400).map { SHA256.hexDigest(of: Array(bytes[..<$0])) }
        #expect(Set(digests).count == digests.count)
        #expect(digests == (0 ... 400).map { digest(Array(bytes[..<$0]), isPlain: true) })
    }
}

@Suite struct NearestNameTests {
    static let names = ["tumor", "tissue", "Age", "age_years", "x"]

    @Test(arguments: [
        ("tumour", "tumor"), ("tmuor", "tumor"), ("Tumor", "tumor"), ("tisue", "tissue"), ("age", "Age"), ("age_year", "age_years"),
        ("solubility", nil), ("", nil),
    ])
    func `the nearest name is offered if it is near`(name: String, nearest: String?) {
        #expect(nearestName(to: name, among: NearestNameTests.names) == nearest)
    }
}

@Suite struct TableErrorTests {
    @Test func `an error describes itself in one line`() {
        let error = TableError("label 'n/a' is not a number", file: "train.csv", row: 1204, line: 1205, column: "solubility")
        #expect(error.description == "label 'n/a' is not a number (train.csv, row 1204, line 1205, column 'solubility')")
        #expect(TableError("nothing to read").description == "nothing to read")
    }
}
