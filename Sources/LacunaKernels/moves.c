// Gradients of a layer's kernel that are used up where they are made: a step of Adam follows while they are in a near cache, so
// that they are never written to memory and read again.
#include "common.h"

void lacuna_strips(size_t rows, size_t columns, size_t first, size_t last, const float *restrict source, float *restrict out) {
    for (size_t s = first; s < last; s++) {
        size_t j = s * LACUNA_STRIP, width = columns - j < LACUNA_STRIP ? columns - j : LACUNA_STRIP;
        float *o = out + s * rows * LACUNA_STRIP;
        for (size_t i = 0; i < rows; i++, o += LACUNA_STRIP) {
            if (width == LACUNA_STRIP) {
                memcpy(o, source + i * columns + j, LACUNA_STRIP * sizeof(float));
                continue;
            }
            memset(o, 0, LACUNA_STRIP * sizeof(float));
            memcpy(o, source + i * columns + j, width * sizeof(float));
        }
    }
}

_Static_assert(LACUNA_STRIP == CHUNK, "a strip is a chunk wide");
// Four rows of the kernel, as much of them at a time as stays in the nearest cache beside its moments.
enum { TALL = 4, LONG = 512 };
_Static_assert(LACUNA_STRIP % TALL == 0, "four rows lie in one strip of inputs");

INLINE void adam_run(size_t n, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
                     lacuna_adam_numbers numbers) {
    for (size_t j = 0; j < n; j++) adam(&p[j], g[j], &m[j], &v[j], &numbers);
}

WIDE void lacuna_kernel_adam(size_t rows, size_t outputs, size_t first, size_t last, const float *restrict x, const float *restrict d,
                             const lacuna_adam_numbers *numbers, float *restrict p, float *restrict m, float *restrict v) {
#pragma clang fp contract(fast)
    for (size_t i = first; i < last; i += TALL) {
        size_t height = last - i < TALL ? last - i : TALL;
        const float *own = x + i / LACUNA_STRIP * rows * LACUNA_STRIP + i % LACUNA_STRIP;
        for (size_t j0 = 0; j0 < outputs; j0 += LONG) {
            size_t width = outputs - j0 < LONG ? outputs - j0 : LONG;
            float gradient[TALL][LONG];
            for (size_t j = 0; j < width; j += CHUNK) {
                const float *slopes = d + (j0 + j) * rows;
                chunk sum[TALL] = {{0}}, w;
                for (size_t l = 0; l < rows; l++) {
                    LOAD(w, slopes + l * CHUNK);
                    for (size_t r = 0; r < TALL; r++) sum[r] += own[l * CHUNK + r] * w;
                }
                for (size_t r = 0; r < TALL; r++) STORE(gradient[r] + j, sum[r]);
            }
            for (size_t r = 0; r < height; r++) {
                size_t at = (i + r) * outputs + j0;
                adam_run(width, p + at, gradient[r], m + at, v + at, *numbers);
            }
        }
    }
}

void lacuna_turn_rows(size_t count, size_t columns, const int32_t *restrict rows, const ptrdiff_t *restrict starts,
                      const int32_t *restrict column_of, const float *restrict values, int32_t *restrict out_starts,
                      int32_t *restrict out_rows, float *restrict out_values) {
    // Counted two places on, summed one place on: placing an element then moves its column's end to where it belongs.
    memset(out_starts, 0, (columns + 2) * sizeof *out_starts);
    for (size_t i = 0; i < count; i++)
        for (ptrdiff_t e = starts[rows[i]]; e < starts[rows[i] + 1]; e++) out_starts[column_of[e] + 2]++;
    for (size_t c = 0; c < columns; c++) out_starts[c + 2] += out_starts[c + 1];
    for (size_t i = 0; i < count; i++)
        for (ptrdiff_t e = starts[rows[i]]; e < starts[rows[i] + 1]; e++) {
            size_t at = (size_t)out_starts[column_of[e] + 1]++;
            out_rows[at] = (int32_t)i;
            out_values[at] = values[e];
        }
}

// One row of the kernel, some columns of it: their gradient stays in registers while the row's elements go by.
INLINE void sparse_row(size_t n, const int32_t *restrict rows, const float *restrict values, size_t stride, const float *restrict d,
                       float *restrict p, float *restrict m, float *restrict v, lacuna_adam_numbers numbers) {
#pragma clang fp contract(fast)
    float sum[LACUNA_PANEL] = {0};
    for (size_t e = 0; e < n; e++) {
        const float *g = d + (size_t)rows[e] * stride;
        for (size_t j = 0; j < LACUNA_PANEL; j++) sum[j] += values[e] * g[j];
    }
    for (size_t j = 0; j < LACUNA_PANEL; j++) adam(&p[j], sum[j], &m[j], &v[j], &numbers);
}

WIDE void lacuna_sparse_adam(size_t first, size_t last, size_t outputs, const int32_t *restrict starts, const int32_t *restrict rows,
                             const float *restrict values, const float *restrict d, const lacuna_adam_numbers *numbers,
                             float *restrict p, float *restrict m, float *restrict v) {
#pragma clang fp contract(fast)
    for (size_t c = first; c < last; c++) {
        const int32_t *own = rows + starts[c];
        const float *weights = values + starts[c];
        size_t n = (size_t)(starts[c + 1] - starts[c]), j = 0, at = c * outputs;
        for (; j + LACUNA_PANEL <= outputs; j += LACUNA_PANEL)
            sparse_row(n, own, weights, outputs, d + j, p + at + j, m + at + j, v + at + j, *numbers);
        if (j == outputs) continue;
        float sum[LACUNA_PANEL] = {0};
        for (size_t e = 0; e < n; e++)
            for (size_t t = 0; t < outputs - j; t++) sum[t] += weights[e] * d[(size_t)own[e] * outputs + j + t];
        adam_run(outputs - j, p + at + j, sum, m + at + j, v + at + j, *numbers);
    }
}
