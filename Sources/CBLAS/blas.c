#include "CBLAS.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
// Absent in builds without threads.
extern int blas_thread_shutdown_(void) __attribute__((weak));

// OpenBLAS starts a thread for every core while it is loaded, and these spin for a tenth of a second, on cores that share what they
// have with ours. Lacuna's products run on the threads that call them; should anything else in the process let OpenBLAS have
// threads, it starts them anew. Not while a library is loaded: a thread may need the loader's lock before it can end.
static void end_threads(void) {
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
#endif

#if defined(__APPLE__)
void lacuna_blas_set_threads(int threads) { (void)threads; }
const char *lacuna_blas_kernels(void) { return "Accelerate"; }
#else
void lacuna_blas_set_threads(int threads) {
    // OpenBLAS does not guard itself against two callers here.
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    if (openblas_get_num_threads() != threads) {
        // This starts them, whatever their number.
        openblas_set_num_threads(threads);
#if defined(__linux__)
        if (threads == 1) end_threads();
#endif
    }
    pthread_mutex_unlock(&mutex);
}
const char *lacuna_blas_kernels(void) { return openblas_get_corename(); }
#endif

#if defined(__linux__) && defined(__x86_64__)
// What OpenBLAS itself calls when it is loaded and unloaded; absent in builds for one processor.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

// OpenBLAS knows processors by their model numbers, and gives one that is newer than itself the kernels of 2004: a fifth of
// the speed (0.3.21 on a Xeon of 2023: 33 GFLOP/s, against 149 with the kernels for its instructions). Where a processor has
// AVX2 and such kernels were chosen, they are chosen anew, by what it can do. A choice that the user made in
// OPENBLAS_CORETYPE stands. This happens while the program is loaded, after OpenBLAS, which it depends on, and before any
// thread of it can read the environment or be inside the BLAS.
__attribute__((constructor)) static void choose_kernels(void) {
    static const char *const old[] = {"Katmai", "Coppermine", "Northwood", "Banias", "Prescott", "Core2", "Penryn", "Dunnington",
                                      "Atom", "Nehalem", "Sandybridge", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona",
                                      "Bobcat", "Bulldozer", "Piledriver", "Steamroller", "Generic"};
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || getenv("OPENBLAS_CORETYPE")) return;
    int is_old = 0;
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) is_old |= strcmp(openblas_get_corename(), old[i]) == 0;
    __builtin_cpu_init();
    if (!is_old || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    int is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl");
    setenv("OPENBLAS_CORETYPE", is_wide ? "SkylakeX" : "Haswell", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
}
#endif
