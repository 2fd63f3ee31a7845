// What all kernels share: instruction sets, floating-point freedom, and the functions of one number.
#pragma once
#include "LacunaKernels.h"
#include <math.h>
#include <string.h>

// One source for all instruction sets: the loader picks the widest clone the machine has. Sanitizers want one clone.
#if defined(__x86_64__) && defined(__ELF__) && !defined(LACUNA_ONE_CLONE)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

// Part of every clone: a call would run the code of the least instruction set.
#define INLINE static inline __attribute__((always_inline))

// Lets the compiler reorder sums and fuse multiply-add, but keeps NaN and infinity (unlike -ffast-math).
#define FAST _Pragma("clang fp reassociate(on) contract(fast)")

// Sixteen columns side by side, in registers; wider than most processors have, it becomes several of theirs.
typedef float chunk __attribute__((vector_size(64), aligned(4)));
// The same places as whole numbers: what a comparison of chunks gives, all bits set where it holds.
typedef int32_t bits __attribute__((vector_size(64), aligned(4)));
typedef float eight __attribute__((vector_size(32), aligned(4)));
enum { CHUNK = 16, EIGHT = 8 };

// Whether registers hold many chunks: of AVX-512's 32 each holds one; AVX2's 16 hold half of one, NEON's 32 a quarter.
INLINE int has_roomy_registers(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("x86-64-v4");
#else
    return 0;
#endif
}

#define LOAD(x, p) memcpy(&(x), (p), sizeof(x))
#define STORE(p, x) memcpy((p), &(x), sizeof(x))

// e^x within 2 ulp over the whole range (tested against double), after Cephes' expf; NaN passes.
INLINE float exponential(float x) {
    FAST
    float s = x != x ? 0.0f : x;
    s = s > 88.72283f ? 88.72283f : s;
    s = s < -87.33654f ? -87.33654f : s;
    float n = __builtin_elementwise_roundeven(s * 1.44269504088896341f);
    float r = s - n * 0.693359375f + n * 2.12194440e-4f;
    float q = 1.9875691500e-4f;
    q = q * r + 1.3981999507e-3f;
    q = q * r + 8.3334519073e-3f;
    q = q * r + 4.1665795894e-2f;
    q = q * r + 1.6666665459e-1f;
    q = q * r + 5.0000001201e-1f;
    q = q * r * r + r + 1.0f;
    // Two factors, so that 2^128 does not overflow before the product is rounded.
    int32_t k = (int32_t)n, half = k >> 1;
    union { int32_t i; float f; } a, b;
    a.i = (half + 127) << 23;
    b.i = (k - half + 127) << 23;
    return x != x ? x : q * a.f * b.f;
}

INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

// log(1 + t) for t in 0 ... 1 within 2 ulp (tested against double): 2 artanh(t / (2 + t)) by its series, with coefficients
// fitted at Chebyshev points over that range. NaN passes.
INLINE float log_one_plus(float t) {
    FAST
    float s = t / (2.0f + t), q = s * s;
    float p = 0.13429304957389832f;
    p = p * q + 0.14112602174282074f;
    p = p * q + 0.2000437080860138f;
    p = p * q + 0.3333330750465393f;
    return 2.0f * s + 2.0f * s * q * p;
}

// log(s) for s = 1 + t, t 0 or more, within 2 ulp (tested against double): where t is below 1 from t itself, which keeps
// its digits; above, from the exponent and the rest of s. A t that is not finite gives a number that says nothing.
INLINE float log_of_one_plus(float t) {
    FAST
    union { float f; int32_t i; } s = {1.0f + t};
    int32_t exponent = (s.i >> 23) - 127;
    float power = (float)exponent;
    s.i -= exponent * (1 << 23);
    return t < 1.0f ? log_one_plus(t) : power * 0.693147180559945f + log_one_plus(s.f - 1.0f);
}

// One number's step of Adam.
INLINE void adam(float *restrict p, float g, float *restrict m, float *restrict v, const lacuna_adam_numbers *k) {
#pragma clang fp contract(fast)
    float a = g * k->gscale + k->decay * *p;
    *m = k->beta1 * *m + k->slow1 * a;
    *v = k->beta2 * *v + k->slow2 * a * a;
    *p = *p * k->shrink - k->pace * *m / (__builtin_elementwise_sqrt(*v) * k->inverse2 + k->epsilon);
}
