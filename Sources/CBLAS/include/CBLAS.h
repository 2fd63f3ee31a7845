// One BLAS under one name: OpenBLAS on Linux, Accelerate on macOS. Which library is linked stands in Package.swift.
#pragma once
#if defined(__APPLE__)
#define ACCELERATE_NEW_LAPACK
#include <Accelerate/Accelerate.h>
#else
#include <cblas.h>
#endif

// How many threads the BLAS takes, in the whole process. Accelerate manages its own.
void lacuna_blas_set_threads(int threads);
// The kind of processor that the BLAS calculates for, in its own words.
const char *lacuna_blas_kernels(void);
