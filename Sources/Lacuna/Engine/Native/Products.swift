internal import CBLAS
internal import LacunaKernels

/// Matrix products on the machine's BLAS, and small ones in kernels; all matrices are row-major and dense.
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
        func all() {
            if accumulate || !isSmall(m: m, n: n, k: k) {
                cut(m, n, k, workers, piece)
            } else if !bTransposed {
                unsafe lacuna_product(m, n, k, a.base, aTransposed ? 1 : k, aTransposed ? m : 1, b.base, nil, 0, c.base)
            } else if !aTransposed, k >= leastRow {
                unsafe lacuna_product_of_rows(m, n, k, a.base, b.base, c.base)
            } else {
                piece(0..<m, 0..<n)
            }
        }
        if let profile = workers?.profile { profile.product(multiplyAdds: m * n * k, all) } else { all() }
    }

    /// c = a · b, with a `[m, k]` and b `[k, n]`, then plus `bias` and through relu where asked for. Equal rows give equal bits
    /// where m is a multiple of 4.
    static func multiplyRows(
        _ a: View<Float>, _ b: View<Float>, bias: View<Float>?, isRelu: Bool, into c: View<Float>, m: Int, n: Int, k: Int,
        workers: Workers
    ) {
        precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n && bias?.count ?? n >= n, "a product leaves its memory")
        func all() {
            workers.split(m, grain: 4, work: m * n * k) { rows in
                unsafe lacuna_product(
                    rows.count, n, k, a.base + rows.lowerBound * k, k, 1, b.base, bias?.base, isRelu ? 1 : 0,
                    c.base + rows.lowerBound * n)
            }
        }
        if let profile = workers.profile { profile.product(multiplyAdds: m * n * k, all) } else { all() }
    }

    /// Whether a BLAS would take longer to put its operands in order than to multiply them.
    static func isSmall(m: Int, n: Int, k: Int) -> Bool { m * n * k <= mostSmall }

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

    /// Multiply-adds of a small product, and how long its rows are where they are multiplied by rows: measured beside OpenBLAS on
    /// a processor with AVX2.
    private static let mostSmall = 1 << 17
    private static let leastRow = 32

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
