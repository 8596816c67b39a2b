/*
 * The connect engine: attempts, backoff and one deadline over all of them. What one attempt does is each family's.
 */
#ifndef EYELET_IO_CONNECT_H
#define EYELET_IO_CONNECT_H

#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/status.h>

/*
 * eyelet_connect_until() - connect to an address, as eyelet_address_connect(), with an absolute deadline
 * @deadline_ns:  CLOCK_MONOTONIC
 * @ret_fd:       connected, blocking, CLOEXEC
 */
int eyelet_connect_until(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd,
                         struct eyelet_error *reterr);

#endif
