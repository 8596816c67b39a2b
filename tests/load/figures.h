/*
 * What the library is measured by: ratios between runs of one program on one machine, and bytes. Each is printed as a
 * line "name value limit". Nothing here is a test: how long something takes is not asserted anywhere.
 */
#ifndef EYELET_TESTS_LOAD_FIGURES_H
#define EYELET_TESTS_LOAD_FIGURES_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct figures_opts - how long to look
 * @n_rounds:      of each pair of runs that are compared
 * @round_ms:      how long each of them takes
 * @n_idle:        idle connections
 * @idle_s:        how long their wake-ups are counted
 * @n_trickling:   clients that send one byte per second
 * @n_calls:       unary calls, and as many stream messages
 */
struct figures_opts {
    uint32_t n_rounds;
    uint32_t round_ms;
    uint32_t n_idle;
    uint32_t idle_s;
    uint32_t n_trickling;
    uint32_t n_calls;
};

/* One group each. Return: number of figures over their limit. The caller has no threads. */
uint32_t figures_slow_handler(const struct figures_opts *opts, FILE *out);
uint32_t figures_idle(const struct figures_opts *opts, FILE *out);
uint32_t figures_trickle(const struct figures_opts *opts, FILE *out);
uint32_t figures_constant(const struct figures_opts *opts, FILE *out);

#endif
