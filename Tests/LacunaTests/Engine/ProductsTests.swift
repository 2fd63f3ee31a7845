@testable import Lacuna
import Foundation
import Testing

@Suite struct ProductsTests {
    #if os(Linux) && arch(x86_64)
    /// OpenBLAS takes a processor that it does not know for one of 2004.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil))
    func `a processor with AVX2 gets kernels with AVX2, whether the BLAS knows it or not`() throws {
        let words = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(whereSeparator: \.isWhitespace)
        guard words.contains("avx2"), words.contains("fma") else { return }
        #expect(!["Prescott", "Core2", "Penryn", "Nehalem", "Sandybridge", "Barcelona", "Bulldozer"].contains(Products.kernels))
    }
    #endif

    @Test func `a product is the sum of products, whichever operand is transposed and however it is cut`() {
        let k = 100
        func values(_ count: Int, _ seed: Int) -> Memory<Float> {
            let memory = Memory<Float>(count)
            for index in 0..<count { memory.view[index] = Float((index * 37 + seed) % 23 - 11) / 8 }
            return memory
        }
        for (m, n) in [(70, 90), (120, 50)] {
        let a = values(m * k, 1), b = values(k * n, 2)
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            for threads in [1, 2, 3] {
                let c = values(m * n, 3)
                Products.multiply(
                    a.view, transposeA: ta, b.view, transposeB: tb, into: c.view, m: m, n: n, k: k, accumulate: true,
                    workers: Workers(count: threads))
                let first = values(m * n, 3)
                for place in 0..<m * n {
                    let (i, j) = (place / n, place % n)
                    var sum = Double(first.view[i * n + j])
                    for p in 0..<k {
                        sum += Double(a.view[ta ? p * m + i : i * k + p]) * Double(b.view[tb ? j * k + p : p * n + j])
                    }
                    if abs(Double(c.view[place]) - sum) > 1e-4 { Issue.record("\(m) × \(n), \(ta), \(tb), \(threads): \(place)") }
                }
            }
        }
        }
    }
}
