#include "support/costs.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "support/faults.h"
#include "support/live.h"

/* No system calls, or the peers' own. */
static bool is_apart(enum fault_call call)
{
    switch (call) {
    case FAULT_ALLOC:
    case FAULT_SEND:
    case FAULT_RECV:
    case FAULT_SENDMSG:
    case FAULT_POLL:
    case FAULT_EPOLL_WAIT:
    case FAULT_FOPENCOOKIE:
    case FAULT_CLOCK_GETTIME: /* the vdso answers */
        return true;
    default:
        return false;
    }
}

static unsigned others(unsigned (*count)(enum fault_call call))
{
    unsigned n = 0;

    for (int i = 0; i < N_FAULT_CALLS; i++)
        n += is_apart((enum fault_call)i) ? 0 : count((enum fault_call)i);
    return n;
}

static struct costs costs_of(unsigned (*count)(enum fault_call call), uint64_t (*bytes)(enum fault_call call))
{
    return (struct costs){
        .waits = count(FAULT_POLL) + count(FAULT_EPOLL_WAIT),
        .reads = count(FAULT_RECV),
        .writes = count(FAULT_SENDMSG),
        .others = others(count),
        .allocs = count(FAULT_ALLOC),
        .bytes_read = bytes(FAULT_RECV),
        .bytes_written = bytes(FAULT_SENDMSG),
    };
}

struct costs costs_here(void)
{
    return costs_of(faults_count_here, faults_bytes_here);
}

struct costs costs_elsewhere(void)
{
    struct costs mine = costs_here(), all = costs_of(faults_count, faults_bytes);

    return costs_between(&mine, &all);
}

struct costs costs_between(const struct costs *before, const struct costs *after)
{
    return (struct costs){
        .waits = after->waits - before->waits,
        .reads = after->reads - before->reads,
        .writes = after->writes - before->writes,
        .others = after->others - before->others,
        .allocs = after->allocs - before->allocs,
        .bytes_read = after->bytes_read - before->bytes_read,
        .bytes_written = after->bytes_written - before->bytes_written,
    };
}

static bool has_asleep(int n)
{
    return faults_waiting() == (unsigned)n;
}

static bool has_asleep_forever(int n)
{
    return faults_waiting_forever() == (unsigned)n;
}

static bool has_timeout(int timeout_ms)
{
    return faults_waiting() > 0 && faults_timeout_ms() == timeout_ms;
}

static void await(bool (*is_so)(int value), int value)
{
    time_t until = time(NULL) + LIVE_PATIENCE_MS / 1000;

    while (!is_so(value)) {
        live_must(time(NULL) < until, "the threads that should wait do not, or not for that");
        sched_yield();
    }
}

void costs_await_asleep(unsigned n_threads)
{
    await(has_asleep, (int)n_threads);
}

void costs_await_asleep_forever(unsigned n_threads)
{
    await(has_asleep_forever, (int)n_threads);
}

void costs_await_timeout(int timeout_ms)
{
    await(has_timeout, timeout_ms);
}

void costs_assert_at_most(const struct costs *costs, unsigned n_calls, struct costs most)
{
    assert_in_range(costs->waits, 0, n_calls * most.waits);
    assert_in_range(costs->reads, 0, n_calls * most.reads);
    assert_in_range(costs->writes, 0, n_calls * most.writes);
    assert_in_range(costs->others, 0, n_calls * most.others);
    assert_in_range(costs->allocs, 0, n_calls * most.allocs);
}

void costs_print(const char *what, const struct costs *costs, unsigned n_calls)
{
    const double n = n_calls;

    printf("%-40s %5.2f waits %5.2f reads %5.2f writes %5.2f others %6.2f allocations\n", what, costs->waits / n,
           costs->reads / n, costs->writes / n, costs->others / n, costs->allocs / n);
}
