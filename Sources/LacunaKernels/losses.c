#include "common.h"

// Binary cross-entropy of one logit: loss P softplus(-z) + N softplus(z) and slope N sigma(z) - P sigma(-z), from one
// exponential. Both complements are calculated, so that a slope keeps its digits where a probability rounds to 1.
// An infinite logit gives a loss of infinity or NaN, never 0.
static inline void binary(float z, float y, float positive_weight, float keep, float spread, float *loss, float *slope) {
    FAST
    float tail = exponential(-__builtin_elementwise_abs(z)), remainder = log_one_plus(tail);
    float large = 1.0f / (1.0f + tail), small = tail * large;
    float positive = positive_weight * (y * keep + spread), negative = (1.0f - y) * keep + spread;
    float above = z > 0 ? z : 0.0f, below = z > 0 ? 0.0f : -z;
    *loss = positive * (below + remainder) + negative * (above + remainder) + (z - z);
    *slope = negative * (z < 0 ? small : large) - positive * (z < 0 ? large : small);
}

WIDE void lacuna_binary(size_t n, float positive_weight, float smoothing, const float *restrict targets, float *restrict z,
                        float *restrict losses) {
    FAST
    float keep = 1.0f - smoothing, spread = 0.5f * smoothing;
    for (size_t i = 0; i < n; i++) {
        float loss, slope;
        binary(z[i], targets[i], positive_weight, keep, spread, &loss, &slope);
        losses[i] = loss;
        z[i] = slope;
    }
}

WIDE void lacuna_squared(size_t n, const float *restrict targets, float *restrict z, float *restrict losses) {
    for (size_t i = 0; i < n; i++) {
        float difference = z[i] - targets[i];
        losses[i] = difference * difference;
        z[i] = 2.0f * difference;
    }
}

// Softmax cross-entropy of a class index; z becomes the slope, written so that it keeps its digits where p rounds to 1.
static inline float categorical(size_t classes, size_t target, float weight, float *z) {
    size_t top = 0;
    float strange = 0;
    for (size_t c = 0; c < classes; c++) {
        if (z[c] > z[top]) top = c;
        strange += z[c] - z[c];
    }
    float largest = z[top], gap = largest - z[target];
    // The likeliest class has the exponential 1 and is left out of the sum, for log1p to keep its digits.
    float others = 0, wrong = 0;
    for (size_t c = 0; c < classes; c++) {
        z[c] = exponential(z[c] - largest);
        others += c == top ? 0.0f : z[c];
        wrong += c == target ? 0.0f : z[c];
    }
    float share = weight / (1.0f + others);
    for (size_t c = 0; c < classes; c++) z[c] *= share;
    z[target] = -wrong * share;
    return weight * (gap + (others < 1.0f ? log_one_plus(others) : log1pf(others))) + strange;
}

WIDE void lacuna_categorical(size_t n, size_t classes, const float *class_weights, const float *restrict targets,
                             float *restrict z, float *restrict losses) {
    for (size_t i = 0; i < n; i++) {
        size_t target = (size_t)targets[i];
        losses[i] = categorical(classes, target, class_weights ? class_weights[target] : 1.0f, z + i * classes);
    }
}

// A block of columns stays in the nearest cache while all rows go by.
enum { TILE = 256 };

WIDE void lacuna_count_targets(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen,
                               const float *targets, int32_t *restrict counts) {
    for (size_t j0 = 0; j0 < columns; j0 += TILE) {
        size_t width = columns - j0 < TILE ? columns - j0 : TILE;
        int32_t *c = counts + j0;
        memset(c, 0, width * sizeof *c);
        for (size_t i = 0; i < rows; i++) {
            const float *y = targets + (size_t)chosen[i] * target_stride + j0;
            for (size_t j = 0; j < width; j++) c[j] += y[j] == y[j];
        }
    }
}

WIDE void lacuna_binary_table(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen,
                              const float *targets, float positive_weight, float smoothing, size_t stride,
                              const float *restrict bias, const float *restrict coefficients, float *restrict z,
                              float *restrict losses, float *restrict bias_gradient) {
    FAST
    float keep = 1.0f - smoothing, spread = 0.5f * smoothing;
    for (size_t j0 = 0; j0 < columns; j0 += TILE) {
        size_t width = columns - j0 < TILE ? columns - j0 : TILE;
        const float *b = bias + j0, *k = coefficients + j0;
        float *l = losses + j0, *g = bias_gradient + j0;
        for (size_t i = 0; i < rows; i++) {
            const float *y = targets + (size_t)chosen[i] * target_stride + j0;
            float *s = z + i * stride + j0;
            for (size_t j = 0; j < width; j++) {
                int seen = y[j] == y[j];
                float loss, slope;
                binary(s[j] + b[j], seen ? y[j] : 0.0f, positive_weight, keep, spread, &loss, &slope);
                slope = seen ? slope * k[j] : 0.0f;
                s[j] = slope;
                g[j] += slope;
                l[j] += seen ? loss : 0.0f;
            }
        }
    }
}

WIDE void lacuna_squared_table(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen,
                               const float *targets, size_t stride, const float *restrict bias,
                               const float *restrict coefficients, float *restrict z, float *restrict losses,
                               float *restrict bias_gradient) {
    for (size_t i = 0; i < rows; i++) {
        const float *y = targets + (size_t)chosen[i] * target_stride;
        float *s = z + i * stride;
        for (size_t j = 0; j < columns; j++) {
            int seen = y[j] == y[j];
            float difference = s[j] + bias[j] - y[j];
            float slope = seen ? 2.0f * difference * coefficients[j] : 0.0f;
            s[j] = slope;
            bias_gradient[j] += slope;
            losses[j] += seen ? difference * difference : 0.0f;
        }
    }
}

WIDE void lacuna_categorical_table(size_t rows, size_t columns, size_t classes, size_t target_stride,
                                   const int32_t *chosen, const float *targets, const float *class_weights, size_t stride,
                                   const float *restrict bias, const float *restrict coefficients, float *restrict z,
                                   float *restrict losses, float *restrict bias_gradient) {
    for (size_t i = 0; i < rows; i++) {
        const float *y = targets + (size_t)chosen[i] * target_stride;
        for (size_t j = 0; j < columns; j++) {
            float *s = z + i * stride + j * classes;
            if (y[j] != y[j]) {
                memset(s, 0, classes * sizeof *s);
                continue;
            }
            size_t target = (size_t)y[j];
            const float *b = bias + j * classes;
            float *g = bias_gradient + j * classes;
            for (size_t c = 0; c < classes; c++) s[c] += b[c];
            losses[j] += categorical(classes, target, class_weights ? class_weights[target] : 1.0f, s);
            for (size_t c = 0; c < classes; c++) {
                s[c] *= coefficients[j];
                g[c] += s[c];
            }
        }
    }
}
