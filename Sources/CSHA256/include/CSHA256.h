#ifndef LACUNA_SHA256_H
#define LACUNA_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// Takes `count` blocks of 64 bytes into the eight words of `state`, by the processor's own instructions where it has them.
void lacuna_sha256_blocks(uint32_t *state, const uint8_t *bytes, size_t count);

/// The same in plain C, for processors without such instructions; here so that tests reach it on the others.
void lacuna_sha256_blocks_plain(uint32_t *state, const uint8_t *bytes, size_t count);

#endif
