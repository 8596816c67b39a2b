/*
 * Distributions build nanopb with PB_ENABLE_MALLOC: its decoder gives memory to fields that are pointers. Generated
 * code refuses to be compiled with such fields, so this is never reached, and a program that never allocates need not
 * take the allocator along for it. In the copy of nanopb that goes with this library (src/nano/CMakeLists.txt) the two
 * names are replaced by these.
 */
#include "nano/no_heap.h"

void *eyelet_nano_no_realloc(void *memory, size_t size)
{
    (void)memory;
    (void)size;
    return NULL; /* as if there were no memory: nanopb's decoder fails */
}

void eyelet_nano_no_free(void *memory)
{
    (void)memory; /* only NULL can come: nobody got any */
}
