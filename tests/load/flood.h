/*
 * Peers that send and do not read, over sockets that hold 4 KiB: whatever becomes of a stream, nobody locks up.
 */
#ifndef EYELET_TESTS_LOAD_FLOOD_H
#define EYELET_TESTS_LOAD_FLOOD_H

#include <stdint.h>
#include <stdio.h>

#include <eyelet/status.h>

/**
 * struct flood_opts - how much
 * @server_threads:  handlers at once
 * @n_parcels:       in each direction
 * @size:            of the data of each, in bytes
 */
struct flood_opts {
    uint32_t server_threads;
    uint32_t n_parcels;
    uint32_t size;
};

/**
 * struct flood_result - what came of it
 * @status:         of the stream; EYELET_OK when everything arrived
 * @n_up:           parcels that the handler received; or replies, of calls
 * @n_down:         parcels that the client received
 * @n_wrong:        of both, not what they should be or out of order
 * @after:          of a call on the same connection afterwards
 */
struct flood_result {
    enum eyelet_status status;
    uint32_t n_up;
    uint32_t n_down;
    uint32_t n_wrong;
    enum eyelet_status after;
};

/* Client and handler each send all their parcels on one stream, and only then receive. */
struct flood_result flood_both(const struct flood_opts *opts);

/* Two threads send half of the parcels each, on a stream of their own; the answers are read by a third, slowly. */
struct flood_result flood_slow_reader(const struct flood_opts *opts);

/* One thread starts a call for each parcel, and only then collects them. */
struct flood_result flood_calls(const struct flood_opts *opts);

/* All three, printed. Return: number of those that did not end as they must. */
uint32_t flood_run(FILE *out);

#endif
