import Foundation
import Tables
import Testing

@Suite struct SHA256Tests {
    /// NIST CAVP and FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
    ])
    func `the digest is that of the standard`(text: String, digest: String) {
        #expect(SHA256.hexDigest(of: Array(text.utf8)) == digest)
    }

    @Test func `a long message gives the standard's digest however it is cut`() throws {
        let bytes = [UInt8](repeating: 0x61, count: 10_000)
        // From Python's hashlib.
        let digest = "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711"
        #expect(SHA256.hexDigest(of: bytes) == digest)
        for piece in [1, 7, 63, 64, 65, 1000] {
            var hash = SHA256()
            for start in stride(from: 0, to: bytes.count, by: piece) {
                let part = Array(bytes[start ..< min(start + piece, bytes.count)])
                hash.update(part.span)
            }
            #expect(hash.hexDigest() == digest)
        }
        #expect(try withFile("x.bin", bytes) { try SHA256.hexDigest(ofFile: $0) } == digest)
    }

    @Test func `every length around a block pads to a digest of its own`() {
        let digests = (0 ... 130).map { SHA256.hexDigest(of: [UInt8](repeating: 0, count: $0)) }
        #expect(Set(digests).count == digests.count)
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
