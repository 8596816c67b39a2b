/*
 * What a test of live connections is made of: peers that speak bytes, to whichever library. Everything here waits for
 * events, with a patience that only a hang uses up, and on a real clock whatever the fake one says.
 *
 * All of it may be used from any thread. What must not happen ends the program with a sentence, since cmocka's own
 * failures may only be raised on the main thread.
 */
#ifndef EYELET_TESTS_LIVE_H
#define EYELET_TESTS_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/frame.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>

#include "support/wire.h"

#define LIVE_PATIENCE_MS 60000

/* Ends the program, with the sentence, unless @is_true. */
void live_must(bool is_true, const char *sentence);

/* A socketpair with CLOEXEC, both ends blocking. */
void live_pair(int fds[2]);

/* A connection to the socket file at @path. */
int live_connect(const char *path);

/* Sends all of it. Return: false when the peer is gone. */
bool live_send(int fd, struct eyelet_slice bytes);

/* The same for what a wire holds, which is cleared; the peer must still be there. */
void live_send_wire(int fd, struct wire *wire);

/* What must come, byte by byte, and nothing behind it; @wire is cleared. */
void live_expect_bytes(int fd, struct wire *wire);

/* Waits until there is something to read, or the end. */
void live_wait(int fd);

/* Reads exactly @len bytes. Return: false when the peer ended or reset the connection before. */
bool live_read(int fd, void *room, size_t len);

/* The peer must close the connection, after whatever it sends before: how many bytes that was. */
size_t live_read_to_end(int fd);

/**
 * struct live_frame - one frame that was received; ended with live_frame_clear()
 */
struct live_frame {
    uint32_t id;
    uint8_t type;
    uint8_t flags;
    uint8_t *data;
    size_t len;
};

/* Return: false at the end of the connection. */
bool live_read_frame(int fd, struct live_frame *ret);
void live_frame_clear(struct live_frame *frame);

/**
 * struct live_reply - a Response that was received; ended with live_reply_clear()
 * @code:     of its status
 * @text:     of its status, cut to the room
 * @payload:  lies in @frame
 */
struct live_reply {
    struct live_frame frame;
    uint32_t id;
    int code;
    char text[EYELET_ERROR_TEXT_MAX + 1];
    struct eyelet_slice payload;
};

/* The next frame, which must be a Response. Return: false at the end of the connection. */
bool live_read_reply(int fd, struct live_reply *ret);
void live_reply_clear(struct live_reply *reply);

#endif
