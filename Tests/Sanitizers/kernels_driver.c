// Calls every kernel with sizes that vector code gets wrong (0, 1, primes, one more than a power of two), with NaN and
// infinity among the numbers, and with blocks of memory that end exactly where the kernel should stop. Built and run
// by Scripts/sanitize.sh under AddressSanitizer and UndefinedBehaviorSanitizer, which turn a wrong access into an exit.
#include "LacunaKernels.h"
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
    free(x); free(y); free(xhat); free(d); free(gamma); free(beta); free(dgamma); free(dbeta);
    free(mean); free(variance); free(inverse); free(byRow);
}

static void rowsAndHeads(size_t count, size_t width, size_t H, size_t total, int wild) {
    int32_t *rows = indices(count, total);
    float *hidden = floats(total * H, wild), *gathered = floats(count * H, 0), *dhidden = floats(total * H, 0);
    lacuna_gather(count, H, rows, hidden, gathered);
    check(count * H == 0 || memcmp(gathered, hidden + (size_t)rows[0] * H, H * sizeof(float)) == 0, "gather is wrong");
    lacuna_scatter_add(count, H, rows, gathered, dhidden);
    float *weight = floats(width * H, wild), *out = floats(count * width, 0), *dweight = floats(width * H, 0);
    // Prediction's product takes whole groups of four rows; every row is the same sum wherever it stands.
    size_t fours = total / 4 * 4;
    float *kernel = floats(H * width, wild), *product = floats(fours * width, 0);
    lacuna_dense_rows(fours, H, width, hidden, kernel, product);
    for (size_t i = 0; i < fours && !wild; i++)
        for (size_t c = 0; c < width; c++) {
            double sum = 0;
            for (size_t k = 0; k < H; k++) sum += (double)hidden[i * H + k] * (double)kernel[k * width + c];
            check(fabs(sum - (double)product[i * width + c]) < 1e-3, "the product of prediction is wrong");
        }
    free(kernel); free(product);
    lacuna_observed_scores(count, width, H, rows, hidden, weight, out);
    lacuna_observed_backward(count, width, H, rows, hidden, weight, out, dweight, dhidden);
    // One slot's columns stand at the end of a wider matrix, as the last objective's do.
    size_t stride = width + 3;
    float *scores = floats(total * stride, wild), *loss = floats(count, wild), *weights = floats(count, 0);
    lacuna_pack(count, width, stride, rows, scores + 3, out);
    lacuna_unpack(count, width, stride, rows, out, scores + 3);
    (void)lacuna_weigh(count, width, weights, 0.5f, loss, out);
    (void)lacuna_weigh(count, width, NULL, 0.5f, loss, out);
    free(rows); free(hidden); free(gathered); free(dhidden); free(weight); free(out); free(dweight);
    free(scores); free(loss); free(weights);
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
    lacuna_sparse_backward(count, outputs, rows, starts, columns, values, out, gradient);
    lacuna_sparse_clear(count, outputs, rows, starts, columns, gradient);
    for (size_t i = 0; i < width * outputs; i++) check(gradient[i] == 0, "a sparse gradient is not cleared");
    free(starts); free(rows); free(columns); free(values); free(kernel); free(out); free(gradient);
}

int main(void) {
    for (int wild = 0; wild < 2; wild++)
        for (int i = 0; i < SIZES; i++) {
            elementwise(sizes[i], wild);
            for (int j = 0; j < SIZES; j++) {
                // No row is no call in the engine; no column does not occur.
                norms(sizes[i], sizes[j] ? sizes[j] : 1, wild);
                sparse(sizes[i], sizes[j], 1 + sizes[j], 1 + sizes[(i + j) % SIZES], wild);
                rowsAndHeads(sizes[i], sizes[j] % 9, sizes[(i + j) % SIZES], 1 + sizes[j], wild);
            }
        }
    elementwise(100003, 1);
    if (failures) return 1;
    puts("kernels: nothing found");
    return 0;
}
