/*
 * A client in fixed memory and the raw peer at its other end, in one thread: what the peer says is written before the
 * client reads it.
 */
#ifndef EYELET_TESTS_NANO_CALLER_H
#define EYELET_TESTS_NANO_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live.h"
#include "support/wire.h"

#define CALLER_NOW_NS 1000000000000u /* where a fake clock begins */
#define MS            EYELET_NS_PER_MS
#define ENDS          (WIRE_CLOSED | WIRE_NO_DATA)

/**
 * struct caller - one at a time
 * @memory, @size:  the client's, exactly as many bytes as the macro says, and of no alignment
 * @client:         NULL once it is cleared
 * @peer:           the other end; -1 when the test has closed it
 */
struct caller {
    uint8_t *memory;
    size_t size;
    struct eyelet_nano_client *client;
    int peer;
    unsigned fds_before;
};

extern struct caller caller;

/* cmocka setup and teardown: a client with default options but 4 streams; no descriptor may be left over. */
int caller_setup(void **state);
int caller_teardown(void **state);

/* Memory for a client with these options, which takes the place of the one before; a client on @address in it. */
void caller_allocate(const struct eyelet_nano_client_opts *opts);
enum eyelet_status caller_init(const char *address, const struct eyelet_nano_client_opts *opts,
                               struct eyelet_error *reterr);

/* Another pair, with these options; clears the client and closes the peer. */
void caller_open(const struct eyelet_nano_client_opts *opts);
void caller_close(void);
void caller_hang_up(void); /* the peer alone */

/* What the peer says: a message {1: text} as a Response or as Data, the end of its side, a Response with an error. */
void caller_put_reply(struct wire *wire, uint32_t id, const char *text);
void caller_put_data(struct wire *wire, uint32_t id, const char *text);
void caller_put_end(struct wire *wire, uint32_t id);
void caller_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text);
void caller_say(struct wire *wire);
void caller_say_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len);
void caller_say_reply(uint32_t id, const char *text);
void caller_say_data(uint32_t id, const char *text);
void caller_say_end(uint32_t id);
void caller_say_error(uint32_t id, int32_t code, const char *text);

/* What the peer hears next must be this frame, whose data has at least @len_min bytes; or nothing, or the end. */
void caller_hear(uint8_t type, uint8_t flags, uint32_t id, size_t len_min);
void caller_hear_nothing(void);
void caller_hear_end(void);

/* One call of Say: its status, and its text if there is one. */
enum eyelet_status caller_call(uint32_t timeout_ms, const char *text, char *ret_text, size_t cap,
                               struct eyelet_error *reterr);

/* The next call, of this id, must be answered: the client is usable. */
void caller_assert_usable(uint32_t id);

/* A call must find the connection lost for this reason, and the next one as well. */
void caller_assert_lost(bool may_have_executed, const char *why);

struct eyelet_counters caller_counters(void);

/* Streams of Chat. */
struct demo_echo_chat_stream *caller_chat(uint32_t timeout_ms);
enum eyelet_status caller_chat_send(struct demo_echo_chat_stream *chat, const char *text, struct eyelet_error *reterr);
void caller_chat_text(struct demo_echo_chat_stream *chat, const char *text);
void caller_chat_end(struct demo_echo_chat_stream *chat);
void caller_chat_failed(struct demo_echo_chat_stream *chat, enum eyelet_status status, const char *why);

#endif
