/*
 * What is said to a server of demo.Echo, and heard from it, frame by frame: of whichever library it is.
 */
#ifndef EYELET_TESTS_SPOKEN_H
#define EYELET_TESTS_SPOKEN_H

#include <stdint.h>

#include <eyelet/status.h>

#include "support/live.h"

/* A request of @method, with @text or @number in it, or with nothing. */
void echo_put_text(struct wire *wire, uint32_t id, const char *method, uint8_t flags, const char *text);
void echo_put_number(struct wire *wire, uint32_t id, const char *method, uint8_t flags, uint64_t number);
void echo_put_open(struct wire *wire, uint32_t id, const char *method);

/* What follows on a stream. */
void echo_put_data_text(struct wire *wire, uint32_t id, const char *text);
void echo_put_data_number(struct wire *wire, uint32_t id, uint64_t number);
void echo_put_end(struct wire *wire, uint32_t id);

/* Say, sent. */
void echo_say(int fd, uint32_t id, const char *text);

/* What must come next: a reply with a text, an error with a part of its text, a message of a stream, its end. */
void echo_expect_reply(int fd, uint32_t id, const char *text);
void echo_expect_error(int fd, uint32_t id, enum eyelet_status status, const char *text_part);
void echo_expect_text(int fd, uint32_t id, const char *text);
void echo_expect_number(int fd, uint32_t id, uint64_t number);
void echo_expect_end(int fd, uint32_t id);

/* A call that is served, so that all that was sent before on this connection has been read. */
void echo_expect_served(int fd, uint32_t id);

#endif
