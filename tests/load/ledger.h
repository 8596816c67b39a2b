/*
 * The books: what both ends say about every call, in memory that a parent and its child share. At the end the two sides
 * must agree about each of them.
 *
 * Everything that several threads or both processes write is atomic; nobody waits for anybody here.
 */
#ifndef EYELET_TESTS_LOAD_LEDGER_H
#define EYELET_TESTS_LOAD_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <eyelet/hooks.h>
#include <eyelet/status.h>

#include "parcel.h"

/* A call travels with its number, so that the server can tell which it is before the first message. */
#define LEDGER_KEY "load-call"

/**
 * struct ledger_entry - one call
 * @n_ends:          at the client: exactly 1
 * @n_begins:        at the server, by the interceptor's before
 * @n_handlers:      by the handler
 * @n_afters:        by the interceptor's after
 * @up_sent, @down_received:  parcels, as the client counts them
 * @up_received, @down_sent:  as the handler does
 * @status, @is_remote, @may_have_executed:  its end at the client
 * @server_status:   its end at the server
 */
struct ledger_entry {
    atomic_uint n_ends;
    atomic_uint n_begins;
    atomic_uint n_handlers;
    atomic_uint n_afters;
    atomic_uint up_sent;
    atomic_uint up_received;
    atomic_uint down_sent;
    atomic_uint down_received;
    atomic_uint status;
    atomic_uint server_status;
    atomic_bool is_remote;
    atomic_bool may_have_executed;
};

/* A side's parcels, added up. */
struct ledger_traffic {
    atomic_ullong sent;
    atomic_ullong sent_bytes;
    atomic_ullong received;
    atomic_ullong received_bytes;
};

/**
 * struct ledger - all calls of a run
 * @seed:           of all plans
 * @n_calls:        number of entries
 * @n_taken:        of those, given out
 * @n_wrong:        parcels that were not what they should be, out of order or not asked for, at either side
 * @client:         parcels
 * @server:         parcels
 * @server_totals:  counters of all servers that were closed
 * @client_totals:  the same for clients
 */
struct ledger {
    uint32_t seed;
    uint32_t n_calls;
    atomic_uint n_taken;
    atomic_uint n_wrong;
    struct ledger_traffic client;
    struct ledger_traffic server;
    struct eyelet_counters server_totals;
    struct eyelet_counters client_totals;
    struct ledger_entry entries[];
};

/* Return: NULL without memory; ledger_free() takes NULL. */
struct ledger *ledger_new(uint32_t seed, uint32_t n_calls);
void ledger_free(struct ledger *ledger);

/* The stream of a call, and back: NULL for one that is none of this ledger's. */
uint64_t ledger_stream(const struct ledger *ledger, uint32_t number);
struct ledger_entry *ledger_entry(struct ledger *ledger, uint64_t stream);

/* The next call that nobody has taken. Return: false when there is none. */
bool ledger_take(struct ledger *ledger, uint64_t *ret_stream);

/* The client's end of a call; @error is not looked at for EYELET_OK. */
void ledger_end(struct ledger *ledger, uint64_t stream, enum eyelet_status status, const struct eyelet_error *error);

void ledger_count_sent(struct ledger_traffic *traffic, size_t len);
void ledger_count_received(struct ledger_traffic *traffic, size_t len);

/* Adds @more to @totals, which nobody else is using. */
void ledger_add(struct eyelet_counters *totals, const struct eyelet_counters *more);

/**
 * ledger_audit() - compare the two sides, when both are done
 * @is_calm:  nothing disturbed the calls: each must have ended as planned, and all counters must agree
 * @out:      is told the first complaints, a line each; may be NULL
 *
 * Return: number of complaints.
 */
uint32_t ledger_audit(struct ledger *ledger, bool is_calm, FILE *out);

/* Counts of calls by status, of parcels and of bytes. */
void ledger_print(struct ledger *ledger, FILE *out);

#endif
