/*
 * What calls cost, in counts of faults.h that do not depend on the machine: system calls and allocations of the code
 * under test. Futexes are not seen, nor what libraries that are not in the program itself do. Peers of live.h use
 * send(), read() and ppoll(): of these only read() is counted, with the thread that the peer speaks in.
 */
#ifndef EYELET_TESTS_COSTS_H
#define EYELET_TESTS_COSTS_H

#include <stdint.h>

/**
 * struct costs - of some calls, or since the last reset
 * @waits:   poll() and epoll_wait()
 * @reads:   recvmsg(), recv()
 * @writes:  sendmsg(), sendto()
 * @others:  any other system call that is wrapped: to wake a thread, to be told of a socket, to open and to close
 * @allocs:  malloc(), calloc() and realloc()
 * @bytes_read, @bytes_written:  by those
 */
struct costs {
    unsigned waits;
    unsigned reads;
    unsigned writes;
    unsigned others;
    unsigned allocs;
    uint64_t bytes_read;
    uint64_t bytes_written;
};

/* Since the last reset: of the calling thread; of all others together. */
struct costs costs_here(void);
struct costs costs_elsewhere(void);

/* What came between. */
struct costs costs_between(const struct costs *before, const struct costs *after);

/*
 * Waits until so many threads wait in poll() or epoll_wait(), the calling one not among them. What they have cost does
 * not change then, until somebody wakes them.
 */
void costs_await_asleep(unsigned n_threads);

/* The same, and none of them has a timeout: none will ever wake by itself. */
void costs_await_asleep_forever(unsigned n_threads);

/* Waits until a thread waits with this timeout. */
void costs_await_timeout(int timeout_ms);

/* Fails the test unless @costs are none of them, their bytes apart, more than @n_calls times @most. */
void costs_assert_at_most(const struct costs *costs, unsigned n_calls, struct costs most);

/* A line of a table: what @n_calls cost, each. */
void costs_print(const char *what, const struct costs *costs, unsigned n_calls);

#endif
