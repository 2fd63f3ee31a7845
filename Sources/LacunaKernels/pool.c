#include "LacunaKernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// About 50 microseconds: steps leave gaps of a few between two pieces of work for all threads.
enum { SPINS = 4000 };

struct lacuna_pool {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_uint round, done;
    int sleepers, threads;
    atomic_int closing;
    void (*body)(void *, int);
    void *context;
    pthread_t *ids;
};

struct start {
    lacuna_pool *pool;
    int part;
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void *work(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    lacuna_pool *pool = start.pool;
    unsigned seen = 0;
    for (;;) {
        unsigned round = seen;
        for (int spin = 0; spin < SPINS; spin++) {
            round = atomic_load_explicit(&pool->round, memory_order_acquire);
            if (round != seen) break;
            pause_briefly();
        }
        if (round == seen) {
            pthread_mutex_lock(&pool->mutex);
            pool->sleepers++;
            while ((round = atomic_load_explicit(&pool->round, memory_order_acquire)) == seen)
                pthread_cond_wait(&pool->wake, &pool->mutex);
            pool->sleepers--;
            pthread_mutex_unlock(&pool->mutex);
        }
        seen = round;
        if (atomic_load_explicit(&pool->closing, memory_order_relaxed)) return NULL;
        pool->body(pool->context, start.part);
        atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
    }
}

static void announce(lacuna_pool *pool) {
    // Under the lock, so that no thread falls asleep between looking and waiting.
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add_explicit(&pool->round, 1, memory_order_release);
    if (pool->sleepers > 0) pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

lacuna_pool *lacuna_pool_new(int threads) {
    lacuna_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->ids = calloc((size_t)threads, sizeof *pool->ids);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->threads = 1;
    if (!pool->ids) {
        lacuna_pool_free(pool);
        return NULL;
    }
    for (int part = 1; part < threads; part++) {
        struct start *start = malloc(sizeof *start);
        if (start) *start = (struct start){pool, part};
        if (!start || pthread_create(&pool->ids[part], NULL, work, start) != 0) {
            free(start);
            lacuna_pool_free(pool);
            return NULL;
        }
        pool->threads++;
    }
    return pool;
}

void lacuna_pool_free(lacuna_pool *pool) {
    if (!pool) return;
    atomic_store_explicit(&pool->closing, 1, memory_order_relaxed);
    announce(pool);
    for (int part = 1; part < pool->threads; part++) pthread_join(pool->ids[part], NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->ids);
    free(pool);
}

void lacuna_pool_run(lacuna_pool *pool, void (*body)(void *, int), void *context) {
    pool->body = body;
    pool->context = context;
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    announce(pool);
    body(context, 0);
    unsigned others = (unsigned)pool->threads - 1;
    for (int spin = 0; atomic_load_explicit(&pool->done, memory_order_acquire) != others; spin++) {
        // More threads than free cores: the one that is waited for may need this core.
        if (spin < SPINS) pause_briefly(); else sched_yield();
    }
}

void lacuna_hand_back_freed(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
