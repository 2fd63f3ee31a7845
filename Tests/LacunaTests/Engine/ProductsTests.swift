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
        let sizes = [
            (70, 90, 100), (120, 50, 100), (1, 1, 1), (3, 17, 5), (10, 64, 32), (32, 4, 64), (33, 5, 70), (7, 15, 33), (1, 40, 64),
        ]
        func values(_ count: Int, _ seed: Int) -> Memory<Float> {
            let memory = Memory<Float>(count)
            for index in 0..<count { memory.view[index] = Float((index * 37 + seed) % 23 - 11) / 8 }
            return memory
        }
        func check(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool, threads: Int, adds: Bool) {
            let a = values(m * k, 1), b = values(k * n, 2), c = values(m * n, 3), first = values(m * n, 3)
            Products.multiply(
                a.view, transposeA: ta, b.view, transposeB: tb, into: c.view, m: m, n: n, k: k, accumulate: adds,
                workers: Workers(count: threads))
            for place in 0..<m * n {
                let (i, j) = (place / n, place % n)
                var sum = adds ? Double(first.view[place]) : 0
                for p in 0..<k {
                    sum += Double(a.view[ta ? p * m + i : i * k + p]) * Double(b.view[tb ? j * k + p : p * n + j])
                }
                if abs(Double(c.view[place]) - sum) > 1e-4 { Issue.record("\(m) × \(n) × \(k), \(ta), \(tb), \(threads), \(adds): \(place)") }
            }
        }
        for (m, n, k) in sizes {
            for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
                for (threads, adds) in [(1, true), (2, true), (3, true), (1, false), (2, false)] {
                    check(m, n, k, ta, tb, threads: threads, adds: adds)
                }
            }
        }
    }

    @Test func `rows of a product are the same bits wherever they stand, with bias and relu or without`() {
        let n = 21, k = 37, m = 40
        let a = Memory<Float>(m * k), b = Memory<Float>(k * n), bias = Memory<Float>(n), c = Memory<Float>(m * n), d = Memory<Float>(m * n)
        for index in 0..<b.count { b.view[index] = Float((index * 29) % 31 - 15) / 7 }
        for index in 0..<n { bias.view[index] = Float(index % 5) - 2 }
        for row in 0..<m { for column in 0..<k { a.view[row * k + column] = Float((column * 13) % 17 - 8) / 3 } }
        Products.multiplyRows(a.view, b.view, bias: nil, isRelu: false, into: c.view, m: m, n: n, k: k, workers: Workers(count: 1))
        Products.multiplyRows(
            a.view, b.view, bias: bias.view, isRelu: true, into: d.view, m: m, n: n, k: k, workers: Workers(count: 1))
        for row in 0..<m {
            #expect(c.view.slice(row * n, n).array == c.view.prefix(n).array)
            for column in 0..<n { #expect(d.view[row * n + column] == max(c.view[column] + bias.view[column], 0)) }
        }
        a.view[5 * k] = .nan
        Products.multiplyRows(
            a.view, b.view, bias: bias.view, isRelu: true, into: d.view, m: m, n: n, k: k, workers: Workers(count: 1))
        #expect(d.view.slice(5 * n, n).array.allSatisfy { $0.isNaN }, "relu hides a NaN")
    }
}
