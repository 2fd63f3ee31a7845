// zip by hand, over zlib. Considered: ZIPFoundation and Zip read members into Data or unpack them to disk, where a stored
// array should stay mapped; libarchive and minizip are not on every machine; neither says which member of which file is
// wrong in this project's words. The format read here is that of PKWARE's APPNOTE 6.3 as far as numpy and scipy write it:
// stored and deflated members, zip64, data descriptors (sizes come from the central directory); no encryption, no volumes.

import CZlib
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A zip archive, mapped: its list of members, and their bytes on demand.
///
/// Every size and place is checked against the file before it is used, so a header that lies costs no memory.
struct ZipArchive: Sendable {
    /// A member as the central directory has it.
    struct Member: Sendable {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        let packed: Int
        let size: Int
        /// Where its local header begins.
        let header: Int
    }

    let file: FileBytes
    let members: [Member]

    init(_ file: FileBytes) throws(TableError) {
        self.file = file
        let directory = try ZipDirectory(file)
        members = try directory.members()
    }

    /// The bytes of a member: a part of the mapping where it is stored, memory of its own where it was deflated.
    ///
    /// - Throws: `TableError` where they are cut off, do not inflate or do not have the checksum that the archive says.
    func contents(of member: Member, path: String) throws(TableError) -> FileBytes {
        let head = member.header
        guard head + 30 <= file.count, file.integer(at: head, bytes: 4) == 0x0403_4B50 else {
            throw damaged("member '\(member.name)' does not begin where the archive says")
        }
        let start = head + 30 + file.integer(at: head + 26, bytes: 2) + file.integer(at: head + 28, bytes: 2)
        guard start + member.packed <= file.count else {
            throw damaged("member '\(member.name)' runs beyond the end of the file")
        }
        guard member.size > 0 else { throw damaged("member '\(member.name)' is empty") }
        let bytes: FileBytes
        if member.isDeflated {
            bytes = try inflate(member, from: start, path: path)
        } else {
            guard member.size == member.packed else {
                throw damaged("member '\(member.name)' is stored, yet has two sizes, \(member.packed) and \(member.size)")
            }
            bytes = FileBytes(part: start ..< start + member.size, of: file, path: path)
        }
        guard bytes.checksum() == member.checksum else {
            throw damaged("member '\(member.name)' does not have the checksum that the archive says")
        }
        return bytes
    }

    private func inflate(_ member: Member, from start: Int, path: String) throws(TableError) -> FileBytes {
        // Deflate shrinks at most 1032-fold (zlib's technical notes), so a larger claim is a lie.
        guard member.size / 1032 <= member.packed else {
            throw damaged("member '\(member.name)' claims \(member.size) bytes out of \(member.packed)")
        }
        var stream = unsafe z_stream()
        let raw: Int32 = -15
        guard unsafe inflateInit2_(&stream, raw, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw TableError("cannot start zlib", file: file.path)
        }
        defer { unsafe inflateEnd(&stream) }
        guard let memory = unsafe malloc(member.size)?.assumingMemoryBound(to: UInt8.self) else {
            throw TableError(
                "there is no memory for the \(member.size) bytes of member '\(member.name)'", file: file.path,
                fix: "write it uncompressed (numpy.savez), so that it can be mapped")
        }
        var (taken, made, status) = (0, 0, Z_OK)
        while status == Z_OK {
            // zlib counts in 32 bits.
            let input = min(member.packed - taken, 1 << 30), output = min(member.size - made, 1 << 30)
            unsafe stream.next_in = UnsafeMutablePointer(mutating: file.base + start + taken)
            unsafe stream.avail_in = UInt32(input)
            unsafe stream.next_out = memory + made
            unsafe stream.avail_out = UInt32(output)
            status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            taken += unsafe input - Int(stream.avail_in)
            made += unsafe output - Int(stream.avail_out)
        }
        guard status == Z_STREAM_END, made == member.size, taken == member.packed else {
            unsafe free(memory)
            throw damaged("member '\(member.name)' does not inflate to the \(member.size) bytes that the archive says")
        }
        return unsafe FileBytes(adopting: memory, count: member.size, path: path)
    }

    private func damaged(_ why: String) -> TableError { ZipDirectory.damaged(file, why) }
}

/// The central directory at the end of a zip archive.
private struct ZipDirectory {
    private let file: FileBytes
    private var start = 0
    private var size = 0
    private var count = 0
    /// What stands before the archive, as in one that extracts itself; added to every place.
    private var prefix = 0

    init(_ file: FileBytes) throws(TableError) {
        self.file = file
        guard let end = ZipDirectory.findEnd(file) else {
            throw ZipDirectory.damaged(file, "it has no list of members at its end")
        }
        count = file.integer(at: end + 10, bytes: 2)
        size = file.integer(at: end + 12, bytes: 4)
        start = file.integer(at: end + 16, bytes: 4)
        guard file.integer(at: end + 4, bytes: 2) == 0 else {
            throw ZipDirectory.damaged(file, "it is one volume of several")
        }
        var directoryEnd = end
        if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF, let large = try largeEnd(before: end) {
            count = file.integer(at: large + 32, bytes: 8)
            size = file.integer(at: large + 40, bytes: 8)
            start = file.integer(at: large + 48, bytes: 8)
            directoryEnd = large
        }
        guard size >= 0, start >= 0, size <= directoryEnd, start <= directoryEnd - size else {
            throw ZipDirectory.damaged(file, "its list of members lies outside of the file")
        }
        prefix = directoryEnd - size - start
        start += prefix
    }

    /// Where the record at the very end begins; a comment may follow it.
    private static func findEnd(_ file: FileBytes) -> Int? {
        guard file.count >= 22 else { return nil }
        for place in stride(from: file.count - 22, through: max(0, file.count - 22 - 65535), by: -1)
        where file[place] == 0x50 && file.integer(at: place, bytes: 4) == 0x0605_4B50 {
            if place + 22 + file.integer(at: place + 20, bytes: 2) == file.count { return place }
        }
        return nil
    }

    /// Where the record of a zip64 archive begins.
    private func largeEnd(before end: Int) throws(TableError) -> Int? {
        guard end >= 20, file.integer(at: end - 20, bytes: 4) == 0x0706_4B50 else { return nil }
        let place = file.integer(at: end - 12, bytes: 8)
        guard place >= 0, place <= end - 20 - 56, file.integer(at: place, bytes: 4) == 0x0606_4B50 else {
            throw ZipDirectory.damaged(file, "its zip64 record is not where it says")
        }
        return place
    }

    func members() throws(TableError) -> [ZipArchive.Member] {
        var members: [ZipArchive.Member] = []
        var names: Set<String> = []
        var place = start
        while members.count < count {
            guard place + 46 <= start + size, file.integer(at: place, bytes: 4) == 0x0201_4B50 else {
                throw ZipDirectory.damaged(file, "its list of \(count) members ends after \(members.count)")
            }
            let lengths = [28, 30, 32].map { file.integer(at: place + $0, bytes: 2) }
            let next = place + 46 + lengths.reduce(0, +)
            guard next <= start + size else { throw ZipDirectory.damaged(file, "its list of members is cut off") }
            let name = String(decoding: file.copy(place + 46 ..< place + 46 + lengths[0]), as: UTF8.self)
            guard names.insert(name).inserted else {
                throw ZipDirectory.damaged(file, "two members are called '\(name)'")
            }
            members.append(try member(name, at: place, extra: place + 46 + lengths[0] ..< place + 46 + lengths[0] + lengths[1]))
            place = next
        }
        return members
    }

    private func member(_ name: String, at place: Int, extra: Range<Int>) throws(TableError) -> ZipArchive.Member {
        let flags = file.integer(at: place + 8, bytes: 2), method = file.integer(at: place + 10, bytes: 2)
        guard flags & 1 == 0 else {
            throw TableError("member '\(name)' is encrypted", file: file.path, fix: "write the archive without a password")
        }
        guard method == 0 || method == 8 else {
            throw TableError(
                "member '\(name)' is compressed by method \(method)", file: file.path, why: "stored and deflated members are read",
                fix: "write the file with numpy.savez or scipy.sparse.save_npz")
        }
        // Sizes that do not fit 32 bits stand in the extra field, in this order.
        var sizes = [24, 20, 42].map { file.integer(at: place + $0, bytes: 4) }
        var large = largeSizes(extra)
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
            guard large.upperBound - large.lowerBound >= 8 else {
                throw ZipDirectory.damaged(file, "the zip64 sizes of member '\(name)' are missing")
            }
            sizes[index] = file.integer(at: large.lowerBound, bytes: 8)
            large = large.lowerBound + 8 ..< large.upperBound
        }
        guard sizes.allSatisfy({ $0 >= 0 }), sizes[1] <= file.count, sizes[2] <= file.count - prefix else {
            throw ZipDirectory.damaged(file, "member '\(name)' is larger than the file")
        }
        return ZipArchive.Member(
            name: name, isDeflated: method == 8, checksum: UInt32(file.integer(at: place + 16, bytes: 4)), packed: sizes[1],
            size: sizes[0], header: sizes[2] + prefix)
    }

    /// The zip64 field among the extra fields of a member; empty where there is none.
    private func largeSizes(_ extra: Range<Int>) -> Range<Int> {
        var place = extra.lowerBound
        while place + 4 <= extra.upperBound {
            let end = place + 4 + file.integer(at: place + 2, bytes: 2)
            guard end <= extra.upperBound else { break }
            if file.integer(at: place, bytes: 2) == 1 { return place + 4 ..< end }
            place = end
        }
        return extra.lowerBound ..< extra.lowerBound
    }

    static func damaged(_ file: FileBytes, _ why: String) -> TableError {
        TableError("the zip archive is damaged", file: file.path, why: why, fix: "copy or download it again, or write it anew")
    }
}

extension FileBytes {
    /// A little-endian integer; one beyond Int's range is negative.
    func integer(at place: Int, bytes: Int) -> Int {
        precondition(place >= 0 && place + bytes <= count, "an integer outside of the file")
        var value: UInt64 = 0
        for index in 0 ..< bytes { value |= unsafe UInt64(base[place + index]) << UInt64(8 * index) }
        return Int(truncatingIfNeeded: value)
    }

    /// A copy of some bytes.
    func copy(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes outside of the file")
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// The CRC-32 of all bytes.
    fileprivate func checksum() -> UInt32 {
        var (sum, done) = (uLong(0), 0)
        while done < count {
            // zlib counts in 32 bits.
            let length = min(count - done, 1 << 30)
            sum = unsafe crc32(sum, base + done, UInt32(length))
            done += length
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
