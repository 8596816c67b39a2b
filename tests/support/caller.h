/*
 * A client and the raw peer at its other end, in one thread: what the peer says is written before the client reads it.
 */
#ifndef EYELET_TESTS_CALLER_H
#define EYELET_TESTS_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/eyelet.h>

#include "support/live.h"
#include "support/wire.h"

#define CALLER_NOW_NS 1000000000000u /* where caller_setup() lets a fake clock begin, if a test asks for one */

/**
 * struct caller - one at a time
 * @client:  closed by caller_close()
 * @peer:    the other end; -1 when the test has closed it
 */
struct caller {
    struct eyelet_client *client;
    int peer;
    unsigned fds_before;
};

extern struct caller caller;

/* cmocka setup and teardown: a client with default options; no descriptor may be left over. */
int caller_setup(void **state);
int caller_teardown(void **state);

/* Another pair, with these options. */
void caller_open(const struct eyelet_client_opts *opts);
void caller_close(void);

/* What the peer says: a message {1: text} as a Response or as Data, the end of its side, a Response with an error. */
void caller_put_reply(struct wire *wire, uint32_t id, const char *text);
void caller_put_data(struct wire *wire, uint32_t id, const char *text);
void caller_put_end(struct wire *wire, uint32_t id);
void caller_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text);
void caller_say(struct wire *wire);
void caller_say_reply(uint32_t id, const char *text);
void caller_say_data(uint32_t id, const char *text);
void caller_say_end(uint32_t id);
void caller_say_error(uint32_t id, int32_t code, const char *text);

/* What the peer hears next must be this frame, whose data has at least @len_min bytes; or nothing. */
void caller_hear(uint8_t type, uint8_t flags, uint32_t id, size_t len_min);
void caller_hear_nothing(void);

/* One call of Say: its status, and its text if there is one. */
enum eyelet_status caller_call(uint32_t timeout_ms, const char *text, char *ret_text, size_t cap,
                               struct eyelet_error *reterr);

/* The next call, of this id, must be answered: the client is usable. */
void caller_assert_usable(uint32_t id);

#endif
