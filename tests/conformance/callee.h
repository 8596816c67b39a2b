/*
 * The raw peer of a client under test, on a socketpair: what it says and hears.
 */
#ifndef EYELET_TESTS_CALLEE_H
#define EYELET_TESTS_CALLEE_H

#include "conformance/client.h"
#include "support/live.h"
#include "support/wire.h"

#define CALLEE_NOW_NS 1000000000000u /* where a fake clock begins */
#define CALLEE_ENDS   (WIRE_CLOSED | WIRE_NO_DATA)

/* The peer's end; -1 when the test has closed it. */
extern int callee;

/* cmocka setup and teardown: a client with default options; no descriptor may be left over. */
int callee_setup(void **state);
int callee_teardown(void **state);

/* Another pair, with these options, in place of the last. */
void callee_open(const struct client_opts *opts);
void callee_close(void);

/* Little room in the socket, so that CLIENT_TEXT_MAX does not fit. */
void callee_narrow(void);

/* Letters, from malloc(). */
char *callee_long_text(size_t len);

/* What it says: a message {1: text} as a Response or as Data, the end of its side, a Response with an error, a frame.
 */
void callee_put_reply(struct wire *wire, uint32_t id, const char *text);
void callee_put_data(struct wire *wire, uint32_t id, const char *text);
void callee_put_end(struct wire *wire, uint32_t id);
void callee_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text);
void callee_say(struct wire *wire);
void callee_say_reply(uint32_t id, const char *text);
void callee_say_data(uint32_t id, const char *text);
void callee_say_end(uint32_t id);
void callee_say_error(uint32_t id, int32_t code, const char *text);
void callee_say_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len);

/* What it hears next must be this frame, whose data has at least @len_min bytes; or nothing. */
void callee_hear(uint8_t type, uint8_t flags, uint32_t id, size_t len_min);
void callee_hear_nothing(void);

/* One call of Say with this timeout, or the default for 0; the next call, of this id, is answered: the client is
 * usable. */
enum eyelet_status callee_call(uint32_t timeout_ms, struct eyelet_error *reterr);
void callee_assert_usable(uint32_t id);

#endif
