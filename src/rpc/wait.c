/*
 * Sleeping on a condition.
 */
#include "rpc/wait.h"

#include <time.h>

#include "io/socket.h"

int eyelet_wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attr;
    int r;

    r = pthread_condattr_init(&attr);
    if (r != 0)
        return -r;
    r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(condition, &attr);
    pthread_condattr_destroy(&attr);
    return -r;
}

void eyelet_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline_ns)
{
    struct timespec at = {
        .tv_sec = (time_t)(deadline_ns / EYELET_NS_PER_S),
        .tv_nsec = (long)(deadline_ns % EYELET_NS_PER_S),
    };

    if (deadline_ns == EYELET_NO_DEADLINE)
        pthread_cond_wait(condition, lock);
    else
        pthread_cond_timedwait(condition, lock, &at);
}
