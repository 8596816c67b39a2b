/*
 * What stands in for realloc() and free() in this library's copy of nanopb.
 */
#ifndef EYELET_NANO_NO_HEAP_H
#define EYELET_NANO_NO_HEAP_H

#include <stddef.h>

void *eyelet_nano_no_realloc(void *memory, size_t size);
void eyelet_nano_no_free(void *memory);

#endif
