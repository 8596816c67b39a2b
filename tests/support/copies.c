#include "support/copies.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_uint_fast64_t n_bytes;
static _Thread_local uint64_t n_bytes_here;

void *__real_memcpy(void *to, const void *from, size_t len);
void *__real_memmove(void *to, const void *from, size_t len);
void *__wrap_memcpy(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len);

static void count(size_t len)
{
    if (len < COPIES_LEN_MIN)
        return;
    n_bytes += len;
    n_bytes_here += len;
}

void *__wrap_memcpy(void *to, const void *from, size_t len)
{
    count(len);
    return __real_memcpy(to, from, len);
}

void *__wrap_memmove(void *to, const void *from, size_t len)
{
    count(len);
    return __real_memmove(to, from, len);
}

uint64_t copies_bytes(void)
{
    return n_bytes;
}

uint64_t copies_bytes_here(void)
{
    return n_bytes_here;
}
