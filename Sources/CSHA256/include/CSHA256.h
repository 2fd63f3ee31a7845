#ifndef LACUNA_SHA256_H
#define LACUNA_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// Takes `count` blocks of 64 bytes into the eight words of `state`, by the processor's own instructions for it: on x86-64
/// where it has them, and where compiled for it (Apple's processors).
void lacuna_sha256_blocks(uint32_t *state, const uint8_t *bytes, size_t count);

/// The same in plain C, which the other does everywhere else; here so that tests reach it.
void lacuna_sha256_blocks_plain(uint32_t *state, const uint8_t *bytes, size_t count);

#endif
