/*
 * Sleeping on a condition until an absolute CLOCK_MONOTONIC deadline.
 */
#ifndef EYELET_RPC_WAIT_H
#define EYELET_RPC_WAIT_H

#include <pthread.h>
#include <stdint.h>

/* eyelet_wait_init() - a condition on CLOCK_MONOTONIC. Return: 0 or -errno. */
int eyelet_wait_init(pthread_cond_t *condition);

/*
 * eyelet_wait_until() - sleep, with @lock released meanwhile
 * @deadline_ns:  EYELET_NO_DEADLINE for ever
 *
 * May return early. (pthread_mutex_clocklock() and pthread_cond_clockwait() are not known to ThreadSanitizer.)
 */
void eyelet_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline_ns);

#endif
