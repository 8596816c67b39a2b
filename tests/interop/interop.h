/*
 * The interop tests: eyelet against the ttrpc implementations of Debian 12, in both directions. Each case is a cmocka
 * test and a cell of the matrix that is printed at the end.
 */
#ifndef EYELET_TESTS_INTEROP_H
#define EYELET_TESTS_INTEROP_H

#include <stdbool.h>
#include <stddef.h>

#include <eyelet/status.h>

#define CALL_TIMEOUT_MS  120000u /* for a call that is to be answered, on a machine of any load */
#define SHORT_TIMEOUT_MS 300u    /* for a call that is not */
#define MIB              (1u << 20)

/**
 * struct interop_peer - an implementation that nobody here wrote, in programs on top of it
 * @name:                 column of the matrix
 * @server:               start of the command of its server, ends with NULL; the path of its socket is added
 * @client:               start of the command of its client; address and case are added
 * @oversize:             what our call gets when the request is over the limit of its server
 * @oversize_is_remote:   whether its server says so, and lives on
 * @oversize_word:        what its server does then, for the matrix
 * @no_method:            what it answers to an unknown service or method
 * @can_leave_clock:      its client can send a deadline that only the server keeps
 */
struct interop_peer {
    const char *name;
    const char *server[3];
    const char *client[3];
    enum eyelet_status oversize;
    bool oversize_is_remote;
    const char *oversize_word;
    enum eyelet_status no_method;
    bool can_leave_clock;
};

struct interop_run;

/**
 * struct interop_case - one thing that is tried with every peer
 * @name:  row of the matrix
 * @run:   fails the cmocka test, or returns
 * @arg:   @run's own
 */
struct interop_case {
    const char *name;
    void (*run)(struct interop_run *run);
    const char *arg;
};

enum interop_outcome {
    INTEROP_NOT_RUN, /* there is no such case for this peer */
    INTEROP_FAILED,  /* or was never reached */
    INTEROP_PASSED,
};

/**
 * struct interop_run - a case with a peer: what each test is handed
 * @saw:  what a peer did in its own way, for the matrix; NULL: nothing worth a word
 */
struct interop_run {
    const struct interop_case *test;
    const struct interop_peer *peer;
    enum interop_outcome outcome;
    const char *saw;
};

/**
 * struct interop_suite - the cases of one direction
 * @title:     heading in the matrix
 * @cases:     ends with one without a name
 * @has:       whether a peer has a case; NULL: all have all
 * @setup:     before the cases of a peer; fails the cmocka test, or returns
 * @teardown:  after them
 */
struct interop_suite {
    const char *title;
    const struct interop_case *cases;
    bool (*has)(const struct interop_peer *peer, const struct interop_case *test);
    void (*setup)(const struct interop_peer *peer);
    void (*teardown)(void);
};

extern const struct interop_suite interop_client_suite;     /* our client, their server */
extern const struct interop_suite interop_callers_suite;    /* their client, our server */
extern const struct interop_suite interop_containerd_suite; /* our client, containerd */

/* A path in the folder of this run, in static memory until the next call. */
const char *interop_path(const char *name);

/* Fails the test unless a call ended with @wanted; says how it ended instead. */
void assert_status(enum eyelet_status got, const struct eyelet_error *error, enum eyelet_status wanted);

#endif
