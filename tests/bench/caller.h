/*
 * The calling half of the benchmark: what is measured, and how. A peer brings functions that call, and a main() of one
 * line.
 *
 *     client ADDRESS CELL SIZE AMOUNT [SERVER]
 *
 *     calls     one call in flight                        AMOUNT milliseconds; SERVER is its process id
 *     flight    64 calls in flight on one connection      the same
 *     threads   8 threads with a connection each          the same
 *     shared    8 threads on one connection               the same
 *     up, down  messages of a stream, to and from it      the same
 *     exact     AMOUNT calls, one after the other, and nothing else
 *     first     runs the program SERVER with ADDRESS, and is over with the first answer
 *
 * Prints one line, with tabs between: calls measured, p50 and p99 in microseconds (0 where single calls are not
 * measured), calls or messages per second, and microseconds of CPU per call of the client and of the server. Exit code
 * 3: the peer has no such thing.
 */
#ifndef BENCH_CALLER_H
#define BENCH_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CALLER_AT_ONCE 64
#define CALLER_THREADS 8

/**
 * struct caller_peer - how to call; all of it ends the program with caller_fail() when it does not work
 * @open:        a connection, for the thread that calls it
 * @call:        sends @size bytes and has them back
 * @flight:      the same @n_calls times, CALLER_AT_ONCE at once; NULL: this peer cannot
 * @up:          sends @n_messages as one stream, and is told that they arrived; may be NULL
 * @down:        receives @n_messages as one stream; may be NULL
 * @close:       ends the connection, in its thread
 * @has_threads: several threads may @call on one connection
 */
struct caller_peer {
    void *(*open)(const char *address, size_t size);
    void (*call)(void *connection);
    void (*flight)(void *connection, size_t n_calls);
    void (*up)(void *connection, size_t n_messages);
    void (*down)(void *connection, size_t n_messages);
    void (*close)(void *connection);
    bool has_threads;
};

/* caller_main() - Return: the program's exit code. */
int caller_main(const struct caller_peer *peer, int argc, char **argv);

/* caller_fail() - end the program, which could not do its work. */
#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
void caller_fail(const char *what);

/* caller_path() - the path in unix://PATH; ends the program for any other address. */
const char *caller_path(const char *address);

#ifdef __cplusplus
}
#endif

#endif
