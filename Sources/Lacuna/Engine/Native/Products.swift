internal import CBLAS

/// Matrix products on the machine's BLAS; all matrices are row-major and dense.
enum Products {
    /// c = a · b + (accumulate ? c : 0), with a `[m, k]` and b `[k, n]`, either given transposed.
    static func multiply(
        _ a: View<Float>, transposeA aTransposed: Bool = false, _ b: View<Float>, transposeB bTransposed: Bool = false,
        into c: View<Float>, m: Int, n: Int, k: Int, accumulate: Bool = false
    ) {
        precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "a product leaves its memory")
        guard m > 0, n > 0 else { return }
        unsafe cblas_sgemm(
            CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, a.base, Int32(aTransposed ? m : k), b.base,
            Int32(bTransposed ? k : n), accumulate ? 1 : 0, c.base, Int32(n))
    }

    /// How many threads the products that follow use, in the whole process.
    static func setThreads(_ count: Int) { lacuna_blas_set_threads(Int32(count)) }
}
