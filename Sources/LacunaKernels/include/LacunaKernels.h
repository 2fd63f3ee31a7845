// The few loops of Lacuna that must be fast. Nothing here allocates, keeps state or starts a thread.
//
// Matrices are row-major and dense. Unless a line says otherwise, no two arguments may overlap, counts are 0 or
// more, and pointers with a count of 0 are not read. Sums run in a fixed order, so equal inputs give equal bits.
// NaN is never swallowed: an activation, a norm or an update of NaN is NaN.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { LACUNA_RELU = 0, LACUNA_GELU = 1, LACUNA_SILU = 2, LACUNA_TANH = 3 } lacuna_activation;

// out[i, :] = source[rows[i], :]; source [*, columns], out [count, columns].
void lacuna_gather(size_t count, size_t columns, const int32_t *rows, const float *source, float *out);
// out[rows[i], :] += source[i, :]; rows may repeat.
void lacuna_scatter_add(size_t count, size_t columns, const int32_t *rows, const float *source, float *out);

// z[i, :] += bias; z [rows, columns], bias [columns].
void lacuna_add_bias(size_t rows, size_t columns, const float *bias, float *z);
// out = (accumulate ? out : 0) + the sum of each column of x [rows, columns].
void lacuna_column_sums(size_t rows, size_t columns, const float *x, int accumulate, float *out);

// a = act(z), n values. a may be z for relu and tanh only.
void lacuna_activate(lacuna_activation activation, size_t n, const float *z, float *a);
// d *= act'(z), given a = act(z).
void lacuna_activate_backward(lacuna_activation activation, size_t n, const float *z, const float *a, float *d);

// One row of dropout: x[j] = keep(key, j) ? x[j] * scale : 0, keep where the hash of (key, j) is at least threshold.
// The same call on a gradient is its own derivative.
void lacuna_dropout(size_t n, uint64_t key, uint32_t threshold, float scale, float *x);

// Layer norm over each row: xhat = (x - mean) * inverse, y = xhat * gamma + beta; inverse [rows]. y may be x.
void lacuna_layer_norm(size_t rows, size_t columns, float epsilon, const float *x, const float *gamma,
                       const float *beta, float *xhat, float *inverse, float *y);
// d [rows, columns] from d loss / d y to d loss / d x in place; gamma and beta gradients are added to.
void lacuna_layer_norm_backward(size_t rows, size_t columns, const float *xhat, const float *inverse,
                                const float *gamma, float *d, float *dgamma, float *dbeta);
// Batch norm over each column with the biased variance; mean, variance, inverse [columns] are written. y may be x.
void lacuna_batch_norm(size_t rows, size_t columns, float epsilon, const float *x, const float *gamma,
                       const float *beta, float *mean, float *variance, float *inverse, float *xhat, float *y);
void lacuna_batch_norm_backward(size_t rows, size_t columns, const float *xhat, const float *inverse,
                                const float *gamma, float *d, float *dgamma, float *dbeta);
// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. y may be x.
void lacuna_batch_norm_inference(size_t rows, size_t columns, float epsilon, const float *x, const float *gamma,
                                 const float *beta, const float *mean, const float *variance, float *y);

// out = x . kernel for prediction: x [rows, inputs], kernel [inputs, outputs], out [rows, outputs]; rows is a multiple of
// 4. Every row is summed in the same order whatever its place, unlike in a BLAS, so equal rows give equal bits.
void lacuna_dense_rows(size_t rows, size_t inputs, size_t outputs, const float *x, const float *kernel, float *out);

// Products of sparse rows, in compressed rows: row r of the matrix has the elements starts[r] ..< starts[r + 1] of columns and
// values; rows [count] chooses some, which may repeat. Each row is summed element by element in order, so equal rows give
// equal bits wherever they stand.
// out[i, :] = sum over the elements e of rows[i] of values[e] * kernel[columns[e], :]; out [count, outputs].
void lacuna_sparse_forward(size_t count, size_t outputs, const int32_t *rows, const ptrdiff_t *starts,
                           const int32_t *columns, const float *values, const float *kernel, float *out);
// gradient[columns[e], :] += values[e] * d[i, :] for the elements e of rows[i]; d [count, outputs]. No other row is touched.
void lacuna_sparse_backward(size_t count, size_t outputs, const int32_t *rows, const ptrdiff_t *starts,
                            const int32_t *columns, const float *values, const float *d, float *gradient);
// gradient[columns[e], :] = 0 for the elements e of rows[i].
void lacuna_sparse_clear(size_t count, size_t outputs, const int32_t *rows, const ptrdiff_t *starts,
                         const int32_t *columns, float *gradient);

// Scores of one slot's observed rows: out[e * width + c] = hidden[rows[e], :] . weight[c, :];
// hidden [*, H], weight [width, H].
void lacuna_observed_scores(size_t count, size_t width, size_t H, const int32_t *rows, const float *hidden,
                            const float *weight, float *out);
// Their backward pass: dweight[c, :] += g[e * width + c] * hidden[rows[e], :] and
// dhidden[rows[e], :] += g[e * width + c] * weight[c, :].
void lacuna_observed_backward(size_t count, size_t width, size_t H, const int32_t *rows, const float *hidden,
                              const float *weight, const float *g, float *dweight, float *dhidden);

// out[e * width + c] = scores[rows[e] * stride + c]: one slot's part of a dense score matrix, packed.
void lacuna_pack(size_t count, size_t width, size_t stride, const int32_t *rows, const float *scores, float *out);
// scores[rows[e] * stride + c] = g[e * width + c].
void lacuna_unpack(size_t count, size_t width, size_t stride, const int32_t *rows, const float *g, float *scores);

// Weighs one slot's losses and gradients: g[e, :] *= weights[e] * coefficient; returns the sum of
// weights[e] * loss[e] in double. weights may be NULL for all 1.
double lacuna_weigh(size_t count, size_t width, const float *weights, float coefficient, const float *loss, float *g);

// Whether all n values are finite.
int lacuna_all_finite(size_t n, const float *x);
// The sum of squares, in double.
double lacuna_sum_of_squares(size_t n, const float *x);

// Optimizers, PyTorch's formulas. g is scaled by gscale first (clipping). decay is added to the gradient (L2);
// shrink multiplies the weights (AdamW's 1 - rate * decay). slow = 1 - beta, rounded from double (1 - 0.999f would be
// off by 5e-5); pace = rate / (1 - beta1^t); inverse2 = 1 / sqrt(1 - beta2^t).
typedef struct {
    float beta1, slow1, beta2, slow2, epsilon, pace, inverse2, gscale, decay, shrink;
} lacuna_adam_numbers;
void lacuna_adam(size_t n, float *p, const float *g, float *m, float *v, const lacuna_adam_numbers *numbers);
// velocity = momentum * velocity + g; p -= rate * (nesterov ? g + momentum * velocity : velocity).
void lacuna_sgd(size_t n, float *p, const float *g, float *velocity, float rate, float momentum, int nesterov,
                float gscale, float decay);
