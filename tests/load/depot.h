/*
 * The server's side: the service of load.proto, in a thread of this process or in a child of it, once or again and
 * again.
 */
#ifndef EYELET_TESTS_LOAD_DEPOT_H
#define EYELET_TESTS_LOAD_DEPOT_H

#include <stdbool.h>
#include <sys/types.h>

#include <eyelet/eyelet.h>

#include "ledger.h"

struct depot;

/**
 * struct depot_opts - what to run
 * @address:   where to listen
 * @server:    options; its interceptors are the depot's own
 * @ledger:    what calls are booked in; NULL: without books, all calls go plainly
 * @is_child:  in a process of its own; this one has no threads yet
 */
struct depot_opts {
    const char *address;
    struct eyelet_server_opts server;
    struct ledger *ledger;
    bool is_child;
};

/* Return: the depot, which is about to listen; what cannot be had ends the program with a sentence. */
struct depot *depot_open(const struct depot_opts *opts);

/* The process it runs in. */
pid_t depot_pid(const struct depot *depot);

/* Stops the server, calls in flight or not, and opens the next one; does not wait for that. Any thread may ask. */
void depot_restart(struct depot *depot);

/* Gives back what malloc() holds of free memory there; of a child, and waits until it is done. */
void depot_trim(struct depot *depot);

/**
 * depot_close() - stop it and wait for its end
 * @depot:  may be NULL
 *
 * Return: true when every server that it ran ended well.
 */
bool depot_close(struct depot *depot);

#endif
