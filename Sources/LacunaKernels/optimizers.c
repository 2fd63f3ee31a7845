#include "common.h"

WIDE double lacuna_sum_of_squares(size_t n, const float *x) {
    FAST
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

WIDE void lacuna_adam(size_t n, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
                      const lacuna_adam_numbers *numbers) {
    const lacuna_adam_numbers k = *numbers;
    for (size_t i = 0; i < n; i++) {
        adam(&p[i], g[i], &m[i], &v[i], &k);
    }
}

WIDE void lacuna_sgd(size_t n, float *restrict p, const float *restrict g, float *restrict velocity, float rate,
                     float momentum, int nesterov, float gscale, float decay) {
#pragma clang fp contract(fast)
    for (size_t i = 0; i < n; i++) {
        float a = g[i] * gscale + decay * p[i];
        velocity[i] = momentum * velocity[i] + a;
        p[i] -= rate * (nesterov ? a + momentum * velocity[i] : velocity[i]);
    }
}
