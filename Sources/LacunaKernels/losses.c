#include "common.h"

// Binary cross-entropy of one logit: loss P softplus(-z) + N softplus(z) and slope N sigma(z) - P sigma(-z), from one
// exponential. Both complements are calculated, so that a slope keeps its digits where a probability rounds to 1.
// An infinite logit gives a loss of infinity or NaN, never 0.
INLINE void binary(float z, float y, float positive_weight, float keep, float spread, float *loss, float *slope) {
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

// Softmax cross-entropy of class indices, for LANES slots at once: z [classes][LANES] becomes the slopes, written so that
// they keep their digits where p rounds to 1. Slots rather than classes go side by side, for there are few classes; enough
// of them to fill the time that a number's chain of operations takes.
enum { LANES = 32, MOST_CLASSES = LACUNA_MOST_TURNED_CLASSES };
// All of them at once where registers hold 16: what is left between one such loop and the next then stays in registers.
#define EACH_LANE _Pragma("clang loop interleave_count(2)") for (size_t l = 0; l < LANES; l++)

INLINE void categorical_lanes(size_t classes, const int32_t *restrict targets, const float *restrict weights,
                                     float (*restrict z)[LANES], float *restrict losses) {
    FAST
    float largest[LANES], own[LANES], strange[LANES] = {0}, others[LANES] = {0}, wrong[LANES] = {0}, share[LANES];
    int32_t top[LANES] = {0};
    memcpy(largest, z[0], sizeof largest);
    memcpy(own, z[0], sizeof own);
    for (size_t c = 0; c < classes; c++)
        EACH_LANE {
            float value = z[c][l];
            int32_t number = (int32_t)c;
            top[l] = value > largest[l] ? number : top[l];
            largest[l] = value > largest[l] ? value : largest[l];
            own[l] = number == targets[l] ? value : own[l];
            strange[l] += value - value;
        }
    // The likeliest class has the exponential 1 and is left out of the sum, for the logarithm to keep its digits.
    for (size_t c = 0; c < classes; c++)
        EACH_LANE {
            float power = exponential(z[c][l] - largest[l]);
            int32_t number = (int32_t)c;
            z[c][l] = power;
            others[l] += number == top[l] ? 0.0f : power;
            wrong[l] += number == targets[l] ? 0.0f : power;
        }
    EACH_LANE {
        share[l] = weights[l] / (1.0f + others[l]);
        losses[l] = weights[l] * (largest[l] - own[l] + log_of_one_plus(others[l])) + strange[l];
    }
    for (size_t c = 0; c < classes; c++)
        EACH_LANE z[c][l] = (targets[l] == (int32_t)c ? -wrong[l] : z[c][l]) * share[l];
}

_Static_assert(LANES == 2 * CHUNK, "total adds two chunks");
// The sum of all lanes, by halves.
INLINE float total(const float *lanes) {
    typedef float four __attribute__((vector_size(16)));
    chunk low, high;
    LOAD(low, lanes);
    LOAD(high, lanes + CHUNK);
    low += high;
    eight e = __builtin_shufflevector(low, low, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(low, low, 8, 9, 10, 11, 12, 13, 14, 15);
    four f = __builtin_shufflevector(e, e, 0, 1, 2, 3) + __builtin_shufflevector(e, e, 4, 5, 6, 7);
    return (f[0] + f[2]) + (f[1] + f[3]);
}

// A block of cells of one binary column, whose scores become gradients; sums by lane are added to. A missing target is NaN.
INLINE void binary_cells(const float *restrict y, float bias, float coefficient, float positive_weight, float smoothing,
                         float *restrict lanes, float *restrict loss_lanes, float *restrict slope_lanes) {
    FAST
    float keep = 1.0f - smoothing, spread = 0.5f * smoothing;
    EACH_LANE {
        int seen = y[l] == y[l];
        float loss, slope;
        binary(lanes[l] + bias, seen ? y[l] : 0.0f, positive_weight, keep, spread, &loss, &slope);
        lanes[l] = seen ? slope * coefficient : 0.0f;
        slope_lanes[l] += lanes[l];
        loss_lanes[l] += seen ? loss : 0.0f;
    }
}

// The same of one categorical column.
INLINE void categorical_cells(size_t classes, const float *restrict y, const float *class_weights, const float *restrict bias,
                              float coefficient, float (*restrict lanes)[LANES], float *restrict loss_lanes,
                              float (*restrict slope_lanes)[LANES]) {
    FAST
    float weights[LANES], loss[LANES];
    int32_t target[LANES], seen[LANES];
    EACH_LANE {
        seen[l] = y[l] == y[l];
        target[l] = seen[l] ? (int32_t)y[l] : 0;
        weights[l] = 1.0f;
    }
    for (size_t l = 0; class_weights && l < LANES; l++) weights[l] = class_weights[target[l]];
    for (size_t c = 0; c < classes; c++) EACH_LANE lanes[c][l] += bias[c];
    categorical_lanes(classes, target, weights, lanes, loss);
    EACH_LANE loss_lanes[l] += seen[l] ? loss[l] : 0.0f;
    for (size_t c = 0; c < classes; c++)
        EACH_LANE {
            lanes[c][l] = seen[l] ? lanes[c][l] * coefficient : 0.0f;
            slope_lanes[c][l] += lanes[c][l];
        }
}

// Lanes of a column of rows first ..< first + count; lanes beyond hold 0. A whole block is made in registers: numbers
// written one by one and read as a vector stall it.
INLINE void bring(size_t first, size_t count, size_t column, size_t stride, const float *restrict z, float *restrict lanes) {
    if (count == LANES) {
        for (size_t l = 0; l < LANES; l++) lanes[l] = z[(first + l) * stride + column];
        return;
    }
    memset(lanes, 0, LANES * sizeof *lanes);
    for (size_t l = 0; l < count; l++) lanes[l] = z[(first + l) * stride + column];
}

// The same of targets, of chosen rows; NaN beyond.
INLINE void bring_targets(size_t first, size_t count, size_t column, size_t stride, const int32_t *restrict chosen,
                          const float *restrict targets, float *restrict lanes) {
    if (count == LANES) {
        for (size_t l = 0; l < LANES; l++) lanes[l] = targets[(size_t)chosen[first + l] * stride + column];
        return;
    }
    for (size_t l = 0; l < LANES; l++) lanes[l] = l < count ? targets[(size_t)chosen[first + l] * stride + column] : NAN;
}

// The same for one slot of any number of classes.
INLINE float categorical(size_t classes, size_t target, float weight, float *z) {
    size_t top = 0;
    float strange = 0;
    for (size_t c = 0; c < classes; c++) {
        if (z[c] > z[top]) top = c;
        strange += z[c] - z[c];
    }
    float largest = z[top], gap = largest - z[target], others = 0, wrong = 0;
    for (size_t c = 0; c < classes; c++) {
        z[c] = exponential(z[c] - largest);
        others += c == top ? 0.0f : z[c];
        wrong += c == target ? 0.0f : z[c];
    }
    float share = weight / (1.0f + others);
    for (size_t c = 0; c < classes; c++) z[c] *= share;
    z[target] = -wrong * share;
    return weight * (gap + log_of_one_plus(others)) + strange;
}

WIDE void lacuna_categorical(size_t n, size_t classes, const float *class_weights, const float *restrict targets,
                             float *restrict z, float *restrict losses) {
    size_t done = 0;
    for (; classes <= MOST_CLASSES && done < n; done += LANES) {
        float lanes[MOST_CLASSES][LANES], weights[LANES], loss[LANES];
        int32_t target[LANES] = {0};
        size_t count = n - done < LANES ? n - done : LANES;
        memset(lanes, 0, classes * sizeof lanes[0]);
        for (size_t l = 0; l < LANES; l++) weights[l] = 1.0f;
        for (size_t l = 0; l < count; l++) {
            target[l] = (int32_t)targets[done + l];
            if (class_weights) weights[l] = class_weights[target[l]];
            for (size_t c = 0; c < classes; c++) lanes[c][l] = z[(done + l) * classes + c];
        }
        categorical_lanes(classes, target, weights, lanes, loss);
        for (size_t l = 0; l < count; l++) {
            losses[done + l] = loss[l];
            for (size_t c = 0; c < classes; c++) z[(done + l) * classes + c] = lanes[c][l];
        }
    }
    for (; done < n; done++) {
        size_t target = (size_t)targets[done];
        losses[done] = categorical(classes, target, class_weights ? class_weights[target] : 1.0f, z + done * classes);
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

WIDE void lacuna_turn_targets(size_t rows, size_t columns, size_t target_stride, const int32_t *restrict chosen,
                              const float *restrict targets, float *restrict out, int32_t *restrict counts) {
    for (size_t i = 0; i < rows; i++) {
        const float *y = targets + (size_t)chosen[i] * target_stride;
        // Few columns, far apart: a vector of them would be made number by number.
        _Pragma("clang loop vectorize(disable)")
        for (size_t j = 0; j < columns; j++) out[j * rows + i] = y[j];
    }
    for (size_t j = 0; j < columns; j++) {
        int32_t count = 0;
        for (size_t i = 0; i < rows; i++) count += out[j * rows + i] == out[j * rows + i];
        counts[j] = count;
    }
}

WIDE void lacuna_binary_table(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen,
                              const float *targets, float positive_weight, float smoothing, int is_narrow, size_t stride,
                              const float *restrict bias, const float *restrict coefficients, float *restrict z,
                              float *restrict losses, float *restrict bias_gradient) {
    FAST
    // Few columns: rows go side by side.
    for (size_t j = 0; is_narrow && j < columns; j++) {
        float loss_lanes[LANES] = {0}, slope_lanes[LANES] = {0};
        for (size_t i = 0; i < rows; i += LANES) {
            size_t count = rows - i < LANES ? rows - i : LANES;
            float y[LANES], s[LANES];
            bring_targets(i, count, j, target_stride, chosen, targets, y);
            bring(i, count, j, stride, z, s);
            binary_cells(y, bias[j], coefficients[j], positive_weight, smoothing, s, loss_lanes, slope_lanes);
            for (size_t l = 0; l < count; l++) z[(i + l) * stride + j] = s[l];
        }
        losses[j] += total(loss_lanes);
        bias_gradient[j] += total(slope_lanes);
    }
    float keep = 1.0f - smoothing, spread = 0.5f * smoothing;
    for (size_t j0 = 0; !is_narrow && j0 < columns; j0 += TILE) {
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
    FAST
    for (size_t j = 0; j < columns; j++) {
        const float *b = bias + j * classes;
        float *g = bias_gradient + j * classes;
        size_t i0 = 0;
        if (classes <= MOST_CLASSES) {
            float loss_lanes[LANES] = {0}, slope_lanes[MOST_CLASSES][LANES];
            memset(slope_lanes, 0, classes * sizeof slope_lanes[0]);
            for (; i0 < rows; i0 += LANES) {
                float lanes[MOST_CLASSES][LANES], y[LANES];
                size_t count = rows - i0 < LANES ? rows - i0 : LANES;
                bring_targets(i0, count, j, target_stride, chosen, targets, y);
                for (size_t c = 0; c < classes; c++) bring(i0, count, j * classes + c, stride, z, lanes[c]);
                categorical_cells(classes, y, class_weights, b, coefficients[j], lanes, loss_lanes, slope_lanes);
                for (size_t l = 0; l < count; l++)
                    for (size_t c = 0; c < classes; c++) z[(i0 + l) * stride + j * classes + c] = lanes[c][l];
            }
            losses[j] += total(loss_lanes);
            for (size_t c = 0; c < classes; c++) g[c] += total(slope_lanes[c]);
        }
        for (; i0 < rows; i0++) {
            float y = targets[(size_t)chosen[i0] * target_stride + j], *s = z + i0 * stride + j * classes;
            if (y != y) {
                memset(s, 0, classes * sizeof *s);
                continue;
            }
            size_t target = (size_t)y;
            for (size_t c = 0; c < classes; c++) s[c] += b[c];
            losses[j] += categorical(classes, target, class_weights ? class_weights[target] : 1.0f, s);
            for (size_t c = 0; c < classes; c++) {
                s[c] *= coefficients[j];
                g[c] += s[c];
            }
        }
    }
}

// Lanes of a column whose rows lie side by side; `filler` beyond them, in a last, shorter block.
INLINE void bring_column(size_t count, const float *restrict z, float filler, float *restrict lanes) {
    // A copy of constant size stays in registers.
    if (count == LANES) {
        memcpy(lanes, z, LANES * sizeof *lanes);
        return;
    }
    for (size_t l = 0; l < LANES; l++) lanes[l] = filler;
    memcpy(lanes, z, count * sizeof *lanes);
}

INLINE void put_column(size_t count, const float *restrict lanes, float *restrict z) {
    if (count == LANES) memcpy(z, lanes, LANES * sizeof *lanes);
    else memcpy(z, lanes, count * sizeof *lanes);
}

WIDE void lacuna_binary_turned(size_t rows, size_t columns, size_t target_step, const float *restrict targets, float positive_weight,
                               float smoothing, const float *restrict bias, const float *restrict coefficients, float *restrict z,
                               float *restrict losses, float *restrict bias_gradient) {
    FAST
    for (size_t j = 0; j < columns; j++) {
        float loss_lanes[LANES] = {0}, slope_lanes[LANES] = {0};
        for (size_t i = 0; i < rows; i += LANES) {
            size_t count = rows - i < LANES ? rows - i : LANES;
            float y[LANES], s[LANES];
            bring_column(count, targets + j * target_step + i, NAN, y);
            bring_column(count, z + j * rows + i, 0, s);
            binary_cells(y, bias[j], coefficients[j], positive_weight, smoothing, s, loss_lanes, slope_lanes);
            put_column(count, s, z + j * rows + i);
        }
        losses[j] += total(loss_lanes);
        bias_gradient[j] += total(slope_lanes);
    }
}

WIDE void lacuna_squared_turned(size_t rows, size_t columns, size_t target_step, const float *restrict targets,
                                const float *restrict bias, const float *restrict coefficients, float *restrict z,
                                float *restrict losses, float *restrict bias_gradient) {
    FAST
    for (size_t j = 0; j < columns; j++) {
        float *s = z + j * rows, loss_sum = 0, slope_sum = 0;
        const float *y = targets + j * target_step;
        for (size_t i = 0; i < rows; i++) {
            int seen = y[i] == y[i];
            float difference = s[i] + bias[j] - y[i];
            float slope = seen ? 2.0f * difference * coefficients[j] : 0.0f;
            s[i] = slope;
            slope_sum += slope;
            loss_sum += seen ? difference * difference : 0.0f;
        }
        losses[j] += loss_sum;
        bias_gradient[j] += slope_sum;
    }
}

// One objective. Where the compiler knows the number of classes, a block stays in registers.
INLINE void categorical_column(size_t classes, size_t rows, const float *restrict targets, const float *class_weights,
                               const float *restrict bias, float coefficient, float *restrict z, float *restrict loss_sum,
                               float *restrict bias_gradient) {
    float loss_lanes[LANES] = {0}, slope_lanes[MOST_CLASSES][LANES];
    memset(slope_lanes, 0, classes * sizeof slope_lanes[0]);
    for (size_t i = 0; i < rows; i += LANES) {
        size_t count = rows - i < LANES ? rows - i : LANES;
        float y[LANES], lanes[MOST_CLASSES][LANES];
        bring_column(count, targets + i, NAN, y);
        for (size_t c = 0; c < classes; c++) bring_column(count, z + c * rows + i, 0, lanes[c]);
        categorical_cells(classes, y, class_weights, bias, coefficient, lanes, loss_lanes, slope_lanes);
        for (size_t c = 0; c < classes; c++) put_column(count, lanes[c], z + c * rows + i);
    }
    *loss_sum += total(loss_lanes);
    for (size_t c = 0; c < classes; c++) bias_gradient[c] += total(slope_lanes[c]);
}

WIDE void lacuna_categorical_turned(size_t rows, size_t columns, size_t classes, size_t target_step, const float *restrict targets,
                                    const float *class_weights, const float *restrict bias, const float *restrict coefficients,
                                    float *restrict z, float *restrict losses, float *restrict bias_gradient) {
    for (size_t j = 0; j < columns; j++) {
        const float *y = targets + j * target_step, *b = bias + j * classes;
        float *s = z + j * classes * rows, *g = bias_gradient + j * classes;
        switch (classes) {
        case 2: categorical_column(2, rows, y, class_weights, b, coefficients[j], s, losses + j, g); break;
        case 3: categorical_column(3, rows, y, class_weights, b, coefficients[j], s, losses + j, g); break;
        case 4: categorical_column(4, rows, y, class_weights, b, coefficients[j], s, losses + j, g); break;
        default: categorical_column(classes, rows, y, class_weights, b, coefficients[j], s, losses + j, g);
        }
    }
}
