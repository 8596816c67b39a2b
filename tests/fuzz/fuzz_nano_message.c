/*
 * A peer's payload for a message of fixed size: whatever nanopb takes of it, protobuf-c takes, and reads the same; and
 * nothing is written beside the struct.
 *
 * Input: one byte that chooses the message type, then the payload.
 */
#include "fuzz/fuzz.h"

#include "support/agreement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct agreement_type *type;
    const char *fault;
    bool is_taken;

    if (len == 0)
        return 0;
    type = &agreement_types[data[0] % AGREEMENT_N_TYPES];
    fault = agreement_fault(type, (struct eyelet_slice){ data + 1, len - 1 }, &is_taken);
    if (fault != NULL)
        fprintf(stderr, "%s: %s\n", type->name, fault);
    FUZZ_CHECK(fault == NULL);
    return 0;
}
