/*
 * The connect engine: attempts, backoff and one deadline over all of them. What one attempt does is each family's.
 */
#ifndef EYELET_IO_CONNECT_H
#define EYELET_IO_CONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/status.h>

#define EYELET_CONNECT_TIMEOUT_MS 30000 /* <eyelet/address.h>, eyelet_address_connect(): the default */

/*
 * struct eyelet_connect_policy - how to go on after an attempt that found nobody there yet
 * @max_attempts:    0 for as many as the deadline allows
 * @first_delay_ms:  pause after the first attempt; it doubles after each
 * @delay_max_ms:    and never grows over this
 * @attempt_ms:      an attempt that has not been answered for so long is given up, and counts as timed out: the packet
 *                   that asked may have been lost with a machine that was just starting
 * @has_jitter:      each pause 20 % more or less, so that clients that lost one server do not come back as one
 * @deadline_ns:     over everything; EYELET_NO_DEADLINE for none
 * @stop_fd:         ends a pause between two attempts when it becomes readable, see eyelet_wake_open(); NULL for none
 */
struct eyelet_connect_policy {
    unsigned max_attempts;
    uint32_t first_delay_ms;
    uint32_t delay_max_ms;
    uint32_t attempt_ms;
    bool has_jitter;
    uint64_t deadline_ns;
    const int *stop_fd;
};

/*
 * eyelet_connect_with() - connect under a policy
 * @ret_n_attempts:  how many were made; set in any case
 *
 * At least one attempt is made. Errors that mean "not there yet" are tried again: ECONNRESET, ECONNREFUSED, ENOENT,
 * EAGAIN, ETIMEDOUT, ENODEV (a guest still booting), EHOSTUNREACH, and EINTR, which cancels a vsock's connect. Any
 * other comes back at once.
 *
 * Return: 0; -ECANCELED by @policy->stop_fd; otherwise the last attempt's -errno.
 */
int eyelet_connect_with(const struct eyelet_address *address, const struct eyelet_connect_policy *policy, int *ret_fd,
                        unsigned *ret_n_attempts);

/*
 * eyelet_connect_until() - connect to an address, as eyelet_address_connect(), with an absolute deadline
 * @deadline_ns:  CLOCK_MONOTONIC
 * @ret_fd:       connected, blocking, CLOEXEC
 */
int eyelet_connect_until(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd,
                         struct eyelet_error *reterr);

/*
 * eyelet_connect_or_stop() - the same, and another thread may end it, between two attempts: then -ECANCELED
 * @stop_fd:         as in the policy
 * @ret_n_attempts:  how many were made; set in any case
 */
int eyelet_connect_or_stop(const struct eyelet_address *address, uint64_t deadline_ns, const int *stop_fd,
                           unsigned *ret_n_attempts, int *ret_fd, struct eyelet_error *reterr);

#endif
