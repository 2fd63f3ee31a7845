// The few loops of Lacuna that must be fast. Nothing but the pool of threads at the end allocates, keeps state or starts
// a thread.
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
// z = relu(z + bias).
void lacuna_bias_relu(size_t rows, size_t columns, const float *bias, float *z);
// out = (accumulate ? out : 0) + the sum of each column of x [rows, columns].
void lacuna_column_sums(size_t rows, size_t columns, const float *x, int accumulate, float *out);

// a = act(z), n values. a may be z for relu and tanh only.
void lacuna_activate(lacuna_activation activation, size_t n, const float *z, float *a);
// d *= relu'(z), given z or relu(z), and sums = (accumulate ? sums : 0) + the sum of each column of d, in one pass over the
// columns first ..< last of d [rows, columns].
void lacuna_relu_backward_sums(size_t rows, size_t columns, size_t first, size_t last, const float *z, float *d,
                               int accumulate, float *sums);
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

// Products too small for a BLAS, and those of prediction: c [m, n] = a . b, b [k, n], with a(i, l) at a[i * row + l * step], so that
// a may stand transposed. Then bias [n], unless NULL, is added, and under is_relu what is below 0 becomes 0. Every number is one
// sum in the order of l, whatever m, n and its place are, where m is a multiple of 4; equal rows then give equal bits.
void lacuna_product(size_t m, size_t n, size_t k, const float *a, size_t row, size_t step, const float *b, const float *bias,
                    int is_relu, float *c);
// c [m, n] = a . b transposed, a [m, k] and b [n, k].
void lacuna_product_of_rows(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);

// Products of sparse rows, in compressed rows: row r of the matrix has the elements starts[r] ..< starts[r + 1] of columns and
// values; rows [count] chooses some, which may repeat. Each row is summed element by element in order, so equal rows give
// equal bits wherever they stand.
// out[i, :] = sum over the elements e of rows[i] of values[e] * kernel[columns[e], :]; out [count, outputs].
void lacuna_sparse_forward(size_t count, size_t outputs, const int32_t *rows, const ptrdiff_t *starts,
                           const int32_t *columns, const float *values, const float *kernel, float *out);
// gradient[columns[e], :] += values[e] * d[i, :] for the elements e of rows[i]; d [count, outputs], of which the
// columns first ..< first + own take part. No other row is touched.
void lacuna_sparse_backward(size_t count, size_t outputs, size_t first, size_t own, const int32_t *rows, const ptrdiff_t *starts,
                            const int32_t *columns, const float *values, const float *d, float *gradient);
// gradient[columns[e], :] = 0 for the elements e of rows[i].
void lacuna_sparse_clear(size_t count, size_t outputs, const int32_t *rows, const ptrdiff_t *starts,
                         const int32_t *columns, float *gradient);

// Scores of one slot's observed rows: out[e * width + c] = hidden[rows[e], :] . weight[c, :];
// hidden [*, H], weight [width, H].
void lacuna_observed_scores(size_t count, size_t width, size_t H, const int32_t *rows, const float *hidden,
                            const float *weight, float *out);

// Back from the gradients g [scores, rows] of few scores = weight . hidden transposed, hidden [rows, H] and weight [scores, H],
// one at least: dweight = (adds ? dweight : 0) + g . hidden and dhidden = g transposed . weight in one pass. With sums [H], hidden
// came out of a relu, and dhidden goes on through it: it becomes the gradient of what went into the relu, and
// sums = (adds_sums ? sums : 0) + the sum of each of its columns.
void lacuna_narrow_backward(size_t rows, size_t scores, size_t H, const float *hidden, const float *weight, const float *g, int adds,
                            float *dweight, float *dhidden, int adds_sums, float *sums);

// Optimizers, PyTorch's formulas. g is scaled by gscale first (clipping). decay is added to the gradient (L2);
// shrink multiplies the weights (AdamW's 1 - rate * decay). slow = 1 - beta, rounded from double (1 - 0.999f would be
// off by 5e-5); pace = rate / (1 - beta1^t); inverse2 = 1 / sqrt(1 - beta2^t).
typedef struct {
    float beta1, slow1, beta2, slow2, epsilon, pace, inverse2, gscale, decay, shrink;
} lacuna_adam_numbers;
// What differs between parameters of different step counts.
typedef struct {
    float pace, inverse2;
} lacuna_adam_pace;

// The observed rows of one slot in a batch: entries start ..< start + count of what is kept slot after slot. score and logit
// are the slot's first row and first bias in a gradient.
typedef struct {
    int32_t slot, start, count, score, logit;
} lacuna_segment;

// A run is n segments of slots that have the same loss and width; slot s has the output rows (s - first_slot) * width on of
// weight. rows, packed, losses and weights begin with the first entry of the run; packed has width numbers an entry.
// packed = hidden[rows[e], :] . weight[its output row, :].
void lacuna_run_scores(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H,
                       const int32_t *rows, const float *hidden, const float *weight, float *packed);
// packed += bias, one for each output row from first_slot on.
void lacuna_run_biases(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, const float *bias,
                       float *packed);
// Slopes become gradients: packed *= weights[e] * coefficients[objectives[slot]], weights NULL for all 1. Sums of columns are
// added to bias_gradient at each segment's logit; sums[k] = the sum of weights[e] * losses[e] in double. Returns the first
// segment with a slope or a sum that is not finite, or -1.
ptrdiff_t lacuna_run_weigh(const lacuna_segment *segments, size_t n, size_t width, const float *weights,
                           const int32_t *objectives, const float *coefficients, const float *losses, float *packed,
                           float *bias_gradient, double *sums);
// Hidden values [rows, H] by panels of this many columns, [panels, rows, LACUNA_PANEL], the last one padded with 0: a panel
// stays in a near cache, and panels are what threads share out. first ..< last are the panels to work on.
enum { LACUNA_PANEL = 64 };
void lacuna_panels(size_t rows, size_t H, size_t first, size_t last, const float *hidden, float *panels);
// out [rows, H] = the panels.
void lacuna_unite_panels(size_t rows, size_t H, size_t first, size_t last, const float *panels, float *out);
// The backward pass of a run, in some panels of a batch of rows: dweight at each segment's score += g * hidden, and
// dpanels += g * weight.
void lacuna_run_backward(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H, size_t batch,
                         size_t first, size_t last, const int32_t *rows, const float *panels, const float *weight,
                         const float *packed, float *dweight, float *dpanels);

// The same, and a step of Adam with the gradient of weight, which is written nowhere: for a batch that no other pass adds to.
// m and v are the moments of weight, paces [n].
void lacuna_run_backward_adam(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H,
                              size_t batch, size_t first, size_t last, const int32_t *rows, const float *panels,
                              const float *packed, float *dpanels, const lacuna_adam_numbers *numbers,
                              const lacuna_adam_pace *paces, float *weight, float *m, float *v);
// A step of Adam of the biases of a run, from their gradient at each segment's logit.
void lacuna_run_adam_biases(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width,
                            const float *gradient, const lacuna_adam_numbers *numbers, const lacuna_adam_pace *paces,
                            float *bias, float *m, float *v);

// Labels in compressed rows: row r has the entries starts[r] ..< starts[r + 1] of slots. Counts those of the chosen rows by
// slot and lists the slots that have one in order of appearance; counts are 0 before, touched has room for one more than it
// will hold. Returns how many slots that are.
size_t lacuna_count_entries(size_t rows, const int32_t *chosen, const ptrdiff_t *starts, const int32_t *slots,
                            int32_t *counts, int32_t *touched);
// Adds up the same counts of the slots first ..< last, and lists nothing. Slots ascend within a row.
void lacuna_add_counts(size_t rows, const int32_t *chosen, int32_t first, int32_t last, const ptrdiff_t *starts,
                       const int32_t *slots, int32_t *counts);
// Puts the entries of the chosen rows, of the slots first ..< last, where places says for each slot, which moves on. weights
// may be NULL. Slots ascend within a row.
void lacuna_place_entries(size_t rows, const int32_t *chosen, int32_t first, int32_t last, const ptrdiff_t *starts,
                          const int32_t *slots, const float *targets, const float *weights, int32_t *places,
                          int32_t *out_rows, float *out_targets, float *out_weights);

// Losses of n observed slots: z goes in as logits and comes out as slopes d loss / d z. The formulas and the care for digits
// are those of the Loss types of the same names; a logit that is not finite gives a loss that is not finite.
void lacuna_binary(size_t n, float positive_weight, float smoothing, const float *targets, float *z, float *losses);
void lacuna_squared(size_t n, const float *targets, float *z, float *losses);
// z [n, classes], targets class indices, class_weights [classes] or NULL.
void lacuna_categorical(size_t n, size_t classes, const float *class_weights, const float *targets, float *z, float *losses);

// Tables of targets [*, target_stride] have NaN where one is missing. How many of the chosen rows have one, by column.
void lacuna_count_targets(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen, const float *targets,
                          int32_t *counts);
// The targets of the chosen rows, turned into out [columns, rows], and counted.
void lacuna_turn_targets(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen, const float *targets, float *out,
                         int32_t *counts);

// Losses over such a table, for the chosen rows and some columns: z [rows, stride] goes in as scores without bias and comes out as
// gradients, 0 where missing; losses and bias_gradient, one for each column (each class of it), are added to. coefficients multiply
// slopes, not losses. is_narrow: rows rather than columns go side by side, which sums in another order; better below eight columns.
void lacuna_binary_table(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen, const float *targets,
                         float positive_weight, float smoothing, int is_narrow, size_t stride, const float *bias,
                         const float *coefficients, float *z, float *losses, float *bias_gradient);
void lacuna_squared_table(size_t rows, size_t columns, size_t target_stride, const int32_t *chosen, const float *targets,
                          size_t stride, const float *bias, const float *coefficients, float *z, float *losses,
                          float *bias_gradient);
void lacuna_categorical_table(size_t rows, size_t columns, size_t classes, size_t target_stride, const int32_t *chosen,
                              const float *targets, const float *class_weights, size_t stride, const float *bias,
                              const float *coefficients, float *z, float *losses, float *bias_gradient);

// The same where outputs are few and all lies turned, so that rows go side by side: z [columns, rows] ([columns, classes, rows]) and
// targets [columns, target_step], of which the first rows of each column are read.
void lacuna_binary_turned(size_t rows, size_t columns, size_t target_step, const float *targets, float positive_weight,
                          float smoothing, const float *bias, const float *coefficients, float *z, float *losses,
                          float *bias_gradient);
void lacuna_squared_turned(size_t rows, size_t columns, size_t target_step, const float *targets, const float *bias,
                           const float *coefficients, float *z, float *losses, float *bias_gradient);
enum { LACUNA_MOST_TURNED_CLASSES = 32 };
void lacuna_categorical_turned(size_t rows, size_t columns, size_t classes, size_t target_step, const float *targets,
                               const float *class_weights, const float *bias, const float *coefficients, float *z, float *losses,
                               float *bias_gradient);

// out[e * width + c] = scores[rows[e] * row_step + c * column_step]: one slot's part of a dense score matrix, packed.
void lacuna_pack(size_t count, size_t width, size_t row_step, size_t column_step, const int32_t *rows, const float *scores,
                 float *out);
// scores[rows[e] * row_step + c * column_step] = g[e * width + c].
void lacuna_unpack(size_t count, size_t width, size_t row_step, size_t column_step, const int32_t *rows, const float *g,
                   float *scores);

// Whether all n values are finite.
int lacuna_all_finite(size_t n, const float *x);
// The sum of squares, in double.
double lacuna_sum_of_squares(size_t n, const float *x);

// A matrix [rows, columns] by strips of this many columns, [strips, rows, LACUNA_STRIP], the last one padded with 0; first ..< last
// are the strips to copy.
enum { LACUNA_STRIP = 16 };
void lacuna_strips(size_t rows, size_t columns, size_t first, size_t last, const float *source, float *out);
// A step of Adam of a kernel p [inputs, outputs] of x . p, with moments m and v, from the gradient x transposed . d, which is
// written nowhere: x [rows, inputs] and d [rows, outputs] in strips. Rows first ..< last of p move; first is a multiple of 4.
void lacuna_kernel_adam(size_t rows, size_t outputs, size_t first, size_t last, const float *x, const float *d,
                        const lacuna_adam_numbers *numbers, float *p, float *m, float *v);
// The elements of chosen sparse rows (as above) by column: those of column c are out_starts[c] ..< out_starts[c + 1] of out_rows,
// positions in rows that ascend, and out_values. out_starts [columns + 2]; the others have room for all elements.
void lacuna_turn_rows(size_t count, size_t columns, const int32_t *rows, const ptrdiff_t *starts, const int32_t *column_of,
                      const float *values, int32_t *out_starts, int32_t *out_rows, float *out_values);
// A step of Adam of a kernel p [columns, outputs] of sparse rows, from the gradient that lacuna_sparse_backward would add up;
// the elements stand by column, d [*, outputs]. Rows first ..< last of p move, those without an element, too.
void lacuna_sparse_adam(size_t first, size_t last, size_t outputs, const int32_t *starts, const int32_t *rows, const float *values,
                        const float *d, const lacuna_adam_numbers *numbers, float *p, float *m, float *v);

// A step of Adam or AdamW.
void lacuna_adam(size_t n, float *p, const float *g, float *m, float *v, const lacuna_adam_numbers *numbers);
// velocity = momentum * velocity + g; p -= rate * (nesterov ? g + momentum * velocity : velocity).
void lacuna_sgd(size_t n, float *p, const float *g, float *velocity, float rate, float momentum, int nesterov,
                float gscale, float decay);

// Threads that wait for work: at first spinning, for the next piece of a step is near, then asleep. One thread at a time may
// call run.
typedef struct lacuna_pool lacuna_pool;
// NULL where memory or threads cannot be had.
lacuna_pool *lacuna_pool_new(int threads);
void lacuna_pool_free(lacuna_pool *pool);
// Calls body(context, part) for the parts 0 ..< threads, part 0 on the caller's thread, and returns when all are done.
void lacuna_pool_run(lacuna_pool *pool, void (*body)(void *context, int part), void *context);

// Hands memory that the process has freed back to the system, where the C library keeps it.
void lacuna_hand_back_freed(void);
