/*
 * Two peers of the server under test, and how they see it: one is hostile, and the other must not notice.
 */
#ifndef EYELET_TESTS_PEERS_H
#define EYELET_TESTS_PEERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "conformance/endpoint.h"
#include "support/gate.h"
#include "support/live.h"
#include "support/wire.h"

#define PEERS_FRAME_MAX 8192 /* of peers_small */

extern const struct endpoint_opts peers_small;

/**
 * struct peers - while a server runs
 * @hostile, @healthy:  connections
 * @healthy_id:         of the next call of the healthy one
 * @gate:               where the handler of "wait" does
 * @n_served:           calls that had a handler
 */
struct peers {
    int hostile;
    int healthy;
    uint32_t healthy_id;
    struct gate gate;
    atomic_uint n_served;
};

extern struct peers peers;

/* cmocka setup, beside folder_teardown(). */
int peers_setup(void **state);

/*
 * Starts a server, and connects both; closes them and stops it. The service is Say alone: "large" is answered with half
 * of PEERS_FRAME_MAX, all others with their text.
 */
void peers_start(const struct endpoint_opts *opts);
void peers_stop(void);

/* Another hostile connection in place of the last; one more connection. */
void peers_reconnect(void);
int peers_connect(void);

/* Say, appended. A text of @len letters, from malloc(). */
void peers_put_say(struct wire *wire, uint32_t id, const char *text);
char *peers_long_text(size_t len);

/* What the hostile one sends. */
void peers_send_bytes(const void *data, size_t len);
void peers_send_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len);
void peers_send_request(uint32_t id, const struct wire_request *request);

/* The next frame must be this answer. */
void peers_assert_answer_on(int fd, uint32_t id, int code, const char *text_part);
void peers_assert_answer(uint32_t id, int code, const char *text_part);

/* A connection is served; the healthy one is. */
void peers_assert_served_on(int fd, uint32_t id);
void peers_assert_others_live(void);

/* K: the hostile connection lives, and is in step. X: it is closed, with @n_bytes said before. */
void peers_assert_keeps(uint32_t next_id);
void peers_assert_closed(size_t n_bytes);

#endif
