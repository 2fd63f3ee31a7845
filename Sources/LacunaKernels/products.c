// Small dense products. A BLAS copies its operands into an order of its own before it multiplies, which for a few ten thousand
// multiply-adds costs more than they do (OpenBLAS's AVX2 kernels take 1.0 to 1.5 us for the products of a model of 10 inputs, 64
// hidden units and 4 outputs; these take 0.3 to 0.45). Large products are the BLAS's.
#include "common.h"

// NaN passes: it is not below 0.
#define POSITIVE(x) ((chunk)((bits)(x) & ~(bits)((x) < 0)))

// Some rows by sixteen columns at a time, in registers. Every number is one sum in the order of k, whatever its place.
INLINE void block_of_rows(size_t rows, size_t n, size_t k, const float *restrict a, size_t row, size_t step, const float *restrict b,
                          const float *restrict bias, int is_relu, float *restrict c) {
#pragma clang fp contract(fast)
    for (size_t next = 0; next < n; next += CHUNK) {
        // The last columns overlap those before, which come out the same again.
        size_t j = next + CHUNK <= n ? next : n - CHUNK;
        const float *x = a, *y = b + j;
        chunk sum[4] = {{0}}, w;
        for (size_t l = 0; l < k; l++, x += step, y += n) {
            LOAD(w, y);
            for (size_t r = 0; r < rows; r++) sum[r] += x[r * row] * w;
        }
        if (bias) {
            LOAD(w, bias + j);
            for (size_t r = 0; r < rows; r++) sum[r] += w;
        }
        for (size_t r = 0; r < rows; r++) {
            if (is_relu) sum[r] = POSITIVE(sum[r]);
            STORE(c + r * n + j, sum[r]);
        }
    }
}

// The same where rows are shorter: what follows a row of b takes part and is thrown away, but for the last rows, which nothing
// follows.
INLINE void block_of_short_rows(size_t rows, size_t n, size_t k, const float *restrict a, size_t row, size_t step,
                                const float *restrict b, const float *restrict bias, int is_relu, float *restrict c) {
#pragma clang fp contract(fast)
    size_t whole = k * n < CHUNK ? 0 : (k * n - CHUNK) / n + 1;
    chunk sum[4] = {{0}};
    for (size_t l = 0; l < k; l++) {
        chunk w = {0};
        if (l < whole) LOAD(w, b + l * n); else memcpy(&w, b + l * n, n * sizeof *b);
        for (size_t r = 0; r < rows; r++) sum[r] += a[r * row + l * step] * w;
    }
    chunk own = {0};
    if (bias) memcpy(&own, bias, n * sizeof *bias);
    for (size_t r = 0; r < rows; r++) {
        sum[r] += own;
        if (is_relu) sum[r] = POSITIVE(sum[r]);
        memcpy(c + r * n, &sum[r], n * sizeof *c);
    }
}

WIDE void lacuna_product(size_t m, size_t n, size_t k, const float *restrict a, size_t row, size_t step, const float *restrict b,
                         const float *restrict bias, int is_relu, float *restrict c) {
    size_t i = 0;
    if (n < CHUNK) {
        for (; i + 4 <= m; i += 4) block_of_short_rows(4, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n);
        for (; i < m; i++) block_of_short_rows(1, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n);
        return;
    }
    for (; i + 4 <= m; i += 4) block_of_rows(4, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n);
    switch (m - i) {
    case 3: block_of_rows(3, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n); break;
    case 2: block_of_rows(2, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n); break;
    case 1: block_of_rows(1, n, k, a + i * row, row, step, b, bias, is_relu, c + i * n); break;
    }
}

// out[0 ..< 4] = the sum of the elements of each of four.
INLINE void totals(const eight *s, float *out) {
    eight p = __builtin_shufflevector(s[0], s[1], 0, 8, 2, 10, 4, 12, 6, 14) + __builtin_shufflevector(s[0], s[1], 1, 9, 3, 11, 5, 13, 7, 15);
    eight q = __builtin_shufflevector(s[2], s[3], 0, 8, 2, 10, 4, 12, 6, 14) + __builtin_shufflevector(s[2], s[3], 1, 9, 3, 11, 5, 13, 7, 15);
    eight r = __builtin_shufflevector(p, q, 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(p, q, 2, 3, 10, 11, 6, 7, 14, 15);
    for (size_t t = 0; t < 4; t++) out[t] = r[t] + r[t + 4];
}

// Some rows of a by some rows of b, sixteen numbers at most, a multiple of four.
INLINE void block_of_dots(size_t rows, size_t columns, size_t n, size_t k, const float *restrict a, const float *restrict b,
                          float *restrict c) {
    FAST
    eight sum[16] = {{0}};
    size_t l = 0;
    for (; l + EIGHT <= k; l += EIGHT) {
        eight x[4], w;
        for (size_t r = 0; r < rows; r++) LOAD(x[r], a + r * k + l);
        for (size_t t = 0; t < columns; t++) {
            LOAD(w, b + t * k + l);
            for (size_t r = 0; r < rows; r++) sum[r * columns + t] += x[r] * w;
        }
    }
    float out[16];
    for (size_t s = 0; s < rows * columns; s += 4) totals(sum + s, out + s);
    for (; l < k; l++)
        for (size_t r = 0; r < rows; r++)
            for (size_t t = 0; t < columns; t++) out[r * columns + t] += a[r * k + l] * b[t * k + l];
    for (size_t r = 0; r < rows; r++)
        for (size_t t = 0; t < columns; t++) c[r * n + t] = out[r * columns + t];
}

WIDE void lacuna_product_of_rows(size_t m, size_t n, size_t k, const float *restrict a, const float *restrict b, float *restrict c) {
    FAST
    size_t j = 0;
    int is_roomy = has_roomy_registers();
    for (; j + 4 <= n; j += 4) {
        size_t i = 0;
        for (; is_roomy && i + 4 <= m; i += 4) block_of_dots(4, 4, n, k, a + i * k, b + j * k, c + i * n + j);
        for (; i + 2 <= m; i += 2) block_of_dots(2, 4, n, k, a + i * k, b + j * k, c + i * n + j);
        if (i < m) block_of_dots(1, 4, n, k, a + i * k, b + j * k, c + i * n + j);
    }
    for (; j < n; j++) {
        size_t i = 0;
        for (; i + 4 <= m; i += 4) block_of_dots(4, 1, n, k, a + i * k, b + j * k, c + i * n + j);
        for (; i < m; i++) {
            float sum = 0;
            for (size_t l = 0; l < k; l++) sum += a[i * k + l] * b[j * k + l];
            c[i * n + j] = sum;
        }
    }
}
