#include "common.h"

INLINE float dot(size_t H, const float *restrict h, const float *restrict w) {
    FAST
    float sum = 0;
    for (size_t j = 0; j < H; j++) sum += h[j] * w[j];
    return sum;
}

WIDE void lacuna_observed_scores(size_t count, size_t width, size_t H, const int32_t *restrict rows,
                                 const float *restrict hidden, const float *restrict weight, float *restrict out) {
    for (size_t e = 0; e < count; e++)
        for (size_t c = 0; c < width; c++) out[e * width + c] = dot(H, hidden + (size_t)rows[e] * H, weight + c * H);
}

// Four rows share each load of the weights. For training alone: a row's last digits may depend on whether it is one of four.
INLINE void scores_of_slot(size_t count, size_t width, size_t H, const int32_t *restrict rows,
                                  const float *restrict hidden, const float *restrict weight, float *restrict out) {
    FAST
    for (size_t c = 0; c < width; c++) {
        const float *w = weight + c * H;
        size_t e = 0;
        for (; e + 4 <= count; e += 4) {
            const float *h0 = hidden + (size_t)rows[e] * H, *h1 = hidden + (size_t)rows[e + 1] * H;
            const float *h2 = hidden + (size_t)rows[e + 2] * H, *h3 = hidden + (size_t)rows[e + 3] * H;
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (size_t j = 0; j < H; j++) {
                s0 += h0[j] * w[j];
                s1 += h1[j] * w[j];
                s2 += h2[j] * w[j];
                s3 += h3[j] * w[j];
            }
            out[e * width + c] = s0;
            out[(e + 1) * width + c] = s1;
            out[(e + 2) * width + c] = s2;
            out[(e + 3) * width + c] = s3;
        }
        for (; e < count; e++) out[e * width + c] = dot(H, hidden + (size_t)rows[e] * H, w);
    }
}

// relu's slope at its output h: d where h is above 0, else 0; a NaN stays visible.
#define PAST_RELU(d, h) ((chunk)(((bits)(d) & (bits)((h) > 0)) | ((bits)(h) & (bits)((h) != (h)))))

// Some outputs, four at most, in sixteen columns: their weights and gradients stay in registers while all rows go by.
INLINE void narrow_block(size_t width, size_t rows, size_t H, const float *restrict hidden, const float *restrict weight,
                         const float *restrict g, int adds_weight, float *restrict dweight, int adds_hidden, float *restrict dhidden,
                         int adds_sums, float *restrict sums) {
    FAST
    chunk w[4], d[4] = {{0}}, sum = {0};
    for (size_t c = 0; c < width; c++) LOAD(w[c], weight + c * H);
    for (size_t c = 0; adds_weight && c < width; c++) LOAD(d[c], dweight + c * H);
    if (sums && adds_sums) LOAD(sum, sums);
    for (size_t i = 0; i < rows; i++) {
        chunk h, dh = {0};
        LOAD(h, hidden + i * H);
        if (adds_hidden) LOAD(dh, dhidden + i * H);
        for (size_t c = 0; c < width; c++) {
            dh += g[c * rows + i] * w[c];
            d[c] += g[c * rows + i] * h;
        }
        if (sums) {
            dh = PAST_RELU(dh, h);
            sum += dh;
        }
        STORE(dhidden + i * H, dh);
    }
    for (size_t c = 0; c < width; c++) STORE(dweight + c * H, d[c]);
    if (sums) STORE(sums, sum);
}

INLINE void narrow_columns(size_t rows, size_t scores, size_t H, const float *restrict hidden, const float *restrict weight,
                           const float *restrict g, int adds, float *restrict dweight, float *restrict dhidden, int adds_sums,
                           float *restrict sums) {
    size_t c = 0, most = has_roomy_registers() ? 4 : 2;
    // The last ones go on through the relu.
    for (; c + most < scores; c += most) {
        if (most == 4) narrow_block(4, rows, H, hidden, weight + c * H, g + c * rows, adds, dweight + c * H, c > 0, dhidden, 0, NULL);
        else narrow_block(2, rows, H, hidden, weight + c * H, g + c * rows, adds, dweight + c * H, c > 0, dhidden, 0, NULL);
    }
    weight += c * H;
    dweight += c * H;
    switch (scores - c) {
    case 4: narrow_block(4, rows, H, hidden, weight, g + c * rows, adds, dweight, c > 0, dhidden, adds_sums, sums); break;
    case 3: narrow_block(3, rows, H, hidden, weight, g + c * rows, adds, dweight, c > 0, dhidden, adds_sums, sums); break;
    case 2: narrow_block(2, rows, H, hidden, weight, g + c * rows, adds, dweight, c > 0, dhidden, adds_sums, sums); break;
    case 1: narrow_block(1, rows, H, hidden, weight, g + c * rows, adds, dweight, c > 0, dhidden, adds_sums, sums); break;
    }
}

WIDE void lacuna_narrow_backward(size_t rows, size_t scores, size_t H, const float *restrict hidden, const float *restrict weight,
                                 const float *restrict g, int adds, float *restrict dweight, float *restrict dhidden,
                                 int adds_sums, float *restrict sums) {
    size_t j = 0;
    for (; j + CHUNK <= H; j += CHUNK)
        narrow_columns(rows, scores, H, hidden + j, weight + j, g, adds, dweight + j, dhidden + j, adds_sums,
                       sums ? sums + j : NULL);
    for (; j < H; j++) {
        for (size_t c = 0; !adds && c < scores; c++) dweight[c * H + j] = 0;
        if (sums && !adds_sums) sums[j] = 0;
        for (size_t i = 0; i < rows; i++) {
            float h = hidden[i * H + j], dh = 0;
            for (size_t c = 0; c < scores; c++) {
                dh += g[c * rows + i] * weight[c * H + j];
                dweight[c * H + j] += g[c * rows + i] * h;
            }
            if (sums) {
                dh = h > 0 ? dh : (h != h ? h : 0.0f);
                sums[j] += dh;
            }
            dhidden[i * H + j] = dh;
        }
    }
}

WIDE void lacuna_run_scores(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H,
                            const int32_t *restrict rows, const float *restrict hidden, const float *restrict weight,
                            float *restrict packed) {
    for (size_t k = 0; k < n; k++) {
        const lacuna_segment s = segments[k];
        size_t place = (size_t)(s.start - segments[0].start);
        scores_of_slot((size_t)s.count, width, H, rows + place, hidden,
                       weight + (size_t)(s.slot - first_slot) * width * H, packed + place * width);
    }
}

void lacuna_run_biases(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width,
                       const float *restrict bias, float *restrict packed) {
    for (size_t k = 0; k < n; k++) {
        const lacuna_segment s = segments[k];
        const float *b = bias + (size_t)(s.slot - first_slot) * width;
        float *z = packed + (size_t)(s.start - segments[0].start) * width;
        for (int32_t e = 0; e < s.count; e++)
            for (size_t c = 0; c < width; c++) z[(size_t)e * width + c] += b[c];
    }
}

ptrdiff_t lacuna_run_weigh(const lacuna_segment *segments, size_t n, size_t width, const float *weights,
                           const int32_t *objectives, const float *coefficients, const float *restrict losses,
                           float *restrict packed, float *restrict bias_gradient, double *restrict sums) {
    ptrdiff_t bad = -1;
    for (size_t k = 0; k < n; k++) {
        const lacuna_segment s = segments[k];
        size_t place = (size_t)(s.start - segments[0].start);
        float coefficient = coefficients[objectives[s.slot]], *db = bias_gradient + (size_t)s.logit;
        double sum = 0;
        int finite = 1;
        for (size_t e = place; e < place + (size_t)s.count; e++) {
            float weight = weights ? weights[e] : 1.0f, factor = weight * coefficient, *g = packed + e * width;
            sum += (double)weight * (double)losses[e];
            for (size_t c = 0; c < width; c++) {
                finite &= g[c] - g[c] == 0.0f;
                g[c] *= factor;
                db[c] += g[c];
            }
        }
        sums[k] = sum;
        if (bad < 0 && !(finite && sum - sum == 0)) bad = (ptrdiff_t)k;
    }
    return bad;
}

void lacuna_panels(size_t rows, size_t H, size_t first, size_t last, const float *restrict hidden, float *restrict panels) {
    for (size_t p = first; p < last; p++) {
        size_t j0 = p * LACUNA_PANEL, width = H - j0 < LACUNA_PANEL ? H - j0 : LACUNA_PANEL;
        for (size_t i = 0; i < rows; i++) {
            float *out = panels + (p * rows + i) * LACUNA_PANEL;
            memcpy(out, hidden + i * H + j0, width * sizeof(float));
            memset(out + width, 0, (LACUNA_PANEL - width) * sizeof(float));
        }
    }
}

WIDE void lacuna_unite_panels(size_t rows, size_t H, size_t first, size_t last, const float *restrict panels,
                              float *restrict out) {
    for (size_t p = first; p < last; p++) {
        size_t j0 = p * LACUNA_PANEL, width = H - j0 < LACUNA_PANEL ? H - j0 : LACUNA_PANEL;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < width; j++) out[i * H + j0 + j] = panels[(p * rows + i) * LACUNA_PANEL + j];
    }
}

// One output row over one panel: both the row of weights and its gradient stay in registers while its observed rows go by.
INLINE void backward_of_row(size_t count, size_t stride, const int32_t *restrict rows,
                                   const float *restrict hidden, const float *restrict w, const float *restrict g,
                                   float *restrict dw, float *restrict dhidden) {
    FAST
    float weight[LACUNA_PANEL], sum[LACUNA_PANEL];
    memcpy(weight, w, sizeof weight);
    memcpy(sum, dw, sizeof sum);
    for (size_t e = 0; e < count; e++) {
        const float *h = hidden + (size_t)rows[e] * LACUNA_PANEL;
        float *dh = dhidden + (size_t)rows[e] * LACUNA_PANEL, value = g[e * stride];
        for (size_t j = 0; j < LACUNA_PANEL; j++) {
            sum[j] += value * h[j];
            dh[j] += value * weight[j];
        }
    }
    memcpy(dw, sum, sizeof sum);
}

// The same where the whole gradient of the row is known at its last entry: the row moves at once, and its gradient is never
// written.
INLINE void backward_and_adam_of_row(size_t count, size_t stride, const int32_t *restrict rows,
                                            const float *restrict hidden, float *restrict w, const float *restrict g,
                                            float *restrict dhidden, float *restrict m, float *restrict v,
                                            lacuna_adam_numbers numbers) {
    FAST
    float weight[LACUNA_PANEL], sum[LACUNA_PANEL] = {0};
    memcpy(weight, w, sizeof weight);
    for (size_t e = 0; e < count; e++) {
        const float *h = hidden + (size_t)rows[e] * LACUNA_PANEL;
        float *dh = dhidden + (size_t)rows[e] * LACUNA_PANEL, value = g[e * stride];
        for (size_t j = 0; j < LACUNA_PANEL; j++) {
            sum[j] += value * h[j];
            dh[j] += value * weight[j];
        }
    }
    for (size_t j = 0; j < LACUNA_PANEL; j++) adam(&weight[j], sum[j], &m[j], &v[j], &numbers);
    memcpy(w, weight, sizeof weight);
}

// Segments that go through one panel before the next panel's turn, so that the panel's rows come from a near cache. A panel of an
// output row is a short piece of memory, which processors do not foresee: it is asked for some segments ahead.
enum { BLOCK = 64, AHEAD = 2 };

INLINE void foresee(const float *p) {
    for (size_t j = 0; j < LACUNA_PANEL; j += CHUNK) __builtin_prefetch(p + j, 1);
}

// Back through a run: into dweight, or, where that is NULL, by a step of Adam into moved, which is weight.
INLINE void backward_of_run(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H, size_t batch,
                            size_t first, size_t last, const int32_t *rows, const float *panels, const float *weight,
                            const float *packed, float *dweight, float *dpanels, const lacuna_adam_numbers *numbers,
                            const lacuna_adam_pace *paces, float *moved, float *m, float *v) {
    for (size_t k0 = 0; k0 < n; k0 += BLOCK) {
        size_t end = n - k0 < BLOCK ? n : k0 + BLOCK;
        for (size_t p = first; p < last; p++) {
            size_t j0 = p * LACUNA_PANEL, at = p * batch * LACUNA_PANEL, own = H - j0 < LACUNA_PANEL ? H - j0 : LACUNA_PANEL;
            for (size_t k = k0; k < end; k++) {
                const lacuna_segment s = segments[k];
                size_t place = (size_t)(s.start - segments[0].start);
                lacuna_adam_numbers adapted = {0};
                if (!dweight) {
                    adapted = *numbers;
                    adapted.pace = paces[k].pace;
                    adapted.inverse2 = paces[k].inverse2;
                }
                for (size_t c = 0; k + AHEAD < end && own == LACUNA_PANEL && c < width; c++) {
                    const lacuna_segment later = segments[k + AHEAD];
                    size_t next = ((size_t)(later.slot - first_slot) * width + c) * H + j0;
                    foresee(weight + next);
                    if (dweight) {
                        foresee(dweight + ((size_t)later.score + c) * H + j0);
                    } else {
                        foresee(m + next);
                        foresee(v + next);
                    }
                }
                for (size_t c = 0; c < width; c++) {
                    size_t w = ((size_t)(s.slot - first_slot) * width + c) * H + j0;
                    size_t d = ((size_t)s.score + c) * H + j0;
                    const float *g = packed + place * width + c;
                    if (own == LACUNA_PANEL) {
                        if (dweight)
                            backward_of_row((size_t)s.count, width, rows + place, panels + at, weight + w, g, dweight + d, dpanels + at);
                        else
                            backward_and_adam_of_row((size_t)s.count, width, rows + place, panels + at, moved + w, g, dpanels + at,
                                                     m + w, v + w, adapted);
                        continue;
                    }
                    // The last panel of a width that is no multiple: its padding takes part and is thrown away.
                    float padded[3][LACUNA_PANEL] = {{0}};
                    memcpy(padded[0], weight + w, own * sizeof(float));
                    memcpy(padded[1], dweight ? dweight + d : m + w, own * sizeof(float));
                    if (dweight) {
                        backward_of_row((size_t)s.count, width, rows + place, panels + at, padded[0], g, padded[1], dpanels + at);
                        memcpy(dweight + d, padded[1], own * sizeof(float));
                        continue;
                    }
                    memcpy(padded[2], v + w, own * sizeof(float));
                    backward_and_adam_of_row((size_t)s.count, width, rows + place, panels + at, padded[0], g, dpanels + at, padded[1],
                                             padded[2], adapted);
                    memcpy(moved + w, padded[0], own * sizeof(float));
                    memcpy(m + w, padded[1], own * sizeof(float));
                    memcpy(v + w, padded[2], own * sizeof(float));
                }
            }
        }
    }
}

WIDE void lacuna_run_backward(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H,
                              size_t batch, size_t first, size_t last, const int32_t *restrict rows,
                              const float *restrict panels, const float *restrict weight, const float *restrict packed,
                              float *restrict dweight, float *restrict dpanels) {
    backward_of_run(segments, n, first_slot, width, H, batch, first, last, rows, panels, weight, packed, dweight, dpanels, NULL, NULL,
                    NULL, NULL, NULL);
}

WIDE void lacuna_run_backward_adam(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width, size_t H,
                                   size_t batch, size_t first, size_t last, const int32_t *restrict rows,
                                   const float *restrict panels, const float *restrict packed, float *restrict dpanels,
                                   const lacuna_adam_numbers *numbers, const lacuna_adam_pace *paces,
                                   float *restrict weight, float *restrict m, float *restrict v) {
    backward_of_run(segments, n, first_slot, width, H, batch, first, last, rows, panels, weight, packed, NULL, dpanels, numbers,
                    paces, weight, m, v);
}

WIDE void lacuna_run_adam_biases(const lacuna_segment *segments, size_t n, int32_t first_slot, size_t width,
                                 const float *restrict gradient, const lacuna_adam_numbers *numbers,
                                 const lacuna_adam_pace *paces, float *restrict bias, float *restrict m, float *restrict v) {
    for (size_t k = 0; k < n; k++) {
        const lacuna_segment s = segments[k];
        lacuna_adam_numbers adapted = *numbers;
        adapted.pace = paces[k].pace;
        adapted.inverse2 = paces[k].inverse2;
        size_t at = (size_t)(s.slot - first_slot) * width;
        for (size_t c = 0; c < width; c++)
            adam(&bias[at + c], gradient[(size_t)s.logit + c], &m[at + c], &v[at + c], &adapted);
    }
}

size_t lacuna_count_entries(size_t rows, const int32_t *restrict chosen, const ptrdiff_t *restrict starts,
                            const int32_t *restrict slots, int32_t *restrict counts, int32_t *restrict touched) {
    size_t found = 0;
    for (size_t i = 0; i < rows; i++)
        for (ptrdiff_t e = starts[chosen[i]]; e < starts[chosen[i] + 1]; e++) {
            int32_t slot = slots[e];
            // The place is written whether the slot is new or not, and kept where it is: no branch.
            touched[found] = slot;
            found += counts[slot]++ == 0;
        }
    return found;
}

// The first entry in start ..< end, whose slots ascend, with a slot of at least wanted.
static inline ptrdiff_t first_entry(ptrdiff_t start, ptrdiff_t end, const int32_t *slots, int32_t wanted) {
    while (start < end) {
        ptrdiff_t middle = start + (end - start) / 2;
        if (slots[middle] < wanted) start = middle + 1; else end = middle;
    }
    return start;
}

void lacuna_add_counts(size_t rows, const int32_t *restrict chosen, int32_t first, int32_t last,
                       const ptrdiff_t *restrict starts, const int32_t *restrict slots, int32_t *restrict counts) {
    for (size_t i = 0; i < rows; i++) {
        ptrdiff_t end = starts[chosen[i] + 1];
        for (ptrdiff_t e = first_entry(starts[chosen[i]], end, slots, first); e < end && slots[e] < last; e++) counts[slots[e]]++;
    }
}

void lacuna_place_entries(size_t rows, const int32_t *restrict chosen, int32_t first, int32_t last,
                          const ptrdiff_t *restrict starts, const int32_t *restrict slots, const float *restrict targets,
                          const float *restrict weights, int32_t *restrict places, int32_t *restrict out_rows,
                          float *restrict out_targets, float *restrict out_weights) {
    for (size_t i = 0; i < rows; i++) {
        ptrdiff_t end = starts[chosen[i] + 1];
        for (ptrdiff_t e = first_entry(starts[chosen[i]], end, slots, first); e < end && slots[e] < last; e++) {
            size_t at = (size_t)places[slots[e]]++;
            out_rows[at] = (int32_t)i;
            out_targets[at] = targets[e];
            if (weights) out_weights[at] = weights[e];
        }
    }
}

void lacuna_pack(size_t count, size_t width, size_t row_step, size_t column_step, const int32_t *restrict rows,
                 const float *restrict scores, float *restrict out) {
    for (size_t e = 0; e < count; e++)
        for (size_t c = 0; c < width; c++) out[e * width + c] = scores[(size_t)rows[e] * row_step + c * column_step];
}

void lacuna_unpack(size_t count, size_t width, size_t row_step, size_t column_step, const int32_t *restrict rows,
                   const float *restrict g, float *restrict scores) {
    for (size_t e = 0; e < count; e++)
        for (size_t c = 0; c < width; c++) scores[(size_t)rows[e] * row_step + c * column_step] = g[e * width + c];
}

WIDE int lacuna_all_finite(size_t n, const float *x) {
    // x - x is 0 for a finite x and NaN otherwise; an integer OR keeps the loop free of branches.
    int bad = 0;
    for (size_t i = 0; i < n; i++) bad |= !(x[i] - x[i] == 0.0f);
    return !bad;
}
