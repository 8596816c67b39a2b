/*
 * One connection in fixed memory: a socket, its session, what came and is not taken, what waits to leave. Client and
 * server share it. It waits for nothing: who drives it knows when there is something to read or room to write.
 */
#ifndef EYELET_NANO_LINE_H
#define EYELET_NANO_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/nano.h>

#include "core/session.h"
#include "nano/storage.h"

#define EYELET_LINE_ENDED 1 /* of eyelet_line_read(): the peer sends no more */

#define EYELET_LINE_REFUSAL_MAX 1100u /* bytes of an error reply without details: text, envelope, head */

struct eyelet_line_buffer {
    uint8_t *bytes;
    size_t cap;
    size_t start;
    size_t end;
    size_t clean; /* in: where it was wiped last */
};

/*
 * struct eyelet_line - members that others may read
 * @fd:           -1 while closed
 * @session:      for eyelet_session_accept(), _finish() and the like; it is fed by eyelet_line_next()
 * @is_readable:  the kernel may have bytes; set by whoever is told so, unset here. So is @is_writable for room
 * @is_ending:    set by whoever is told that the peer sends no more, or is gone: then a short read is not the last
 * @progress_ns:  when bytes left last, or when the first of those that wait was put there
 * @received:     bytes from the kernel, ever; @sent the same to it
 */
struct eyelet_line {
    int fd;
    bool wipe;
    bool is_readable;
    bool is_writable;
    bool is_ending;
    uint32_t n_slots;
    struct eyelet_slot *slots;
    struct eyelet_line_buffer in;
    struct eyelet_line_buffer out;
    uint64_t progress_ns;
    uint64_t received;
    uint64_t sent;
    struct eyelet_session session;
};

/* Memory for @calls_max calls and frames of @frame_max bytes. Return: false when @storage is used up. */
bool eyelet_line_init(struct eyelet_line *line, struct eyelet_storage *storage, uint32_t calls_max, uint32_t frame_max,
                      bool wipe);

/* A connection begins. @fd: the line's from then on, on failure too. Return: 0 or -errno: it is closed again. */
int eyelet_line_open(struct eyelet_line *line, int fd, enum eyelet_session_role role,
                     const struct eyelet_session_limits *limits);

/* Ends it, if it was open; what lies in its memory is gone. */
void eyelet_line_close(struct eyelet_line *line);

/*
 * eyelet_line_read() - one recvmsg(), as far as there is room
 *
 * Return: 0, and the line may have bytes for eyelet_line_next() or is not readable any more; EYELET_LINE_ENDED;
 * -errno: the connection is over.
 */
int eyelet_line_read(struct eyelet_line *line);

/*
 * eyelet_line_next() - the session's next event from what was read
 * @ret:  what it points to is valid until the next eyelet_line_next() or _read()
 */
enum eyelet_session_event_kind eyelet_line_next(struct eyelet_line *line, uint64_t now_ns,
                                                struct eyelet_session_event *ret);

/* What was taken is of no more use, if it is to be wiped; the next eyelet_line_next() or _read() knows by itself. */
void eyelet_line_wipe_taken(struct eyelet_line *line);

/* Bytes that came and were not taken. */
size_t eyelet_line_held(const struct eyelet_line *line);

/* The head of the frame that comes next or is being waited for. Return: false while it is not there whole. */
bool eyelet_line_peek(const struct eyelet_line *line, struct eyelet_frame_head *ret);

/*
 * eyelet_line_flush() - send until nothing waits or the kernel has no room
 *
 * Return: 0; -errno: the connection is over.
 */
int eyelet_line_flush(struct eyelet_line *line, uint64_t now_ns);

/*
 * Bytes that wait to leave, and bytes that can be put behind them: each that is put takes as much of it, and what
 * leaves gives it back, not at once, but all of it in the end.
 */
size_t eyelet_line_queued(const struct eyelet_line *line);
size_t eyelet_line_room(const struct eyelet_line *line);

/*
 * What is to leave, put behind what waits already.
 *
 * Return: 0; -ENOBUFS without room now, nothing is changed; -EMSGSIZE for a frame that is over the limit; -EINVAL for
 * a message that cannot be encoded; and of put_request what eyelet_session_measure_request() returns.
 */
int eyelet_line_put_reply(struct eyelet_line *line, uint32_t id, const pb_msgdesc_t *type, const void *message,
                          uint64_t now_ns);
int eyelet_line_put_data(struct eyelet_line *line, uint32_t id, const pb_msgdesc_t *type, const void *message,
                         uint64_t now_ns);
int eyelet_line_put_end(struct eyelet_line *line, uint32_t id, uint64_t now_ns);
int eyelet_line_put_failure(struct eyelet_line *line, uint32_t id, const struct eyelet_error *error, uint64_t now_ns);

/* Takes the last @len bytes back that were put and have not begun to leave. */
void eyelet_line_take_back(struct eyelet_line *line, size_t len);

/* @request: all but its payload_len; @message NULL opens a stream of requests. */
int eyelet_line_put_request(struct eyelet_line *line, struct eyelet_outgoing_request *request, enum eyelet_kind kind,
                            const pb_msgdesc_t *type, const void *message, void *owner, uint64_t now_ns,
                            uint32_t *ret_id);

#endif
