/*
 * What makes the example's service known_key_service: randomness that is known, and a stop at the very end, for a look
 * at what is left in memory.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "keys/known.h"

ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags);

ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    static unsigned n;

    if (size != KNOWN_SIZE || flags != 0) {
        errno = EINVAL;
        return -1;
    }
    known_key(n++, buffer);
    return KNOWN_SIZE;
}

__attribute__((destructor)) static void wait_to_be_seen(void)
{
    raise(SIGSTOP);
}
