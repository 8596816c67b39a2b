/*
 * Bytes between a socket and a session, in two buffers that do not grow.
 */
#include "nano/line.h"

#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "io/socket.h"
#include "nano/message.h"

_Static_assert(sizeof(struct eyelet_slot) <= EYELET_NANO_SLOT_SIZE, "a block holds as many slots as its macro says");
_Static_assert(EYELET_LINE_REFUSAL_MAX >= EYELET_FRAME_HEADER_LEN + EYELET_ERROR_TEXT_MAX + 64 &&
                   EYELET_LINE_REFUSAL_MAX <= EYELET_NANO_FRAME_ROOM,
               "an error reply finds room behind a frame");

static bool buffer_init(struct eyelet_line_buffer *buffer, struct eyelet_storage *storage, uint32_t frame_max)
{
    *buffer = (struct eyelet_line_buffer){ .cap = (size_t)frame_max + EYELET_NANO_FRAME_ROOM };
    buffer->bytes = eyelet_storage_take(storage, buffer->cap);
    return buffer->bytes != NULL;
}

static uint32_t round_up_to_power_of_two(uint32_t n)
{
    uint32_t power = 1;

    while (power < n)
        power *= 2;
    return power;
}

bool eyelet_line_init(struct eyelet_line *line, struct eyelet_storage *storage, uint32_t calls_max, uint32_t frame_max,
                      bool wipe)
{
    *line = (struct eyelet_line){ .fd = -1, .wipe = wipe, .n_slots = round_up_to_power_of_two(calls_max) };
    line->slots = eyelet_storage_take(storage, line->n_slots * sizeof(*line->slots));
    return line->slots != NULL && buffer_init(&line->in, storage, frame_max) &&
           buffer_init(&line->out, storage, frame_max);
}

static void buffer_clear(struct eyelet_line_buffer *buffer, bool wipe)
{
    if (wipe)
        explicit_bzero(buffer->bytes, buffer->cap);
    buffer->start = buffer->end = buffer->clean = 0;
}

int eyelet_line_open(struct eyelet_line *line, int fd, enum eyelet_session_role role,
                     const struct eyelet_session_limits *limits)
{
    int r = eyelet_socket_set_nonblocking(fd, true);

    if (r < 0) {
        eyelet_socket_close(fd);
        return r;
    }
    line->fd = fd;
    line->is_readable = line->is_writable = true;
    line->is_ending = false;
    line->received = line->sent = 0;
    eyelet_session_init(&line->session, role, limits, line->slots, line->n_slots);
    return 0;
}

void eyelet_line_close(struct eyelet_line *line)
{
    if (line->fd < 0)
        return;
    line->fd = eyelet_socket_close(line->fd);
    buffer_clear(&line->in, line->wipe);
    buffer_clear(&line->out, line->wipe);
}

/* --- what comes --------------------------------------------------------------------------------------------------- */

void eyelet_line_wipe_taken(struct eyelet_line *line)
{
    if (line->wipe)
        explicit_bzero(line->in.bytes + line->in.clean, line->in.start - line->in.clean);
    line->in.clean = line->in.start;
}

/* Moves what is there to the front. */
static void compact(struct eyelet_line_buffer *buffer, bool wipe)
{
    size_t len = buffer->end - buffer->start;

    if (buffer->start == 0)
        return;
    if (len > 0)
        memmove(buffer->bytes, buffer->bytes + buffer->start, len);
    if (wipe)
        explicit_bzero(buffer->bytes + len, buffer->end - len);
    buffer->start = buffer->clean = 0;
    buffer->end = len;
}

/* A move that frees no less than it moves is paid for by what has gone. */
static bool is_cheap_to_compact(const struct eyelet_line_buffer *buffer)
{
    return buffer->end - buffer->start <= buffer->start;
}

/*
 * A frame must lie in one piece. What is whole and waits to be taken needs no room behind it, and is not moved for it.
 */
static bool wants_front(const struct eyelet_line *line)
{
    const struct eyelet_frame_decoder *decoder = &line->session.decoder;
    const struct eyelet_line_buffer *in = &line->in;

    if (decoder->state == EYELET_FRAME_STATE_DATA && decoder->head.data_len > in->cap - in->start)
        return true;
    return is_cheap_to_compact(in) && (in->start == in->end || in->end > in->cap / 2);
}

int eyelet_line_read(struct eyelet_line *line)
{
    struct eyelet_line_buffer *in = &line->in;
    size_t n;
    int r;

    eyelet_line_wipe_taken(line);
    if (wants_front(line))
        compact(in, line->wipe);
    if (in->end == in->cap)
        return 0;
    r = eyelet_socket_recv_edge(line->fd, in->bytes + in->end, in->cap - in->end, &n);
    if (r == -EAGAIN) {
        line->is_readable = false;
        return 0;
    }
    if (r < 0)
        return r;
    if (n == 0) {
        line->is_readable = false;
        return EYELET_LINE_ENDED;
    }
    if (r != EYELET_SOCKET_CUT && n < in->cap - in->end)
        line->is_readable = line->is_ending; /* a short read: whoever watches is told when there is more */
    in->end += n;
    line->received += n;
    return 0;
}

enum eyelet_session_event_kind eyelet_line_next(struct eyelet_line *line, uint64_t now_ns,
                                                struct eyelet_session_event *ret)
{
    struct eyelet_slice bytes = { line->in.bytes + line->in.start, eyelet_line_held(line) };
    enum eyelet_session_event_kind kind;

    eyelet_line_wipe_taken(line);
    kind = eyelet_session_feed(&line->session, &bytes, now_ns, ret);
    line->in.start = line->in.end - bytes.len;
    if (kind == EYELET_SESSION_MORE)
        eyelet_line_wipe_taken(line); /* what was skipped */
    return kind;
}

size_t eyelet_line_held(const struct eyelet_line *line)
{
    return line->in.end - line->in.start;
}

bool eyelet_line_peek(const struct eyelet_line *line, struct eyelet_frame_head *ret)
{
    const struct eyelet_frame_decoder *decoder = &line->session.decoder;
    const uint8_t *head = line->in.bytes + line->in.start;

    if (decoder->state == EYELET_FRAME_STATE_DATA) {
        *ret = decoder->head;
        return true;
    }
    if (decoder->state != EYELET_FRAME_STATE_HEAD || eyelet_line_held(line) < EYELET_FRAME_HEADER_LEN)
        return false;
    *ret = (struct eyelet_frame_head){
        .data_len = eyelet_get_be32(head),
        .stream_id = eyelet_get_be32(head + 4),
        .type = head[8],
        .flags = head[9],
    };
    return true;
}

/* --- what leaves -------------------------------------------------------------------------------------------------- */

size_t eyelet_line_queued(const struct eyelet_line *line)
{
    return line->out.end - line->out.start;
}

size_t eyelet_line_room(const struct eyelet_line *line)
{
    return line->out.cap - (is_cheap_to_compact(&line->out) ? eyelet_line_queued(line) : line->out.end);
}

int eyelet_line_flush(struct eyelet_line *line, uint64_t now_ns)
{
    struct eyelet_line_buffer *out = &line->out;

    while (out->start < out->end && line->is_writable) {
        size_t n;
        int r = eyelet_socket_send_some(line->fd, out->bytes + out->start, out->end - out->start, &n);

        if (r == -EAGAIN) {
            line->is_writable = false;
            break;
        }
        if (r < 0)
            return r;
        if (line->wipe)
            explicit_bzero(out->bytes + out->start, n);
        out->start += n;
        line->sent += n;
        line->progress_ns = now_ns;
    }
    if (out->start == out->end)
        out->start = out->end = 0;
    return 0;
}

/* Room for a frame of @len bytes, to be filled at once; NULL when there is none. */
static uint8_t *put(struct eyelet_line *line, size_t len, uint64_t now_ns)
{
    struct eyelet_line_buffer *out = &line->out;
    uint8_t *room;

    if (len > eyelet_line_room(line))
        return NULL;
    if (is_cheap_to_compact(out)) /* always: then there is as much room behind what is put as eyelet_line_room() says */
        compact(out, line->wipe);
    if (out->start == out->end)
        line->progress_ns = now_ns;
    room = out->bytes + out->end;
    out->end += len;
    return room;
}

int eyelet_line_put_reply(struct eyelet_line *line, uint32_t id, const pb_msgdesc_t *type, const void *message,
                          uint64_t now_ns)
{
    size_t len, head_len;
    uint8_t *room;
    int r;

    r = eyelet_message_len(type, message, &len);
    if (r == 0)
        r = eyelet_session_measure_reply(&line->session, len, &head_len);
    if (r < 0)
        return r;
    room = put(line, head_len + len, now_ns);
    if (room == NULL)
        return -ENOBUFS;
    eyelet_session_put_reply(id, len, room, head_len);
    eyelet_message_encode(type, message, room + head_len, len);
    return 0;
}

int eyelet_line_put_data(struct eyelet_line *line, uint32_t id, const pb_msgdesc_t *type, const void *message,
                         uint64_t now_ns)
{
    uint8_t *room;
    size_t len;
    int r;

    r = eyelet_message_len(type, message, &len);
    if (r == 0)
        r = eyelet_session_measure_data(&line->session, len);
    if (r < 0)
        return r;
    room = put(line, EYELET_FRAME_HEADER_LEN + len, now_ns);
    if (room == NULL)
        return -ENOBUFS;
    eyelet_session_put_data(id, len, room);
    eyelet_message_encode(type, message, room + EYELET_FRAME_HEADER_LEN, len);
    return 0;
}

int eyelet_line_put_end(struct eyelet_line *line, uint32_t id, uint64_t now_ns)
{
    uint8_t *room = put(line, EYELET_FRAME_HEADER_LEN, now_ns);

    if (room == NULL)
        return -ENOBUFS;
    eyelet_session_put_end(id, room);
    return 0;
}

int eyelet_line_put_failure(struct eyelet_line *line, uint32_t id, const struct eyelet_error *error, uint64_t now_ns)
{
    size_t len = eyelet_session_measure_failure(error);
    uint8_t *room = put(line, len, now_ns);

    if (room == NULL)
        return -ENOBUFS;
    eyelet_session_put_failure(id, error, room, len);
    return 0;
}

void eyelet_line_take_back(struct eyelet_line *line, size_t len)
{
    struct eyelet_line_buffer *out = &line->out;

    assert(len <= eyelet_line_queued(line));
    out->end -= len;
    if (line->wipe)
        explicit_bzero(out->bytes + out->end, len);
}

int eyelet_line_put_request(struct eyelet_line *line, struct eyelet_outgoing_request *request, enum eyelet_kind kind,
                            const pb_msgdesc_t *type, const void *message, void *owner, uint64_t now_ns,
                            uint32_t *ret_id)
{
    size_t head_len;
    uint8_t *room;
    int r = 0;

    request->payload_len = 0;
    if (message != NULL)
        r = eyelet_message_len(type, message, &request->payload_len);
    if (r == 0)
        r = eyelet_session_measure_request(&line->session, request, &head_len);
    if (r < 0)
        return r;
    room = put(line, head_len + request->payload_len, now_ns);
    if (room == NULL)
        return -ENOBUFS;
    *ret_id = eyelet_session_start_request(&line->session, request, kind, owner, room, head_len);
    if (message != NULL)
        eyelet_message_encode(type, message, room + head_len, request->payload_len);
    return 0;
}
