internal import CBLAS

/// Matrix products on the machine's BLAS; all matrices are row-major and dense.
enum Products {
    /// c = a · b + (accumulate ? c : 0), with a `[m, k]` and b `[k, n]`, either given transposed.
    ///
    /// Large products are cut along the longer side of c, a piece for each thread.
    static func multiply(
        _ a: View<Float>, transposeA aTransposed: Bool = false, _ b: View<Float>, transposeB bTransposed: Bool = false,
        into c: View<Float>, m: Int, n: Int, k: Int, accumulate: Bool = false, workers: Workers? = nil
    ) {
        precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "a product leaves its memory")
        guard m > 0, n > 0 else { return }
        func piece(_ rows: Range<Int>, _ columns: Range<Int>) {
            unsafe cblas_sgemm(
                CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans,
                Int32(rows.count), Int32(columns.count), Int32(k), 1,
                a.base + (aTransposed ? rows.lowerBound : rows.lowerBound * k), Int32(aTransposed ? m : k),
                b.base + (bTransposed ? columns.lowerBound * k : columns.lowerBound), Int32(bTransposed ? k : n),
                accumulate ? 1 : 0, c.base + rows.lowerBound * n + columns.lowerBound, Int32(n))
        }
        if let profile = workers?.profile {
            profile.product(multiplyAdds: m * n * k) { cut(m, n, k, workers, piece) }
        } else {
            cut(m, n, k, workers, piece)
        }
    }

    private static func cut(_ m: Int, _ n: Int, _ k: Int, _ workers: Workers?, _ piece: (Range<Int>, Range<Int>) -> Void) {
        guard sharesOut, let workers, workers.count > 1, m * n * k >= leastWork else { return piece(0..<m, 0..<n) }
        if m >= n {
            workers.split(m, grain: grain, work: .max) { piece($0, 0..<n) }
        } else {
            workers.split(n, grain: grain, work: .max) { piece(0..<m, $0) }
        }
    }

    /// Multiply-adds in a second of a large product, the best of a few.
    static func peak(_ workers: Workers) -> Double {
        let side = 1024, clock = ContinuousClock()
        let a = Memory<Float>(side * side), b = Memory<Float>(side * side), c = Memory<Float>(side * side)
        a.view.fill(1)
        b.view.fill(1)
        var best = Double.infinity
        for _ in 0..<5 {
            let start = clock.now
            multiply(a.view, b.view, into: c.view, m: side, n: side, k: side, workers: workers)
            best = min(best, (clock.now - start).inSeconds)
        }
        return Double(side * side * side) / best
    }

    /// Pieces begin at multiples of this, which the BLAS's own blocks divide.
    private static let grain = 16
    /// Multiply-adds from which on a product is shared out: about ten microseconds of one core.
    private static let leastWork = 500_000

    #if canImport(Darwin)
    /// Accelerate manages threads of its own.
    private static let sharesOut = false
    #else
    private static let sharesOut = true
    #endif

    /// Leaves all threads to ``Workers``, in the whole process.
    static func takeThreads() { lacuna_blas_set_threads(1) }

    /// The kind of processor that the BLAS calculates for, in its own words.
    static var kernels: String { unsafe String(cString: lacuna_blas_kernels()) }
}
