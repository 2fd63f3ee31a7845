// SHA-256's blocks with memory that ends where they end: the processor's instructions and plain C agree.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CSHA256.h"

int main(void) {
    for (size_t count = 0; count < 20; count++) {
        uint8_t *bytes = malloc(64 * count + 1) + 1;
        for (size_t i = 0; i < 64 * count; i++) bytes[i] = (uint8_t)(i * 7919 >> 3);
        uint32_t *one = malloc(32), *other = malloc(32);
        for (uint32_t i = 0; i < 8; i++) one[i] = other[i] = 0x9e3779b9u * (i + 1);
        lacuna_sha256_blocks(one, bytes, count);
        lacuna_sha256_blocks_plain(other, bytes, count);
        if (memcmp(one, other, 32)) {
            printf("SHA-256 of %zu blocks differs\n", count);
            return 1;
        }
        free(bytes - 1);
        free(one);
        free(other);
    }
    printf("SHA-256: fine\n");
    return 0;
}
