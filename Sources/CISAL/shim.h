// A face for ISA-L's inflater that Swift can import quickly: the state itself holds tables of thousands of entries, each of
// which would become a tuple.

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

/// A new inflater of gzip members that checks header, checksum and length; NULL without memory. `free` ends it.
static inline void *lacuna_isal_new(void) {
    struct inflate_state *state = malloc(sizeof *state);
    if (!state) return NULL;
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP;
    return state;
}

/// Makes it ready for the next member.
static inline void lacuna_isal_reset(void *inflater) {
    struct inflate_state *state = inflater;
    isal_inflate_reset(state);
    state->crc_flag = ISAL_GZIP;
}

/// Inflates until the input is used up, the output is full or the member ends; says what is left of both.
/// Returns 1 at the member's end, 0 before it, and ISA-L's negative codes for damaged data.
static inline int lacuna_isal_inflate(
    void *inflater, const uint8_t *input, uint32_t *input_left, uint8_t *output, uint32_t *output_left) {
    struct inflate_state *state = inflater;
    state->next_in = (uint8_t *)input;
    state->avail_in = *input_left;
    state->next_out = output;
    state->avail_out = *output_left;
    int status = isal_inflate(state);
    *input_left = state->avail_in;
    *output_left = state->avail_out;
    if (status < 0) return status;
    return state->block_state == ISAL_BLOCK_FINISH;
}

/// Bytes that are inflated already and wait for room in the output: tens of thousands where the output is small.
static inline uint32_t lacuna_isal_waiting(const void *inflater) {
    const struct inflate_state *state = inflater;
    return (uint32_t)(state->tmp_out_valid - state->tmp_out_processed);
}
