#include "common.h"

// Short rows are copied by eights, the last of which overlaps; a call for each would take longer than the copy.
enum { SHORT = 64 };

void lacuna_gather(size_t count, size_t columns, const int32_t *rows, const float *source, float *out) {
    if (columns < EIGHT || columns > SHORT) {
        for (size_t i = 0; i < count; i++) memcpy(out + i * columns, source + (size_t)rows[i] * columns, columns * sizeof(float));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const float *s = source + (size_t)rows[i] * columns;
        float *o = out + i * columns;
        for (size_t j = 0; j + EIGHT < columns; j += EIGHT) memcpy(o + j, s + j, EIGHT * sizeof(float));
        memcpy(o + columns - EIGHT, s + columns - EIGHT, EIGHT * sizeof(float));
    }
}

WIDE void lacuna_scatter_add(size_t count, size_t columns, const int32_t *rows, const float *restrict source,
                             float *restrict out) {
    for (size_t i = 0; i < count; i++) {
        const float *s = source + i * columns;
        float *o = out + (size_t)rows[i] * columns;
        for (size_t j = 0; j < columns; j++) o[j] += s[j];
    }
}

WIDE void lacuna_add_bias(size_t rows, size_t columns, const float *restrict bias, float *restrict z) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) z[i * columns + j] += bias[j];
}

// NaN passes: it is not below 0.
WIDE void lacuna_bias_relu(size_t rows, size_t columns, const float *restrict bias, float *restrict z) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float sum = z[i * columns + j] + bias[j];
            z[i * columns + j] = sum < 0 ? 0 : sum;
        }
}

WIDE void lacuna_column_sums(size_t rows, size_t columns, const float *restrict x, int accumulate,
                             float *restrict out) {
    if (!accumulate) memset(out, 0, columns * sizeof(float));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) out[j] += x[i * columns + j];
}

// tanh after Cephes' tanhf: a polynomial near 0, where 1 - 2 / (e^2x + 1) would cancel.
INLINE float hyperbolic_tangent(float x) {
    FAST
    float s = x * x;
    float q = -5.70498872745e-3f;
    q = q * s + 2.06390887954e-2f;
    q = q * s - 5.37397155531e-2f;
    q = q * s + 1.33314422036e-1f;
    q = q * s - 3.33332819422e-1f;
    float near = q * s * x + x;
    float magnitude = __builtin_elementwise_abs(x);
    float far = 1.0f - 2.0f / (exponential(2.0f * magnitude) + 1.0f);
    far = x < 0 ? -far : far;
    return magnitude > 0.625f ? far : near;
}

WIDE static void silu(size_t n, const float *restrict z, float *restrict a) {
    for (size_t i = 0; i < n; i++) a[i] = z[i] * sigmoid(z[i]);
}

WIDE static void tangent(size_t n, const float *z, float *a) {
    for (size_t i = 0; i < n; i++) a[i] = hyperbolic_tangent(z[i]);
}

WIDE static void relu(size_t n, const float *z, float *a) {
    for (size_t i = 0; i < n; i++) a[i] = z[i] < 0 ? 0 : z[i];
}

WIDE static void silu_backward(size_t n, const float *restrict z, float *restrict d) {
    for (size_t i = 0; i < n; i++) {
        float s = sigmoid(z[i]);
        d[i] *= s * (1.0f + z[i] * (1.0f - s));
    }
}

WIDE static void tangent_backward(size_t n, const float *restrict a, float *restrict d) {
    for (size_t i = 0; i < n; i++) d[i] *= 1.0f - a[i] * a[i];
}

// z != z keeps a NaN visible: relu'(NaN) is NaN, not 0. Selects, never multiplies: 0 x inf would be NaN.
WIDE static void relu_backward(size_t n, const float *restrict z, float *restrict d) {
    for (size_t i = 0; i < n; i++) d[i] = z[i] > 0 ? d[i] : (z[i] != z[i] ? z[i] : 0.0f);
}

WIDE void lacuna_relu_backward_sums(size_t rows, size_t columns, size_t first, size_t last, const float *restrict z,
                                    float *restrict d, int accumulate, float *restrict sums) {
    if (!accumulate) memset(sums + first, 0, (last - first) * sizeof *sums);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = first; j < last; j++) {
            float value = z[i * columns + j], slope = d[i * columns + j];
            slope = value > 0 ? slope : (value != value ? value : 0.0f);
            d[i * columns + j] = slope;
            sums[j] += slope;
        }
}

void lacuna_activate(lacuna_activation activation, size_t n, const float *z, float *a) {
    switch (activation) {
    case LACUNA_RELU: relu(n, z, a); break;
    case LACUNA_SILU: silu(n, z, a); break;
    case LACUNA_TANH: tangent(n, z, a); break;
    case LACUNA_GELU:
        for (size_t i = 0; i < n; i++) a[i] = z[i] * 0.5f * erfcf(-z[i] * 0.70710678118654752f);
        break;
    }
}

void lacuna_activate_backward(lacuna_activation activation, size_t n, const float *z, const float *a, float *d) {
    switch (activation) {
    case LACUNA_RELU: relu_backward(n, z, d); break;
    case LACUNA_SILU: silu_backward(n, z, d); break;
    case LACUNA_TANH: tangent_backward(n, a, d); break;
    case LACUNA_GELU:
        for (size_t i = 0; i < n; i++) {
            float share = 0.5f * erfcf(-z[i] * 0.70710678118654752f);
            d[i] *= share + z[i] * 0.39894228040143268f * exponential(-0.5f * z[i] * z[i]);
        }
        break;
    }
}

// The 32-bit finaliser of MurmurHash3 over (key, j): a counter-based generator, so a value depends on its place alone.
INLINE uint32_t mixed(uint32_t low, uint32_t high, uint32_t j) {
    uint32_t h = (j * 0x9E3779B9u) ^ low;
    h ^= h >> 16; h *= 0x85EBCA6Bu;
    h ^= high;
    h ^= h >> 13; h *= 0xC2B2AE35u;
    h ^= h >> 16;
    return h;
}

WIDE void lacuna_dropout(size_t n, uint64_t key, uint32_t threshold, float scale, float *x) {
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    for (size_t j = 0; j < n; j++) {
        uint32_t h = mixed(low, high, (uint32_t)j);
        x[j] = h >= threshold ? x[j] * scale : 0.0f;
    }
}

WIDE void lacuna_layer_norm(size_t rows, size_t columns, float epsilon, const float *x, const float *restrict gamma,
                            const float *restrict beta, float *restrict xhat, float *restrict inverse, float *y) {
    FAST
    for (size_t i = 0; i < rows; i++) {
        const float *r = x + i * columns;
        float sum = 0, squares = 0;
        for (size_t j = 0; j < columns; j++) sum += r[j];
        float mean = sum / (float)columns;
        for (size_t j = 0; j < columns; j++) squares += (r[j] - mean) * (r[j] - mean);
        float inv = 1.0f / __builtin_elementwise_sqrt(squares / (float)columns + epsilon);
        inverse[i] = inv;
        for (size_t j = 0; j < columns; j++) xhat[i * columns + j] = (r[j] - mean) * inv;
        for (size_t j = 0; j < columns; j++) y[i * columns + j] = xhat[i * columns + j] * gamma[j] + beta[j];
    }
}

WIDE void lacuna_layer_norm_backward(size_t rows, size_t columns, const float *restrict xhat,
                                     const float *restrict inverse, const float *restrict gamma, float *restrict d,
                                     float *restrict dgamma, float *restrict dbeta) {
    FAST
    for (size_t i = 0; i < rows; i++) {
        const float *h = xhat + i * columns;
        float *g = d + i * columns;
        float sum = 0, product = 0;
        for (size_t j = 0; j < columns; j++) {
            dbeta[j] += g[j];
            dgamma[j] += g[j] * h[j];
            float scaled = g[j] * gamma[j];
            sum += scaled;
            product += scaled * h[j];
        }
        float mean = sum / (float)columns, slope = product / (float)columns;
        for (size_t j = 0; j < columns; j++) g[j] = inverse[i] * (g[j] * gamma[j] - mean - h[j] * slope);
    }
}

WIDE void lacuna_batch_norm(size_t rows, size_t columns, float epsilon, const float *x, const float *restrict gamma,
                            const float *restrict beta, float *restrict mean, float *restrict variance,
                            float *restrict inverse, float *restrict xhat, float *y) {
    FAST
    float scale = 1.0f / (float)rows;
    memset(mean, 0, columns * sizeof(float));
    memset(variance, 0, columns * sizeof(float));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) mean[j] += x[i * columns + j];
    for (size_t j = 0; j < columns; j++) mean[j] *= scale;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float c = x[i * columns + j] - mean[j];
            variance[j] += c * c;
        }
    for (size_t j = 0; j < columns; j++) {
        variance[j] *= scale;
        inverse[j] = 1.0f / __builtin_elementwise_sqrt(variance[j] + epsilon);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float h = (x[i * columns + j] - mean[j]) * inverse[j];
            xhat[i * columns + j] = h;
            y[i * columns + j] = h * gamma[j] + beta[j];
        }
}

WIDE void lacuna_batch_norm_backward(size_t rows, size_t columns, const float *restrict xhat,
                                     const float *restrict inverse, const float *restrict gamma, float *restrict d,
                                     float *restrict dgamma, float *restrict dbeta) {
    FAST
    // This batch's sums by column are needed before anything moves, apart from what dgamma and dbeta already hold.
    for (size_t j0 = 0; j0 < columns; j0 += 64) {
        size_t width = columns - j0 < 64 ? columns - j0 : 64;
        float sum[64] = {0}, product[64] = {0};
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < width; j++) {
                size_t at = i * columns + j0 + j;
                sum[j] += d[at];
                product[j] += d[at] * xhat[at];
            }
        float scale = 1.0f / (float)rows;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < width; j++) {
                size_t at = i * columns + j0 + j;
                d[at] = gamma[j0 + j] * inverse[j0 + j]
                    * (d[at] - sum[j] * scale - xhat[at] * product[j] * scale);
            }
        for (size_t j = 0; j < width; j++) {
            dbeta[j0 + j] += sum[j];
            dgamma[j0 + j] += product[j];
        }
    }
}

WIDE void lacuna_batch_norm_inference(size_t rows, size_t columns, float epsilon, const float *x,
                                      const float *restrict gamma, const float *restrict beta,
                                      const float *restrict mean, const float *restrict variance, float *y) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            y[i * columns + j] = (x[i * columns + j] - mean[j])
                / __builtin_elementwise_sqrt(variance[j] + epsilon) * gamma[j] + beta[j];
}

// Four rows of the kernel at a time: each sum keeps its order, and is written a quarter as often.
WIDE void lacuna_sparse_forward(size_t count, size_t outputs, const int32_t *restrict rows, const ptrdiff_t *restrict starts,
                                const int32_t *restrict columns, const float *restrict values, const float *restrict kernel,
                                float *restrict out) {
#pragma clang fp contract(fast)
    for (size_t i = 0; i < count; i++) {
        float *o = out + i * outputs;
        ptrdiff_t e = starts[rows[i]], end = starts[rows[i] + 1];
        memset(o, 0, outputs * sizeof(float));
        for (; e + 4 <= end; e += 4) {
            const float *w0 = kernel + (size_t)columns[e] * outputs, *w1 = kernel + (size_t)columns[e + 1] * outputs;
            const float *w2 = kernel + (size_t)columns[e + 2] * outputs, *w3 = kernel + (size_t)columns[e + 3] * outputs;
            for (size_t j = 0; j < outputs; j++) {
                float sum = o[j];
                sum += values[e] * w0[j];
                sum += values[e + 1] * w1[j];
                sum += values[e + 2] * w2[j];
                sum += values[e + 3] * w3[j];
                o[j] = sum;
            }
        }
        for (; e < end; e++) {
            const float *w = kernel + (size_t)columns[e] * outputs;
            for (size_t j = 0; j < outputs; j++) o[j] += values[e] * w[j];
        }
    }
}

WIDE void lacuna_sparse_backward(size_t count, size_t outputs, size_t first, size_t own, const int32_t *restrict rows,
                                 const ptrdiff_t *restrict starts, const int32_t *restrict columns,
                                 const float *restrict values, const float *restrict d, float *restrict gradient) {
#pragma clang fp contract(fast)
    for (size_t i = 0; i < count; i++) {
        const float *g = d + i * outputs + first;
        for (ptrdiff_t e = starts[rows[i]]; e < starts[rows[i] + 1]; e++) {
            float *o = gradient + (size_t)columns[e] * outputs + first;
            float value = values[e];
            for (size_t j = 0; j < own; j++) o[j] += value * g[j];
        }
    }
}

void lacuna_sparse_clear(size_t count, size_t outputs, const int32_t *restrict rows, const ptrdiff_t *restrict starts,
                         const int32_t *restrict columns, float *restrict gradient) {
    for (size_t i = 0; i < count; i++)
        for (ptrdiff_t e = starts[rows[i]]; e < starts[rows[i] + 1]; e++)
            memset(gradient + (size_t)columns[e] * outputs, 0, outputs * sizeof(float));
}
