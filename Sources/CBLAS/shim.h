// One BLAS under one name: OpenBLAS on Linux, Accelerate on macOS. Which library is linked stands in Package.swift.
#pragma once
#if defined(__APPLE__)
#define ACCELERATE_NEW_LAPACK
#include <Accelerate/Accelerate.h>
static inline void lacuna_blas_set_threads(int threads) { (void)threads; }  // Accelerate manages its own threads
static inline void lacuna_blas_choose_kernels(void) {}
static inline const char *lacuna_blas_kernels(void) { return "Accelerate"; }
#else
#include <cblas.h>
#include <stdlib.h>
#include <string.h>
static inline void lacuna_blas_set_threads(int threads) { openblas_set_num_threads(threads); }

// The processor family whose kernels OpenBLAS uses.
static inline const char *lacuna_blas_kernels(void) { return openblas_get_corename(); }

#if defined(__x86_64__)
// What OpenBLAS itself calls when it is loaded and unloaded; absent in builds for one processor.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

// OpenBLAS knows processors by their model numbers, and gives one that is newer than itself the kernels of 2004: a fifth
// of the speed (0.3.21 on a Xeon of 2023: 33 GFLOP/s, against 149 with the kernels for its instructions). Where a
// processor has AVX2 and the kernels do not, they are chosen anew, by what it can do. A choice that the user made in
// OPENBLAS_CORETYPE stands. Not while another thread is inside the BLAS.
static inline void lacuna_blas_choose_kernels(void) {
    static const char *const with_avx2[] = {"Haswell", "Zen", "Excavator", "SkylakeX", "Cooperlake", "SapphireRapids"};
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || getenv("OPENBLAS_CORETYPE")) return;
    const char *chosen = openblas_get_corename();
    for (size_t i = 0; i < sizeof with_avx2 / sizeof *with_avx2; i++)
        if (strcmp(chosen, with_avx2[i]) == 0) return;
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl");
    setenv("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
}
#else
static inline void lacuna_blas_choose_kernels(void) {}
#endif
#endif
