// One BLAS under one name: OpenBLAS on Linux, Accelerate on macOS. Which library is linked stands in Package.swift.
#pragma once
#if defined(__APPLE__)
#define ACCELERATE_NEW_LAPACK
#include <Accelerate/Accelerate.h>
static inline void lacuna_blas_set_threads(int threads) { (void)threads; }  // Accelerate manages its own threads
#else
#include <cblas.h>
static inline void lacuna_blas_set_threads(int threads) { openblas_set_num_threads(threads); }
#endif
