#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Memory that an engine owns: zero-filled when made, aligned for the widest vectors, freed with its owner.
///
/// The pointer never leaves `Engine/Native`; code beside the kernels works on ``View``s.
@safe final class Memory<Element: BitwiseCopyable> {
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var count: Int

    init(_ count: Int = 0) {
        self.count = count
        unsafe storage = Self.allocate(count)
    }

    deinit { unsafe storage.deallocate() }

    /// Two megabytes, as on x86-64 and most arm64 systems. What is larger is aligned to it.
    private static var hugePage: Int { 1 << 21 }

    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let bytes = max(count, 1) * MemoryLayout<Element>.stride, isLarge = bytes >= hugePage
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: isLarge ? hugePage : 64)
        #if os(Linux)
        // Steps go over megabytes of weights and moments, more than the processor keeps small pages' places of.
        if isLarge { unsafe _ = madvise(memory.baseAddress, bytes, MADV_HUGEPAGE) }
        #endif
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe memory
    }

    /// Makes room for at least `count` elements. What was there is lost, and views of it are no longer valid.
    func reserve(_ count: Int) {
        reserve(exactly: count > self.count ? max(count, self.count + self.count / 2) : count)
    }

    /// The same, for what will not grow little by little.
    func reserve(exactly count: Int) {
        guard count > self.count else { return }
        unsafe storage.deallocate()
        unsafe storage = Self.allocate(count)
        self.count = count
    }

    /// Stores an element after the first `used`, which stay. Where memory grows for it, views are no longer valid.
    func append(_ element: Element, after used: Int) {
        if used == count {
            let old = unsafe storage
            count = max(8, 2 * count)
            unsafe storage = Self.allocate(count)
            unsafe storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[0..<used * MemoryLayout<Element>.stride]))
            unsafe old.deallocate()
        }
        view[used] = element
    }

    /// All of it. Valid until the memory grows or goes.
    var view: View<Element> {
        unsafe View(base: storage.assumingMemoryBound(to: Element.self).baseAddress.unsafelyUnwrapped, count: count)
    }

    /// The first `count` elements, after making room for them.
    func room(for count: Int) -> View<Element> {
        reserve(count)
        return view.prefix(count)
    }
}

/// A run of elements inside some ``Memory``. Its owner keeps that memory alive for as long as views are used.
@safe struct View<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(base: UnsafeMutablePointer<Element>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count, "index \(index) of \(count)")
            return unsafe base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count, "index \(index) of \(count)")
            unsafe base[index] = newValue
        }
    }

    @inline(__always)
    func slice(_ start: Int, _ count: Int) -> View {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "a slice leaves its memory")
        return unsafe View(base: base + start, count: count)
    }

    func prefix(_ count: Int) -> View { slice(0, count) }

    func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }

    func copy(from other: View) {
        precondition(other.count == count, "a copy of another size")
        unsafe base.update(from: other.base, count: count)
    }

    func copy(from elements: some Collection<Element>) {
        precondition(elements.count == count, "a copy of another size")
        let buffer = unsafe UnsafeMutableBufferPointer(start: base, count: count)
        _ = unsafe buffer.update(fromContentsOf: elements)
    }

    var array: [Element] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }
}

extension View where Element: Comparable {
    func sort() {
        var buffer = unsafe UnsafeMutableBufferPointer(start: base, count: count)
        unsafe buffer.sort()
    }
}
