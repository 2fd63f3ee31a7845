// Calls every kernel with sizes that vector code gets wrong (0, 1, primes, one more than a power of two), with NaN and
// infinity among the numbers, and with blocks of memory that end exactly where the kernel should stop. Built and run
// by Scripts/sanitize.sh under AddressSanitizer and UndefinedBehaviorSanitizer, which turn a wrong access into an exit.
#include "../../Sources/LacunaKernels/common.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129};
enum { SIZES = sizeof sizes / sizeof *sizes };

static uint64_t state = 42;
static uint32_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

// A block of exactly n floats; some are special when `wild`.
static float *floats(size_t n, int wild) {
    static const float special[] = {NAN, INFINITY, -INFINITY, 3.4e38f, -3.4e38f, 1e-45f, -0.0f, 88.8f, -88.8f, 1e4f};
    float *x = malloc(n * sizeof(float) + (n == 0));
    for (size_t i = 0; i < n; i++)
        x[i] = wild && next() % 4 == 0 ? special[next() % 10] : (float)(next() % 2001) / 1000.0f - 1.0f;
    return x;
}

static int32_t *indices(size_t n, size_t below) {
    int32_t *x = malloc(n * sizeof(int32_t) + (n == 0));
    for (size_t i = 0; i < n; i++) x[i] = (int32_t)(next() % below);
    return x;
}

static int failures = 0;
static void check(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "%s\n", what);
    failures++;
}

static void elementwise(size_t n, int wild) {
    float *z = floats(n, wild), *a = floats(n, 0), *d = floats(n, wild);
    for (lacuna_activation k = LACUNA_RELU; k <= LACUNA_TANH; k++) {
        lacuna_activate(k, n, z, a);
        for (size_t i = 0; i < n; i++) check(!isnan(z[i]) || isnan(a[i]), "an activation swallowed a NaN");
        lacuna_activate_backward(k, n, z, a, d);
        for (size_t i = 0; i < n; i++) check(!isnan(z[i]) || isnan(d[i]), "an activation's slope swallowed a NaN");
    }
    lacuna_activate(LACUNA_RELU, n, z, z);
    lacuna_activate(LACUNA_TANH, n, z, z);
    lacuna_dropout(n, 0x123456789abcdef0u, 0x40000000u, 1.25f, d);
    lacuna_dropout(n, 0, 0xffffffffu, 1, d);
    int finite = 1;
    for (size_t i = 0; i < n; i++) finite &= isfinite(z[i]) != 0;
    check(!lacuna_all_finite(n, z) == !finite, "all_finite is wrong");
    (void)lacuna_sum_of_squares(n, z);
    float *p = floats(n, wild), *m = floats(n, 0), *v = floats(n, 0);
    lacuna_adam_numbers k = {0.9f, 0.1f, 0.999f, 0.001f, 1e-7f, 0.01f, 31.6f, 1, 0.1f, 0.999f};
    lacuna_adam(n, p, d, m, v, &k);
    lacuna_sgd(n, p, d, m, 0.01f, 0.9f, 0, 0.5f, 0.1f);
    lacuna_sgd(n, p, d, m, 0.01f, 0.9f, 1, 1, 0);
    free(z); free(a); free(d); free(p); free(m); free(v);
}

static void norms(size_t rows, size_t columns, int wild) {
    size_t n = rows * columns;
    float *x = floats(n, wild), *y = floats(n, 0), *xhat = floats(n, 0), *d = floats(n, wild);
    float *gamma = floats(columns, 0), *beta = floats(columns, 0), *dgamma = floats(columns, 0), *dbeta = floats(columns, 0);
    float *mean = floats(columns, 0), *variance = floats(columns, 0), *inverse = floats(columns, 0), *byRow = floats(rows, 0);
    lacuna_add_bias(rows, columns, beta, x);
    lacuna_column_sums(rows, columns, x, 0, mean);
    lacuna_column_sums(rows, columns, x, 1, mean);
    lacuna_layer_norm(rows, columns, 1e-3f, x, gamma, beta, xhat, byRow, y);
    lacuna_layer_norm_backward(rows, columns, xhat, byRow, gamma, d, dgamma, dbeta);
    lacuna_layer_norm(rows, columns, 1e-3f, y, gamma, beta, xhat, byRow, y);
    lacuna_batch_norm(rows, columns, 1e-3f, x, gamma, beta, mean, variance, inverse, xhat, y);
    for (size_t j = 0; j < columns && rows == 1 && !wild; j++)
        check(isfinite(y[j]) && variance[j] == 0, "batch norm of one row is not finite");
    lacuna_batch_norm_backward(rows, columns, xhat, inverse, gamma, d, dgamma, dbeta);
    lacuna_batch_norm(rows, columns, 1e-3f, x, gamma, beta, mean, variance, inverse, xhat, x);
    for (size_t j = 0; j < columns; j++) variance[j] = fabsf(variance[j]);
    lacuna_batch_norm_inference(rows, columns, 1e-3f, x, gamma, beta, mean, variance, x);
    float *together = floats(rows * columns, 0), *apart = malloc(rows * columns * sizeof(float) + 1);
    float *sumsTogether = calloc(columns + 1, sizeof(float)), *sumsApart = calloc(columns + 1, sizeof(float));
    memcpy(apart, together, rows * columns * sizeof(float));
    lacuna_relu_backward_sums(rows, columns, 0, columns / 2, x, together, 0, sumsTogether);
    lacuna_relu_backward_sums(rows, columns, columns / 2, columns, x, together, 0, sumsTogether);
    lacuna_activate_backward(LACUNA_RELU, rows * columns, x, x, apart);
    lacuna_column_sums(rows, columns, apart, 0, sumsApart);
    check(memcmp(together, apart, rows * columns * sizeof(float)) == 0, "relu's slopes and sums in one pass are others");
    check(memcmp(sumsTogether, sumsApart, columns * sizeof(float)) == 0, "relu's sums in one pass are others");
    // Slopes that are 0 stay so, and all others are their own: a second pass adds the same sums again.
    lacuna_relu_backward_sums(rows, columns, 0, columns, x, together, 1, sumsTogether);
    lacuna_column_sums(rows, columns, apart, 1, sumsApart);
    check(memcmp(sumsTogether, sumsApart, columns * sizeof(float)) == 0, "relu's sums are not added to");
    free(together); free(apart); free(sumsTogether); free(sumsApart);
    free(x); free(y); free(xhat); free(d); free(gamma); free(beta); free(dgamma); free(dbeta);
    free(mean); free(variance); free(inverse); free(byRow);
}

// Small products in all three ways that their operands stand, with and without what follows them.
static void smallProducts(size_t m, size_t n, size_t k, int wild) {
    float *a = floats(m * k, wild), *byRow = floats(n * k, wild);
    float *b = malloc(k * n * sizeof(float) + 1), *turned = malloc(m * k * sizeof(float) + 1), *bias = floats(n, wild);
    float *plain = floats(m * n, 0), *turnedProduct = floats(m * n, 0), *relu = floats(m * n, 0), *dots = floats(m * n, 0);
    for (size_t l = 0; l < k; l++) {
        for (size_t j = 0; j < n; j++) b[l * n + j] = byRow[j * k + l];
        for (size_t i = 0; i < m; i++) turned[l * m + i] = a[i * k + l];
    }
    lacuna_product(m, n, k, a, k, 1, b, NULL, 0, plain);
    lacuna_product(m, n, k, turned, 1, m, b, NULL, 0, turnedProduct);
    lacuna_product(m, n, k, a, k, 1, b, bias, 1, relu);
    lacuna_product_of_rows(m, n, k, a, byRow, dots);
    for (size_t i = 0; i < m && !wild; i++)
        for (size_t j = 0; j < n; j++) {
            size_t at = i * n + j;
            double sum = 0;
            for (size_t l = 0; l < k; l++) sum += (double)a[i * k + l] * (double)b[l * n + j];
            check(fabs(sum - (double)plain[at]) < 1e-3, "a small product is wrong");
            check(plain[at] == turnedProduct[at], "a small product depends on how its operand stands");
            check(fabs(sum - (double)dots[at]) < 1e-3, "a small product of rows is wrong");
            float next = plain[at] + bias[j];
            check(relu[at] == (next < 0 ? 0 : next), "what follows a small product is wrong");
        }
    free(a); free(byRow); free(b); free(turned); free(bias); free(plain); free(turnedProduct); free(relu); free(dots);
}

// Few outputs, back in one pass: first replacing what stands in the gradients, then adding to it, with and without a relu below.
static void narrow(size_t rows, size_t scores, size_t H, const float *source, const float *weight, const float *g, int wild) {
    float *hidden = malloc(rows * H * sizeof(float) + 1), *dweight = floats(scores * H, 1), *dhidden = floats(rows * H, 1);
    float *plain = floats(rows * H, 1), *sums = floats(H, 1), *apart = calloc(H + 1, sizeof(float)), *once = calloc(scores * H + 1, sizeof(float));
    lacuna_activate(LACUNA_RELU, rows * H, source, hidden);
    lacuna_narrow_backward(rows, scores, H, hidden, weight, g, 0, once, plain, 0, NULL);
    lacuna_narrow_backward(rows, scores, H, hidden, weight, g, 0, dweight, dhidden, 0, sums);
    for (size_t i = 0; i < rows && !wild; i++)
        for (size_t j = 0; j < H; j++) {
            double sum = 0;
            for (size_t c = 0; c < scores; c++) sum += (double)g[c * rows + i] * (double)weight[c * H + j];
            check(fabs(sum - (double)plain[i * H + j]) < 1e-3 * (1 + fabs(sum)), "a narrow gradient of hidden values is wrong");
        }
    for (size_t c = 0; c < scores && !wild; c++)
        for (size_t j = 0; j < H; j++) {
            double sum = 0;
            for (size_t i = 0; i < rows; i++) sum += (double)g[c * rows + i] * (double)hidden[i * H + j];
            check(fabs(sum - (double)once[c * H + j]) < 1e-3 * (1 + fabs(sum)), "a narrow gradient of weights is wrong");
            check(once[c * H + j] == dweight[c * H + j], "a relu below changes a narrow gradient of weights");
        }
    lacuna_relu_backward_sums(rows, H, 0, H, hidden, plain, 0, apart);
    for (size_t at = 0; at < rows * H; at++) {
        check(hidden[at] == hidden[at] || dhidden[at] != dhidden[at], "a relu's way back loses a NaN");
        check(wild || plain[at] == dhidden[at], "a relu below is taken along wrongly");
    }
    for (size_t j = 0; j < H && !wild; j++)
        check(fabsf(sums[j] - apart[j]) < 1e-4f * (1 + fabsf(apart[j])), "sums below a relu are wrong");
    lacuna_narrow_backward(rows, scores, H, hidden, weight, g, 1, dweight, dhidden, 1, sums);
    for (size_t at = 0; at < scores * H && !wild; at++)
        check(fabsf(dweight[at] - 2 * once[at]) < 1e-3f * (1 + fabsf(once[at])), "a narrow gradient is not added to");
    for (size_t j = 0; j < H && !wild; j++)
        check(fabsf(sums[j] - 2 * apart[j]) < 1e-3f * (1 + fabsf(apart[j])), "sums below a relu are not added to");
    free(hidden); free(dweight); free(dhidden); free(plain); free(sums); free(apart); free(once);
}

// A kernel that moves where its gradient is made, against the gradient and the step apart; some of its rows, then the others.
static void kernelMoves(size_t rows, size_t inputs, size_t outputs, int wild) {
    size_t n = inputs * outputs, strips = (inputs + LACUNA_STRIP - 1) / LACUNA_STRIP, others = (outputs + LACUNA_STRIP - 1) / LACUNA_STRIP;
    lacuna_adam_numbers k = {0.9f, 0.1f, 0.999f, 0.001f, 1e-8f, 0.01f, 1.5f, 1, 0.1f, 0.99f};
    float *x = floats(rows * inputs, wild), *d = floats(rows * outputs, wild), *p[2], *m[2], *v[2];
    float *xs = malloc((strips * rows * LACUNA_STRIP + 1) * sizeof(float)), *ds = malloc((others * rows * LACUNA_STRIP + 1) * sizeof(float));
    float *gradient = calloc(n + 1, sizeof(float));
    p[0] = floats(n, wild); m[0] = floats(n, 0); v[0] = calloc(n + 1, sizeof(float));
    p[1] = malloc(n * sizeof(float) + 1); m[1] = malloc(n * sizeof(float) + 1); v[1] = calloc(n + 1, sizeof(float));
    memcpy(p[1], p[0], n * sizeof(float)); memcpy(m[1], m[0], n * sizeof(float));
    lacuna_strips(rows, inputs, 0, strips / 2, x, xs);
    lacuna_strips(rows, inputs, strips / 2, strips, x, xs);
    lacuna_strips(rows, outputs, 0, others, d, ds);
    size_t half = inputs / 8 * 4;
    lacuna_kernel_adam(rows, outputs, 0, half, xs, ds, &k, p[0], m[0], v[0]);
    lacuna_kernel_adam(rows, outputs, half, inputs, xs, ds, &k, p[0], m[0], v[0]);
    lacuna_product(inputs, outputs, rows, x, 1, inputs, d, NULL, 0, gradient);
    lacuna_adam(n, p[1], gradient, m[1], v[1], &k);
    for (size_t at = 0; at < n && !wild; at++)
        check(fabsf(p[0][at] - p[1][at]) < 1e-4f && fabsf(m[0][at] - m[1][at]) < 1e-4f && fabsf(v[0][at] - v[1][at]) < 1e-4f,
              "a kernel moves otherwise than by its gradient");
    for (int i = 0; i < 2; i++) { free(p[i]); free(m[i]); free(v[i]); }
    free(x); free(d); free(xs); free(ds); free(gradient);
}

static void rowsAndHeads(size_t count, size_t width, size_t H, size_t total, int wild) {
    int32_t *rows = indices(count, total);
    float *hidden = floats(total * H, wild), *gathered = floats(count * H, 0), *dhidden = floats(total * H, 0);
    lacuna_gather(count, H, rows, hidden, gathered);
    check(count * H == 0 || memcmp(gathered, hidden + (size_t)rows[0] * H, H * sizeof(float)) == 0, "gather is wrong");
    lacuna_scatter_add(count, H, rows, gathered, dhidden);
    float *weight = floats(width * H, wild), *out = floats(count * width, 0), *dweight = floats(width * H, 0);
    lacuna_observed_scores(count, width, H, rows, hidden, weight, out);
    if (width > 0) narrow(count, width, H, gathered, weight, out, wild);
    // One slot's columns stand at the end of a wider matrix, as the last objective's do.
    size_t stride = width + 3;
    float *scores = floats(total * stride, wild);
    lacuna_pack(count, width, stride, 1, rows, scores + 3, out);
    lacuna_unpack(count, width, stride, 1, rows, out, scores + 3);
    lacuna_pack(count, width, 1, total, rows, scores + 3 * total, out);
    lacuna_unpack(count, width, 1, total, rows, out, scores + 3 * total);
    free(rows); free(hidden); free(gathered); free(dhidden); free(weight); free(out); free(dweight);
    free(scores);
}

// Labels of some slots in a batch: from entries to gradients, against sums in double where the numbers are tame.
static void heads(size_t total, size_t slots, size_t width, size_t H, int wild) {
    ptrdiff_t *starts = malloc((total + 1) * sizeof(ptrdiff_t));
    int32_t *labelled = malloc((total * slots + 1) * sizeof(int32_t));
    size_t stored = 0;
    for (size_t r = 0; r < total; r++) {
        starts[r] = (ptrdiff_t)stored;
        for (size_t k = 0; k < slots; k++)
            if (next() % 3 == 0) labelled[stored++] = (int32_t)k;
    }
    starts[total] = (ptrdiff_t)stored;
    size_t rows = total + 2;
    int32_t *chosen = indices(rows, total), *counts = calloc(slots, sizeof(int32_t));
    int32_t *touched = malloc((slots + 1) * sizeof(int32_t)), *places = calloc(slots, sizeof(int32_t));
    float *targets = malloc((stored + 1) * sizeof(float)), *table = malloc(total * slots * sizeof(float) + 1);
    for (size_t i = 0; i < total * slots; i++) table[i] = NAN;
    for (size_t r = 0; r < total; r++)
        for (ptrdiff_t e = starts[r]; e < starts[r + 1]; e++)
            table[r * slots + (size_t)labelled[e]] = targets[e] = (float)(next() % (width > 1 ? width : 2));
    size_t found = lacuna_count_entries(rows, chosen, starts, labelled, counts, touched);
    int32_t *again = calloc(slots, sizeof(int32_t));
    lacuna_count_targets(rows, slots, slots, chosen, table, again);
    check(memcmp(counts, again, slots * sizeof(int32_t)) == 0, "a table counts other labels than lists");
    float *turnedTargets = malloc(rows * slots * sizeof(float) + 1);
    memset(again, 0, slots * sizeof(int32_t));
    lacuna_turn_targets(rows, slots, slots, chosen, table, turnedTargets, again);
    check(memcmp(counts, again, slots * sizeof(int32_t)) == 0, "turned targets are counted otherwise");
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < slots; k++)
            check(memcmp(turnedTargets + k * rows + i, table + (size_t)chosen[i] * slots + k, sizeof(float)) == 0, "a target is turned wrongly");
    free(turnedTargets);

    lacuna_segment *segments = malloc((slots + 1) * sizeof *segments);
    int32_t *objectives = malloc(slots * sizeof(int32_t));
    size_t n = 0, count = 0;
    for (size_t k = 0; k < slots; k++) {
        objectives[k] = (int32_t)(k / 2);
        places[k] = (int32_t)count;
        if (!counts[k]) continue;
        segments[n] = (lacuna_segment){(int32_t)k, (int32_t)count, counts[k], (int32_t)(n * width), (int32_t)(n * width)};
        count += (size_t)counts[k];
        n++;
    }
    check(n == found, "another number of slots than were touched");
    memset(again, 0, slots * sizeof(int32_t));
    int32_t part = (int32_t)(slots / 2);
    lacuna_add_counts(rows, chosen, 0, part, starts, labelled, again);
    lacuna_add_counts(rows, chosen, part, (int32_t)slots, starts, labelled, again);
    check(memcmp(counts, again, slots * sizeof(int32_t)) == 0, "counting without a list counts otherwise");
    int32_t *entryRows = malloc((count + 1) * sizeof(int32_t));
    float *own = malloc((count + 1) * sizeof(float)), *weights = floats(stored, 0), *ownWeights = malloc((count + 1) * sizeof(float));
    lacuna_place_entries(rows, chosen, 0, part, starts, labelled, targets, weights, places, entryRows, own, ownWeights);
    lacuna_place_entries(rows, chosen, part, (int32_t)slots, starts, labelled, targets, weights, places, entryRows, own, ownWeights);
    float *hidden = floats(rows * H, wild), *matrix = floats(slots * width * H, wild), *bias = floats(slots * width, 0);
    float *packed = malloc(count * width * sizeof(float) + 1), *losses = malloc(count * sizeof(float) + 1);
    float *coefficients = floats(slots, 0), *db = calloc(n * width + 1, sizeof(float));
    double *sums = malloc((n + 1) * sizeof(double));
    lacuna_run_scores(segments, n, 0, width, H, entryRows, hidden, matrix, packed);
    lacuna_run_biases(segments, n, 0, width, bias, packed);
    if (width == 1)
        lacuna_binary(count, 1.5f, 0.1f, own, packed, losses);
    else
        lacuna_categorical(count, width, NULL, own, packed, losses);
    (void)lacuna_run_weigh(segments, n, width, next() % 2 ? ownWeights : NULL, objectives, coefficients, losses, packed, db, sums);
    size_t panels = (H + LACUNA_PANEL - 1) / LACUNA_PANEL, area = panels * rows * LACUNA_PANEL;
    float *panel = floats(area, 1), *dpanel = calloc(area + 1, sizeof(float)), *dhidden = calloc(rows * H + 1, sizeof(float));
    float *dweight = calloc(n * width * H + 1, sizeof(float));
    for (size_t p = 0; p < panels; p++) {
        lacuna_panels(rows, H, p, p + 1, hidden, panel);
        lacuna_run_backward(segments, n, 0, width, H, rows, p, p + 1, entryRows, panel, matrix, packed, dweight, dpanel);
        lacuna_unite_panels(rows, H, p, p + 1, dpanel, dhidden);
    }
    for (size_t k = 0; k < n && !wild; k++)
        for (size_t c = 0; c < width; c++)
            for (size_t j = 0; j < H; j++) {
                double sum = 0;
                for (int32_t e = segments[k].start; e < segments[k].start + segments[k].count; e++)
                    sum += (double)packed[(size_t)e * width + c] * (double)hidden[(size_t)entryRows[e] * H + j];
                check(fabs(sum - (double)dweight[(k * width + c) * H + j]) < 1e-3, "a gradient of weights is wrong");
            }
    // The pass that moves the rows itself, against a step with the gradients of the other.
    lacuna_adam_numbers adam = {0.9f, 0.1f, 0.999f, 0.001f, 1e-7f, 0, 0, 1, 0.01f, 0.99f};
    lacuna_adam_pace *paces = malloc((n + 1) * sizeof *paces);
    size_t all = slots * width * H;
    float *moved = malloc(all * sizeof(float) + 1), *m = calloc(all + 1, sizeof(float)), *v = calloc(all + 1, sizeof(float));
    float *waited = malloc(all * sizeof(float) + 1), *m2 = calloc(all + 1, sizeof(float)), *v2 = calloc(all + 1, sizeof(float));
    float *dpanel2 = calloc(area + 1, sizeof(float)), *mb = calloc(slots * width, sizeof(float)), *vb = calloc(slots * width, sizeof(float));
    memcpy(moved, matrix, all * sizeof(float));
    memcpy(waited, matrix, all * sizeof(float));
    for (size_t k = 0; k < n; k++) {
        paces[k] = (lacuna_adam_pace){0.01f / (float)(k + 1), 1.5f};
        adam.pace = paces[k].pace;
        adam.inverse2 = paces[k].inverse2;
        size_t at = (size_t)segments[k].slot * width * H;
        lacuna_adam(width * H, waited + at, dweight + k * width * H, m2 + at, v2 + at, &adam);
    }
    for (size_t p = 0; p < panels; p++)
        lacuna_run_backward_adam(segments, n, 0, width, H, rows, p, p + 1, entryRows, panel, packed, dpanel2, &adam, paces, moved, m, v);
    for (size_t i = 0; i < all && !wild; i++)
        check(fabsf(moved[i] - waited[i]) < 1e-5f && fabsf(m[i] - m2[i]) < 1e-4f, "a row that moves at once moves otherwise");
    for (size_t i = 0; i < area && !wild; i++) check(fabsf(dpanel[i] - dpanel2[i]) < 1e-4f, "a gradient of hidden values differs");
    for (size_t i = 0; i < all && !wild; i++) check(fabsf(v[i] - v2[i]) < 1e-4f, "a row that moves at once has another second moment");
    float *biasBefore = malloc(slots * width * sizeof(float) + 1), mw[64] = {0}, vw[64] = {0};
    memcpy(biasBefore, bias, slots * width * sizeof(float));
    lacuna_run_adam_biases(segments, n, 0, width, db, &adam, paces, bias, mb, vb);
    for (size_t k = 0; k < n && width <= 64 && !wild; k++) {
        size_t at = (size_t)segments[k].slot * width;
        adam.pace = paces[k].pace;
        adam.inverse2 = paces[k].inverse2;
        memset(mw, 0, sizeof mw);
        memset(vw, 0, sizeof vw);
        lacuna_adam(width, biasBefore + at, db + segments[k].logit, mw, vw, &adam);
        for (size_t c = 0; c < width; c++) check(fabsf(biasBefore[at + c] - bias[at + c]) < 1e-5f, "a bias moves otherwise");
    }
    free(biasBefore);
    free(paces); free(moved); free(m); free(v); free(waited); free(m2); free(v2); free(dpanel2); free(mb); free(vb);
    float *z = floats(rows * slots * width, wild), *tableLosses = calloc(slots, sizeof(float));
    float *tableBias = calloc(slots * width, sizeof(float));
    if (width == 1) {
        lacuna_binary_table(rows, slots, slots, chosen, table, 1.5f, 0.1f, (int)(next() % 2), slots, bias, coefficients, z, tableLosses,
                            tableBias);
        lacuna_squared_table(rows, slots, slots, chosen, table, slots, bias, coefficients, z, tableLosses, tableBias);
        lacuna_squared(count, own, packed, losses);
    } else {
        lacuna_categorical_table(rows, slots, width, slots, chosen, table, NULL, slots * width, bias, coefficients, z,
                                 tableLosses, tableBias);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < slots; k++)
            for (size_t c = 0; c < width; c++)
                check(!isnan(table[(size_t)chosen[i] * slots + k]) || z[(i * slots + k) * width + c] == 0,
                      "a missing label has a gradient");
    free(starts); free(labelled); free(chosen); free(counts); free(touched); free(places); free(targets); free(table);
    free(again); free(segments); free(objectives); free(entryRows); free(own); free(weights); free(ownWeights);
    free(hidden); free(matrix); free(bias); free(packed); free(losses); free(coefficients); free(db); free(sums);
    free(panel); free(dpanel); free(dhidden); free(dweight); free(z); free(tableLosses); free(tableBias);
}

// Both losses against double, over logits of every size.
static void lossesAgainstDouble(void) {
    for (float z = -80; z < 80; z += 0.37f)
        for (int y = 0; y < 2; y++) {
            float slope = z, loss, target = (float)y, three[3] = {z, 0.5f, -1}, other;
            lacuna_binary(1, 1, 0, &target, &slope, &loss);
            double exact = log1p(exp(y ? -(double)z : (double)z));
            double p = y ? -1 / (1 + exp((double)z)) : 1 / (1 + exp(-(double)z));
            check(fabs(exact - (double)loss) <= 4e-7 * exact, "binary cross-entropy is off");
            check(fabs(p - (double)slope) <= 4e-7 * fabs(p), "the slope of binary cross-entropy is off");
            lacuna_categorical(1, 3, NULL, &target, three, &other);
            double e[3] = {exp((double)z), exp(0.5), exp(-1)}, sum = e[0] + e[1] + e[2];
            double rest = e[1 - y] + e[2], cross = e[y] > rest ? log1p(rest / e[y]) : log(sum) - (y ? 0.5 : (double)z);
            check(fabs(cross - (double)other) <= 1e-6 * cross + 1e-12, "categorical cross-entropy is off");
            check(fabs(-rest / sum - (double)three[y]) <= 1e-6 * rest / sum, "the slope of categorical cross-entropy is off");
        }
}

// Blocks of rows that are whole, short and several; class counts on both sides of the blocks' limit.
static void categoricalBlocks(size_t rows, size_t classes) {
    int32_t *chosen = indices(rows, rows);
    float *table = malloc(rows * 2 * sizeof(float)), *z = floats(rows * classes, 0), *weights = malloc(classes * sizeof(float));
    float *listed = malloc(rows * classes * sizeof(float)), *targets = malloc(rows * sizeof(float)), *losses = calloc(rows, sizeof(float));
    float *bias = floats(classes, 0), *db = calloc(classes, sizeof(float)), coefficient = 0.5f, loss = 0;
    for (size_t c = 0; c < classes; c++) weights[c] = 0.5f + (float)(c % 3);
    for (size_t i = 0; i < rows * 2; i++) table[i] = next() % 3 ? (float)(next() % classes) : NAN;
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        float y = table[(size_t)chosen[i] * 2 + 1];
        if (y != y) continue;
        double total = 0, own = (double)z[i * classes + (size_t)y] + (double)bias[(size_t)y];
        for (size_t c = 0; c < classes; c++) {
            listed[n * classes + c] = z[i * classes + c] + bias[c];
            total += exp((double)z[i * classes + c] + (double)bias[c]);
        }
        sum += (double)weights[(size_t)y] * (log(total) - own);
        targets[n++] = y;
    }
    lacuna_categorical(n, classes, weights, targets, listed, losses);
    lacuna_categorical_table(rows, 1, classes, 2, chosen, table + 1, weights, classes, bias, &coefficient, z, &loss, db);
    double other = 0;
    for (size_t i = 0; i < n; i++) other += (double)losses[i];
    check(fabs(sum - (double)loss) <= 1e-5 * sum && fabs(sum - other) <= 1e-5 * sum, "categorical losses of blocks are off");
    n = 0;
    for (size_t i = 0; i < rows; i++) {
        float y = table[(size_t)chosen[i] * 2 + 1];
        for (size_t c = 0; c < classes; c++)
            check(y != y ? z[i * classes + c] == 0 : fabsf(z[i * classes + c] - coefficient * listed[n * classes + c]) < 1e-5f,
                  "a table's slopes are not those of a list");
        n += y == y;
    }
    free(chosen); free(table); free(z); free(weights); free(listed); free(targets); free(losses); free(bias); free(db);
}

// Few columns with rows side by side, and columns side by side: the same sums to rounding.
static void binaryBlocks(size_t rows, size_t columns) {
    int32_t *chosen = indices(rows, rows);
    float *table = malloc(rows * columns * sizeof(float)), *z = floats(rows * columns, 0), *other = malloc(rows * columns * sizeof(float));
    float *bias = floats(columns, 0), *coefficients = floats(columns, 0), *losses = calloc(columns, sizeof(float)), *db = calloc(columns, sizeof(float));
    float *losses2 = calloc(columns, sizeof(float)), *db2 = calloc(columns, sizeof(float));
    memcpy(other, z, rows * columns * sizeof(float));
    for (size_t i = 0; i < rows * columns; i++) table[i] = next() % 3 ? (float)(next() % 2) : NAN;
    lacuna_binary_table(rows, columns, columns, chosen, table, 2, 0.1f, 1, columns, bias, coefficients, z, losses, db);
    lacuna_binary_table(rows, columns, columns, chosen, table, 2, 0.1f, 0, columns, bias, coefficients, other, losses2, db2);
    for (size_t i = 0; i < rows * columns; i++) check(fabsf(z[i] - other[i]) < 1e-6f, "slopes differ with what goes side by side");
    for (size_t j = 0; j < columns; j++)
        check(fabsf(losses[j] - losses2[j]) < 1e-4f && fabsf(db[j] - db2[j]) < 1e-4f, "sums differ with what goes side by side");
    free(chosen); free(table); free(z); free(other); free(bias); free(coefficients); free(losses); free(db); free(losses2); free(db2);
}

// The same over turned scores and targets, of which only the first rows of each column are these rows' own: gradients equal to
// rounding, and neither scores nor targets beyond them touched.
static void turnedBlocks(size_t rows, size_t columns, size_t classes, int is_squared) {
    size_t step = rows + 3, n = rows * columns * classes;
    int32_t *chosen = malloc(rows * sizeof(int32_t));
    float *table = malloc(rows * columns * sizeof(float)), *turnedTable = malloc(step * columns * sizeof(float));
    float *z = floats(n, 0), *turnedScores = malloc(n * sizeof(float)), *weights = malloc(classes * sizeof(float));
    float *bias = floats(columns * classes, 0), *coefficients = floats(columns, 0);
    float *losses = calloc(columns, sizeof(float)), *db = calloc(columns * classes, sizeof(float));
    float *losses2 = calloc(columns, sizeof(float)), *db2 = calloc(columns * classes, sizeof(float));
    for (size_t c = 0; c < classes; c++) weights[c] = 0.5f + (float)(c % 3);
    for (size_t i = 0; i < step * columns; i++) turnedTable[i] = 1e30f;
    for (size_t i = 0; i < rows; i++) {
        chosen[i] = (int32_t)i;
        for (size_t j = 0; j < columns; j++) {
            float y = next() % 3 ? (float)(next() % (classes > 1 ? classes : 2)) : NAN;
            table[i * columns + j] = turnedTable[j * step + i] = y;
        }
        for (size_t c = 0; c < columns * classes; c++) turnedScores[c * rows + i] = z[i * columns * classes + c];
    }
    if (classes > 1) {
        lacuna_categorical_table(rows, columns, classes, columns, chosen, table, weights, columns * classes, bias, coefficients, z, losses, db);
        lacuna_categorical_turned(rows, columns, classes, step, turnedTable, weights, bias, coefficients, turnedScores, losses2, db2);
    } else if (is_squared) {
        lacuna_squared_table(rows, columns, columns, chosen, table, columns, bias, coefficients, z, losses, db);
        lacuna_squared_turned(rows, columns, step, turnedTable, bias, coefficients, turnedScores, losses2, db2);
    } else {
        lacuna_binary_table(rows, columns, columns, chosen, table, 2, 0.1f, 0, columns, bias, coefficients, z, losses, db);
        lacuna_binary_turned(rows, columns, step, turnedTable, 2, 0.1f, bias, coefficients, turnedScores, losses2, db2);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < columns * classes; c++)
            check(fabsf(turnedScores[c * rows + i] - z[i * columns * classes + c]) < 1e-5f, "turned slopes differ");
    for (size_t j = 0; j < columns; j++) check(fabsf(losses[j] - losses2[j]) < 1e-4f * (1 + losses[j]), "turned losses differ");
    for (size_t c = 0; c < columns * classes; c++) check(fabsf(db[c] - db2[c]) < 1e-4f, "turned sums differ");
    free(chosen); free(table); free(turnedTable); free(z); free(turnedScores); free(weights); free(bias); free(coefficients);
    free(losses); free(db); free(losses2); free(db2);
}

// In units of the last place of what a float can say of the exact value.
static double units(float value, double exact) {
    float near = (float)exact;
    return fabs((double)value - exact) / ((double)nextafterf(fabsf(near), INFINITY) - (double)fabsf(near));
}

static void logarithms(void) {
    check(log_of_one_plus(0) == 0 && log_one_plus(0) == 0, "the logarithm of 1 is not 0");
    for (float t = 1e-30f; t < 1e6f; t *= 1.0007f) {
        check(t > 1 || units(log_one_plus(t), log1p((double)t)) <= 2, "log(1 + t) is off by more than 2 ulp");
        check(units(log_of_one_plus(t), log1p((double)t)) <= 2, "log(1 + t) over all t is off by more than 2 ulp");
    }
    for (float t = nextafterf(1, 0); t < 1.000001f; t = nextafterf(t, 2))
        check(units(log_of_one_plus(t), log1p((double)t)) <= 2, "log(1 + t) is off by more than 2 ulp near 1");
    for (float x = -87; x < 88; x += 0.0013f)
        check(units(exponential(x), exp((double)x)) <= 2, "the exponential is off by more than 2 ulp");
}

static void addPart(void *context, int part) { ((int *)context)[part]++; }

static void pool(int threads) {
    int parts[8] = {0};
    lacuna_pool *pool = lacuna_pool_new(threads);
    for (int i = 0; i < 500; i++) lacuna_pool_run(pool, addPart, parts);
    lacuna_pool_free(pool);
    for (int i = 0; i < threads; i++) check(parts[i] == 500, "a part of the work was not done once each time");
}

static void sparse(size_t count, size_t outputs, size_t total, size_t width, int wild) {
    ptrdiff_t *starts = malloc((total + 1) * sizeof(ptrdiff_t));
    starts[0] = 0;
    for (size_t r = 0; r < total; r++) starts[r + 1] = starts[r] + (ptrdiff_t)(next() % 4);
    size_t stored = (size_t)starts[total];
    int32_t *rows = indices(count, total), *columns = indices(stored, width);
    float *values = floats(stored, wild), *kernel = floats(width * outputs, wild), *out = floats(count * outputs, 0);
    float *gradient = calloc(width * outputs + 1, sizeof(float));
    lacuna_sparse_forward(count, outputs, rows, starts, columns, values, kernel, out);
    for (size_t i = 0; i < count && !wild; i++)
        for (size_t j = 0; j < outputs; j++) {
            double sum = 0;
            for (ptrdiff_t e = starts[rows[i]]; e < starts[rows[i] + 1]; e++)
                sum += (double)values[e] * (double)kernel[(size_t)columns[e] * outputs + j];
            check(fabs(sum - (double)out[i * outputs + j]) < 1e-4, "the sparse product is wrong");
        }
    lacuna_sparse_backward(count, outputs, 0, outputs, rows, starts, columns, values, out, gradient);
    // The same gradient by column, used up where it is made.
    size_t n = width * outputs, elements = 0;
    for (size_t i = 0; i < count; i++) elements += (size_t)(starts[rows[i] + 1] - starts[rows[i]]);
    int32_t *byColumn = malloc((width + 2) * sizeof(int32_t)), *turnedRows = malloc(elements * sizeof(int32_t) + 1);
    float *turned = malloc(elements * sizeof(float) + 1), *moved = malloc(n * sizeof(float) + 1), *m = calloc(2 * n + 1, sizeof(float));
    float *v = calloc(2 * n + 1, sizeof(float));
    lacuna_adam_numbers k = {0.9f, 0.1f, 0.999f, 0.001f, 1e-8f, 0.01f, 1.5f, 1, 0.1f, 0.99f};
    lacuna_turn_rows(count, width, rows, starts, columns, values, byColumn, turnedRows, turned);
    check((size_t)byColumn[width] == elements, "elements are lost by column");
    memcpy(moved, kernel, n * sizeof(float));
    lacuna_sparse_adam(0, width / 2, outputs, byColumn, turnedRows, turned, out, &k, moved, m, v);
    lacuna_sparse_adam(width / 2, width, outputs, byColumn, turnedRows, turned, out, &k, moved, m, v);
    lacuna_adam(n, kernel, gradient, m + n, v + n, &k);
    for (size_t at = 0; at < n && !wild; at++)
        check(fabsf(moved[at] - kernel[at]) < 1e-4f && fabsf(m[at] - m[n + at]) < 1e-4f, "a sparse kernel moves otherwise than by its gradient");
    free(byColumn); free(turnedRows); free(turned); free(moved); free(m); free(v);
    lacuna_sparse_clear(count, outputs, rows, starts, columns, gradient);
    for (size_t i = 0; i < width * outputs; i++) check(gradient[i] == 0, "a sparse gradient is not cleared");
    free(starts); free(rows); free(columns); free(values); free(kernel); free(out); free(gradient);
}

int main(void) {
    logarithms();
    static const size_t blocks[] = {31, 32, 33, 65}, widths[] = {2, 3, 31, 32, 33};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 5; j++) {
            categoricalBlocks(blocks[i], widths[j]);
            binaryBlocks(blocks[i], 1 + (size_t)j * 3);
            turnedBlocks(blocks[i], 1 + (size_t)j, widths[j] <= 32 ? widths[j] : 4, 0);
            turnedBlocks(blocks[i], 1 + (size_t)j, 1, (int)(next() % 2));
        }
    for (int wild = 0; wild < 2; wild++)
        for (int i = 0; i < SIZES; i++) {
            elementwise(sizes[i], wild);
            for (int j = 0; j < SIZES; j++) {
                // No row is no call in the engine; no column does not occur.
                norms(sizes[i], sizes[j] ? sizes[j] : 1, wild);
                sparse(sizes[i], sizes[j], 1 + sizes[j], 1 + sizes[(i + j) % SIZES], wild);
                kernelMoves(sizes[i], sizes[j], sizes[(i + j) % SIZES], wild);
                smallProducts(sizes[i], sizes[j], sizes[(i + j) % SIZES], wild);
                rowsAndHeads(sizes[i], sizes[j] % 9, sizes[(i + j) % SIZES], 1 + sizes[j], wild);
            }
        }
    elementwise(100003, 1);
    for (int wild = 0; wild < 2; wild++)
        for (size_t total = 1; total < 12; total += 3)
            for (size_t slots = 1; slots < 20; slots += 6)
                for (size_t width = 1; width < 5; width++)
                    for (int i = 0; i < SIZES; i += 3) heads(total, slots, width, sizes[i], wild);
    lossesAgainstDouble();
    for (int threads = 1; threads <= 4; threads++) pool(threads);
    if (failures) return 1;
    puts("kernels: nothing found");
    return 0;
}
