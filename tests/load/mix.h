/*
 * Everything at once: many clients, each with several threads, calls of all kinds, in all ways, and what disturbs them.
 */
#ifndef EYELET_TESTS_LOAD_MIX_H
#define EYELET_TESTS_LOAD_MIX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct mix_opts - how much of it
 * @seed:            of all plans: the same seed makes the same calls
 * @n_calls:         in all
 * @n_clients:       at once
 * @n_threads:       of each client
 * @server_threads:  handlers at once
 * @n_cuts:          connections that are cut off in mid-call
 * @n_swaps:         clients that are closed in mid-call, by one thread for all, and opened anew
 * @n_restarts:      of the server, with calls in flight
 * @has_strangers:   streams are cancelled by other threads than their own
 * @is_child:        the server runs in a process of its own; the caller has no threads
 */
struct mix_opts {
    uint32_t seed;
    uint32_t n_calls;
    uint32_t n_clients;
    uint32_t n_threads;
    uint32_t server_threads;
    uint32_t n_cuts;
    uint32_t n_swaps;
    uint32_t n_restarts;
    bool has_strangers;
    bool is_child;
};

/**
 * mix_run() - make all those calls, then compare what both sides say about them
 * @out:  is told what was counted, and the first complaints
 *
 * Return: number of complaints.
 */
uint32_t mix_run(const struct mix_opts *opts, FILE *out);

#endif
