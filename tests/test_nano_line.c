/*
 * One connection in fixed memory, on a socketpair: bytes come whole and in order however the kernel gives them, leave
 * so however it takes them, and nothing of them is left where it should not be.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "nano.pb.h"
#include "nano/line.h"
#include "support/faults.h"
#include "support/live.h"

#define CALLS_MAX 4
#define FRAME_MAX 4096u
#define HEAD      WIRE_HEAD_LEN
#define NOW_NS    1000u

static const struct eyelet_session_limits limits = {
    .frame_max = FRAME_MAX,
    .body_rate_min = 65536,
    .calls_max = CALLS_MAX,
    .header_timeout_ns = 5 * EYELET_NS_PER_S,
    .body_grace_ns = 5 * EYELET_NS_PER_S,
    .call_timeout_ns = 30 * EYELET_NS_PER_S,
    .call_timeout_max_ns = 300 * EYELET_NS_PER_S,
};

/* A line whose memory is a block of exactly the size that it takes, so that the address sanitizer watches its end. */
static struct fixture {
    struct eyelet_line line;
    uint8_t *memory;
    size_t size;
    int peer;
    struct eyelet_session_event event;
} fixture;

static struct eyelet_line *const line = &fixture.line;

static void begin(enum eyelet_session_role role, bool wipe)
{
    struct eyelet_storage storage;
    int fds[2];

    fixture.size = EYELET_NANO_LINE_SIZE(CALLS_MAX, FRAME_MAX);
    fixture.memory = aligned_alloc(EYELET_NANO_ALIGN, fixture.size);
    assert_non_null(fixture.memory);
    storage = eyelet_storage_of(fixture.memory, fixture.size);
    assert_true(eyelet_line_init(line, &storage, CALLS_MAX, FRAME_MAX, wipe));
    fixture.size -= storage.left;
    free(fixture.memory);

    fixture.memory = aligned_alloc(EYELET_NANO_ALIGN, fixture.size);
    assert_non_null(fixture.memory);
    memset(fixture.memory, 0, fixture.size);
    storage = eyelet_storage_of(fixture.memory, fixture.size);
    assert_true(eyelet_line_init(line, &storage, CALLS_MAX, FRAME_MAX, wipe));
    live_pair(fds);
    fixture.peer = fds[1];
    assert_int_equal(eyelet_line_open(line, fds[0], role, &limits), 0);
}

static int setup(void **state)
{
    faults_setup(state);
    fixture = (struct fixture){ .peer = -1 };
    return 0;
}

static void end(void)
{
    eyelet_line_close(line);
    close(fixture.peer);
    free(fixture.memory);
    fixture = (struct fixture){ .peer = -1 };
    faults_reset();
}

static bool holds(const void *memory, size_t size, const char *needle)
{
    return memmem(memory, size, needle, strlen(needle)) != NULL;
}

static size_t count_traces(const struct eyelet_line_buffer *buffer)
{
    size_t n = 0;

    for (size_t i = 0; i < buffer->cap; i++)
        n += buffer->bytes[i] != 0;
    return n;
}

/* Reads what there is at the peer, without waiting for more. */
static size_t drain_peer(uint8_t *room, size_t cap)
{
    size_t total = 0;
    ssize_t n;

    while (total < cap && (n = recv(fixture.peer, room + total, cap - total, MSG_DONTWAIT)) > 0)
        total += (size_t)n;
    return total;
}

static void peer_says(const void *bytes, size_t len)
{
    if (len > 0)
        live_must(live_send(fixture.peer, (struct eyelet_slice){ bytes, len }), "the line is there");
}

static enum eyelet_session_event_kind next(void)
{
    return eyelet_line_next(line, NOW_NS, &fixture.event);
}

/*
 * A request whose frame data is @len bytes long, at least 9; the payload is filled with @byte, its length in 2 bytes.
 */
static void put_request_of(struct wire *wire, uint32_t id, size_t len, uint8_t byte)
{
    size_t payload_len = len - 9;
    const uint8_t payload_head[] = { 0x1a, (uint8_t)(0x80 | (payload_len & 0x7f)), (uint8_t)(payload_len >> 7) };
    struct wire data = { 0 };

    assert_true(len >= 9 && payload_len < 1 << 14);
    wire_put(&data, "\x0a\x01s\x12\x01m", 6);
    wire_put(&data, payload_head, sizeof(payload_head));
    wire_fill(&data, byte, payload_len);
    wire_frame_of(wire, WIRE_REQUEST, 0, id, &data);
}

/* --- coming ------------------------------------------------------------------------------------------------------- */

/* Two requests, one frame that is too long, and one more request. */
static void put_story(struct wire *wire)
{
    put_request_of(wire, 1, 20, 'a');
    put_request_of(wire, 3, 300, 'b');
    wire_frame_head(wire, WIRE_REQUEST, 0, 5, FRAME_MAX + 1);
    wire_fill(wire, 'c', FRAME_MAX + 1);
    put_request_of(wire, 7, 9, 'd');
}

static uint64_t tell(uint64_t story, uint64_t number)
{
    return (story ^ number) * 0x100000001b3u; /* FNV-1a */
}

/* Takes what is there to be taken; calls are over at once. */
static uint64_t take_events(uint64_t story, size_t *n_events)
{
    enum eyelet_session_event_kind kind;

    while ((kind = next()) != EYELET_SESSION_MORE) {
        const struct eyelet_slice *payload = &fixture.event.request.payload;

        assert_true(kind == EYELET_SESSION_CALL || kind == EYELET_SESSION_REFUSE);
        story = tell(tell(story, kind), fixture.event.id);
        if (kind == EYELET_SESSION_CALL) {
            for (size_t i = 0; i < payload->len; i++)
                story = tell(story, payload->data[i]);
            assert_true(eyelet_session_finish(&line->session, fixture.event.id));
        }
        (*n_events)++;
    }
    return story;
}

static uint64_t hear_in_two(const struct wire *wire, size_t cut, size_t *n_events)
{
    uint64_t story = 0xcbf29ce484222325u;

    begin(EYELET_SESSION_SERVER, true);
    for (int part = 0; part < 2; part++) {
        peer_says(wire->bytes + (part == 0 ? 0 : cut), part == 0 ? cut : wire->len - cut);
        line->is_readable = true;
        while (line->is_readable) {
            assert_int_equal(eyelet_line_read(line), 0);
            story = take_events(story, n_events);
        }
    }
    assert_int_equal(eyelet_line_held(line), 0);
    assert_int_equal(line->received, wire->len);
    end();
    return story;
}

static void h014_frames_are_the_same_in_every_split(void **state)
{
    struct wire wire = { 0 };
    size_t n_events = 0;
    uint64_t story;

    (void)state;
    put_story(&wire);
    story = hear_in_two(&wire, 0, &n_events);
    assert_int_equal(n_events, 4);
    for (size_t cut = 1; cut < wire.len; cut += cut < 400 || cut > wire.len - 40 ? 1 : 37)
        assert_int_equal(hear_in_two(&wire, cut, &n_events), story);
    wire_clear(&wire);
}

static void h014_frames_are_the_same_in_reads_of_every_length(void **state)
{
    struct wire wire = { 0 };
    uint64_t story = 0;

    (void)state;
    put_story(&wire);
    for (size_t max = 1; max < 64; max++) {
        uint64_t own = 0xcbf29ce484222325u;
        size_t n_events = 0;

        begin(EYELET_SESSION_SERVER, true);
        faults_short(FAULT_RECV, max);
        peer_says(wire.bytes, wire.len);
        while (eyelet_line_held(line) > 0 || line->received < wire.len) {
            line->is_readable = true; /* a short read is the last one, of which somebody would tell */
            assert_int_equal(eyelet_line_read(line), 0);
            own = take_events(own, &n_events);
        }
        assert_int_equal(n_events, 4);
        story = story == 0 ? own : story;
        assert_int_equal(own, story);
        end();
    }
    wire_clear(&wire);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes: the same in every run */
    return *seed >> 8;
}

/*
 * Frames of all lengths, reads of all lengths, and an owner that takes only now and then: no byte is lost or changed.
 */
static void every_state_of_the_buffer_keeps_the_bytes(void **state)
{
    uint32_t seed = 3;

    (void)state;
    for (uint32_t run = 0; run < 60; run++) {
        struct wire wire = { 0 };
        size_t n_sent = 40, n_taken = 0, said = 0;
        uint8_t letters[40];

        for (size_t i = 0; i < n_sent; i++) {
            size_t len =
                next_random(&seed) % 3 == 0 ? 9 + next_random(&seed) % (FRAME_MAX - 9) : 9 + next_random(&seed) % 90;

            letters[i] = (uint8_t)('A' + next_random(&seed) % 26);
            put_request_of(&wire, (uint32_t)(2 * i + 1), i == 7 ? FRAME_MAX : len, letters[i]);
        }
        begin(EYELET_SESSION_SERVER, run % 2 == 0);
        while (n_taken < n_sent) {
            size_t len = next_random(&seed) % 3000;

            len = len < wire.len - said ? len : wire.len - said;
            peer_says(wire.bytes + said, len);
            said += len;
            faults_short(FAULT_RECV, 1 + next_random(&seed) % 2000);
            assert_int_equal(eyelet_line_read(line), 0);
            for (uint32_t n = next_random(&seed) % 4; n > 0; n--) {
                const struct eyelet_slice *payload = &fixture.event.request.payload;

                if (next() == EYELET_SESSION_MORE) {
                    assert_true(line->in.cap - line->in.end > 0 || line->in.start > 0); /* there is a way on */
                    continue;
                }
                assert_int_equal(fixture.event.kind, EYELET_SESSION_CALL);
                assert_int_equal(fixture.event.id, 2 * n_taken + 1);
                for (size_t i = 0; i < payload->len; i++)
                    assert_int_equal(payload->data[i], letters[n_taken]);
                assert_true(eyelet_session_finish(&line->session, fixture.event.id));
                n_taken++;
            }
        }
        assert_int_equal(next(), EYELET_SESSION_MORE);
        if (line->wipe)
            assert_int_equal(count_traces(&line->in), eyelet_line_held(line));
        end();
        wire_clear(&wire);
    }
}

/* After MORE there must be room for more, or the connection would stand still. */
static void whoever_wants_more_has_room_for_it(void **state)
{
    (void)state;
    for (size_t before = 9; before <= 2400; before += 1 + before / 7) {
        for (size_t there = 0; there <= HEAD + FRAME_MAX; there += 1 + there / 5) {
            struct wire wire = { 0 };

            begin(EYELET_SESSION_SERVER, false);
            put_request_of(&wire, 1, before, 'x');
            put_request_of(&wire, 3, FRAME_MAX, 'y');
            if (wire.len > HEAD + before + there)
                wire.len = HEAD + before + there;
            peer_says(wire.bytes, wire.len);
            assert_int_equal(eyelet_line_read(line), 0);
            while (next() != EYELET_SESSION_MORE)
                eyelet_session_finish(&line->session, fixture.event.id);
            line->is_readable = true;
            peer_says("z", 1);
            assert_int_equal(eyelet_line_read(line), 0);
            assert_int_equal(line->received, wire.len + 1);
            end();
            wire_clear(&wire);
        }
    }
}

/* What a peer sends ahead costs no more for each frame that is taken of it than for one that it waits for. */
static void whole_frames_that_wait_are_not_moved_for_every_one_that_is_taken(void **state)
{
    struct wire wire = { 0 };
    size_t moved = 0, before;

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    for (uint32_t id = 1; wire.len < 3 * line->in.cap; id += 2)
        put_request_of(&wire, id, 12, 'x');
    peer_says(wire.bytes, wire.len);
    while (line->received < wire.len || eyelet_line_held(line) > 0) {
        before = line->in.start;
        assert_int_equal(eyelet_line_read(line), 0);
        if (line->in.start < before)
            moved += line->in.end;
        assert_int_not_equal(next(), EYELET_SESSION_BROKEN);
        if (fixture.event.kind == EYELET_SESSION_CALL)
            eyelet_session_finish(&line->session, fixture.event.id);
        line->is_readable = true;
    }
    assert_true(moved <= 2 * wire.len);
    end();
    wire_clear(&wire);
}

static void h033_a_frame_of_the_limit_is_taken_and_one_over_it_is_skipped(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    begin(EYELET_SESSION_SERVER, true);
    put_request_of(&wire, 1, FRAME_MAX, 'x');
    assert_int_equal(wire.len, HEAD + FRAME_MAX);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 3, FRAME_MAX + 1);
    wire_fill(&wire, 'y', FRAME_MAX + 1);
    put_request_of(&wire, 5, 9, 'z');
    peer_says(wire.bytes, wire.len);

    assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(next(), EYELET_SESSION_CALL);
    assert_int_equal(fixture.event.frame.len, FRAME_MAX);
    eyelet_session_finish(&line->session, 1);
    assert_int_equal(next(), EYELET_SESSION_REFUSE);
    assert_int_equal(fixture.event.id, 3);
    assert_int_equal(fixture.event.error.status, EYELET_RESOURCE_EXHAUSTED);
    for (line->is_readable = true; next() == EYELET_SESSION_MORE; line->is_readable = true)
        assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(fixture.event.kind, EYELET_SESSION_CALL);
    assert_int_equal(fixture.event.id, 5);
    end();
    wire_clear(&wire);
}

static void peek_tells_the_head_as_soon_as_it_is_whole(void **state)
{
    struct eyelet_frame_head head;
    struct wire wire = { 0 };

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    put_request_of(&wire, 0x01020305, 40, 'x');
    wire_frame_head(&wire, 200, 0xf8, 9, FRAME_MAX + 7);
    for (size_t n = 0; n < HEAD; n++) {
        assert_false(eyelet_line_peek(line, &head));
        assert_int_equal(next(), EYELET_SESSION_MORE);
        assert_false(eyelet_line_peek(line, &head));
        peer_says(wire.bytes + n, 1);
        assert_int_equal(eyelet_line_read(line), 0);
    }
    for (int seen = 0; seen < 2; seen++) { /* before the session has seen it, and after */
        assert_true(eyelet_line_peek(line, &head));
        assert_int_equal(head.type, WIRE_REQUEST);
        assert_int_equal(head.stream_id, 0x01020305);
        assert_int_equal(head.data_len, 40);
        assert_int_equal(head.flags, 0);
        if (seen == 0)
            assert_int_equal(next(), EYELET_SESSION_MORE);
    }
    peer_says(wire.bytes + HEAD, wire.len - HEAD);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(next(), EYELET_SESSION_CALL);
    eyelet_session_finish(&line->session, fixture.event.id);
    assert_true(eyelet_line_peek(line, &head)); /* the next one's */
    assert_int_equal(head.type, 200);
    assert_int_equal(head.flags, 0xf8);
    assert_int_equal(head.data_len, FRAME_MAX + 7);
    assert_int_equal(next(), EYELET_SESSION_MORE);
    assert_false(eyelet_line_peek(line, &head)); /* what is skipped has no head any more */
    peer_says("0123456789abcdef", 16);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_false(eyelet_line_peek(line, &head));
    end();
    wire_clear(&wire);
}

static void a_short_read_is_the_last_one_until_somebody_tells(void **state)
{
    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    peer_says("\0\0", 2);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_false(line->is_readable);

    line->is_readable = true;
    assert_int_equal(eyelet_line_read(line), 0); /* EAGAIN */
    assert_false(line->is_readable);
    assert_int_equal(line->received, 2);

    line->is_readable = line->is_ending = true; /* an end is behind it, of which nobody tells again */
    peer_says("\0", 1);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_true(line->is_readable);
    shutdown(fixture.peer, SHUT_WR);
    assert_int_equal(eyelet_line_read(line), EYELET_LINE_ENDED);
    assert_false(line->is_readable);
    assert_int_equal(eyelet_line_held(line), 3);
    end();
}

static void a_read_that_fills_the_room_is_not_the_last_one(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    wire_fill(&wire, 0, line->in.cap + 5);
    peer_says(wire.bytes, wire.len);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_true(line->is_readable);
    assert_int_equal(eyelet_line_held(line), line->in.cap);
    for (int i = 0; i < 3; i++) { /* nothing was taken: there is no room, and no call that would read nothing */
        unsigned n = faults_count(FAULT_RECV);

        assert_int_equal(eyelet_line_read(line), 0);
        assert_int_equal(faults_count(FAULT_RECV), n);
        assert_true(line->is_readable);
    }
    assert_int_equal(line->received, line->in.cap);
    end();
    wire_clear(&wire);
}

static void pass_descriptor(int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .room = { 0 } };
    struct iovec iov = { .iov_base = (void *)"\0", .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
    };

    control.head =
        (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    assert_int_equal(sendmsg(fixture.peer, &message, 0), 1);
}

static void h019_a_read_cut_by_descriptors_is_not_the_last_one(void **state)
{
    unsigned n_fds;

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    n_fds = faults_open_fds();
    pass_descriptor(fixture.peer);
    peer_says("\0", 1);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_true(line->is_readable);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(line->received, 2);
    assert_int_equal(faults_open_fds(), n_fds);
    end();
}

static void h010_an_error_of_the_kernel_is_passed_on(void **state)
{
    static const int errors[] = { ECONNRESET, EPIPE, ENOBUFS, ETIMEDOUT, EPROTO, ENOMEM };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        begin(EYELET_SESSION_SERVER, false);
        faults_fail(FAULT_RECV, 1, errors[i]);
        assert_int_equal(eyelet_line_read(line), -errors[i]);
        faults_fail(FAULT_SENDMSG, 1, errors[i]);
        assert_int_equal(eyelet_line_put_end(line, 1, NOW_NS), 0);
        assert_int_equal(eyelet_line_flush(line, NOW_NS), -errors[i]);
        assert_int_equal(eyelet_line_queued(line), HEAD);
        end();
    }
}

static void h017_signals_have_no_effect(void **state)
{
    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    faults_fail(FAULT_RECV, 1, EINTR);
    faults_fail(FAULT_SENDMSG, 1, EINTR);
    peer_says("\0", 1);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(line->received, 1);
    assert_int_equal(eyelet_line_put_end(line, 1, NOW_NS), 0);
    assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
    assert_int_equal(line->sent, HEAD);
    end();
}

/* --- leaving ------------------------------------------------------------------------------------------------------ */

/* Ten bytes of a head, and a leaf of 27 bytes in all. */
static const nano_Leaf leaf = { .number = 0x1234, .name = "letters", .few_count = 2, .few = { 1, 2 } };
static const char leaf_data[] = "\0\0\0\x10\0\0\0\1\3\0\x08\xb4\x24\x12\x07letters\x1a\x02\1\2";

#define LEAF_LEN       16
#define LEAF_FRAME_LEN (HEAD + LEAF_LEN)

static void put_three(void)
{
    assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, NOW_NS), 0);
    assert_int_equal(eyelet_line_put_end(line, 1, NOW_NS), 0);
    assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, NOW_NS), 0);
}

#define THREE_LEN (2 * LEAF_FRAME_LEN + HEAD)

static void expect_three(uint8_t *room)
{
    memcpy(room, leaf_data, LEAF_FRAME_LEN);
    memcpy(room + LEAF_FRAME_LEN, "\0\0\0\0\0\0\0\1\3\5", HEAD);
    memcpy(room + LEAF_FRAME_LEN + HEAD, leaf_data, LEAF_FRAME_LEN);
}

static void h016_a_send_that_takes_any_number_of_bytes_loses_and_repeats_none(void **state)
{
    uint8_t got[THREE_LEN + 1], expected[THREE_LEN];

    (void)state;
    expect_three(expected);
    for (size_t max = 1; max <= THREE_LEN + 1; max++) {
        begin(EYELET_SESSION_SERVER, true);
        faults_short(FAULT_SENDMSG, max);
        put_three();
        assert_int_equal(eyelet_line_queued(line), THREE_LEN);
        assert_int_equal(eyelet_line_flush(line, NOW_NS + 5), 0);
        assert_int_equal(eyelet_line_queued(line), 0);
        assert_int_equal(line->sent, THREE_LEN);
        assert_int_equal(line->progress_ns, NOW_NS + 5);
        assert_true(line->is_writable);
        assert_int_equal(drain_peer(got, sizeof(got)), THREE_LEN);
        assert_memory_equal(got, expected, THREE_LEN);
        assert_int_equal(count_traces(&line->out), 0);
        end();
    }
}

static void h016_a_full_socket_at_any_byte_stops_the_flush_and_no_more(void **state)
{
    uint8_t got[2 * THREE_LEN], expected[THREE_LEN];

    (void)state;
    expect_three(expected);
    for (size_t stop = 0; stop < THREE_LEN; stop++) {
        begin(EYELET_SESSION_SERVER, true);
        faults_short(FAULT_SENDMSG, 1);
        faults_fail(FAULT_SENDMSG, (unsigned)stop + 1, EAGAIN);
        put_three();
        assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
        assert_false(line->is_writable);
        assert_int_equal(line->sent, stop);
        put_three();                                          /* behind a frame that may have been begun */
        assert_int_equal(eyelet_line_flush(line, NOW_NS), 0); /* nobody has told of room: no call */
        assert_int_equal(line->sent, stop);
        line->is_writable = true;
        assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
        assert_int_equal(eyelet_line_queued(line), 0);
        assert_int_equal(drain_peer(got, sizeof(got)), 2 * THREE_LEN);
        assert_memory_equal(got, expected, THREE_LEN);
        assert_memory_equal(got + THREE_LEN, expected, THREE_LEN);
        assert_int_equal(count_traces(&line->out), 0);
        end();
    }
}

static void progress_is_when_bytes_left_or_the_first_of_them_came(void **state)
{
    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    assert_int_equal(eyelet_line_put_end(line, 1, 10), 0);
    assert_int_equal(line->progress_ns, 10);
    assert_int_equal(eyelet_line_put_end(line, 1, 20), 0);
    assert_int_equal(line->progress_ns, 10);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    assert_int_equal(eyelet_line_flush(line, 30), 0);
    assert_int_equal(line->progress_ns, 10);
    line->is_writable = true;
    assert_int_equal(eyelet_line_flush(line, 40), 0);
    assert_int_equal(line->progress_ns, 40);
    assert_int_equal(eyelet_line_put_end(line, 1, 50), 0);
    assert_int_equal(line->progress_ns, 50);
    end();
}

/* What is put is taken from the room, to the byte; what leaves gives it back in the end, and takes nothing. */
static void room_is_what_can_be_put_at_any_time(void **state)
{
    static uint8_t got[1 << 16];
    uint32_t seed = 11;

    (void)state;
    for (int run = 0; run < 20; run++) {
        size_t put = 0, expected = 0;

        begin(EYELET_SESSION_SERVER, run % 2 == 0);
        for (int i = 0; i < 3000; i++) {
            size_t room = eyelet_line_room(line), queued = eyelet_line_queued(line);

            assert_true(room + queued <= line->out.cap);
            if (queued == 0)
                assert_int_equal(room, line->out.cap);
            if (next_random(&seed) % 8 != 0) {
                int r = eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, NOW_NS);

                assert_int_equal(r, room >= LEAF_FRAME_LEN ? 0 : -ENOBUFS);
                put += r == 0;
                assert_int_equal(eyelet_line_room(line), r == 0 ? room - LEAF_FRAME_LEN : room);
                assert_int_equal(eyelet_line_queued(line), r == 0 ? queued + LEAF_FRAME_LEN : queued);
            } else {
                unsigned max = 1 + next_random(&seed) % 300;

                faults_reset();
                faults_short(FAULT_SENDMSG, max);
                faults_fail(FAULT_SENDMSG, 2, EAGAIN);
                line->is_writable = true;
                assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
                assert_true(eyelet_line_room(line) >= room);
            }
        }
        faults_reset();
        line->is_writable = true;
        while (eyelet_line_queued(line) > 0 || line->sent > expected) {
            size_t n;

            assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
            line->is_writable = true;
            n = drain_peer(got, sizeof(got));
            for (size_t i = 0; i < n; i++, expected++)
                assert_int_equal(got[i], (uint8_t)leaf_data[expected % LEAF_FRAME_LEN]);
        }
        assert_int_equal(expected, put * LEAF_FRAME_LEN);
        if (line->wipe)
            assert_int_equal(count_traces(&line->out), 0);
        end();
    }
}

static void fill_out(size_t left)
{
    while (eyelet_line_room(line) >= left + LEAF_FRAME_LEN)
        assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, NOW_NS), 0);
}

static void without_room_nothing_is_changed(void **state)
{
    struct eyelet_error error;
    struct eyelet_line before;
    struct eyelet_outgoing_request request = { .service = eyelet_slice_of("s"),
                                               .method = eyelet_slice_of("m"),
                                               .timeout_ns = 1 };
    uint32_t id = 77;

    (void)state;
    begin(EYELET_SESSION_CLIENT, false);
    eyelet_error_set(&error, EYELET_NOT_FOUND, "nothing");
    fill_out(0);
    while (eyelet_line_room(line) >= HEAD)
        assert_int_equal(eyelet_line_put_end(line, 1, NOW_NS), 0);
    before = *line;
    assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, 99), -ENOBUFS);
    assert_int_equal(eyelet_line_put_reply(line, 1, nano_Leaf_fields, &leaf, 99), -ENOBUFS);
    assert_int_equal(eyelet_line_put_end(line, 1, 99), -ENOBUFS);
    assert_int_equal(eyelet_line_put_failure(line, 1, &error, 99), -ENOBUFS);
    assert_int_equal(eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Leaf_fields, &leaf, NULL, 99, &id),
                     -ENOBUFS);
    assert_int_equal(id, 77);
    assert_memory_equal(line, &before, sizeof(before));
    end();
}

/* The longest text, without details. */
static void a_refusal_has_room_behind_the_longest_frame(void **state)
{
    struct eyelet_error error;
    char text[EYELET_ERROR_TEXT_MAX + 10];
    size_t room;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    eyelet_error_set(&error, EYELET_UNAUTHENTICATED, "%s", text);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);
    begin(EYELET_SESSION_SERVER, false);
    fill_out(line->out.cap - HEAD - FRAME_MAX - LEAF_FRAME_LEN);
    assert_true(eyelet_line_queued(line) >= HEAD + FRAME_MAX - LEAF_FRAME_LEN);
    room = eyelet_line_room(line);
    assert_true(room >= EYELET_LINE_REFUSAL_MAX);
    assert_int_equal(eyelet_line_put_failure(line, UINT32_MAX, &error, NOW_NS), 0);
    assert_true(room - eyelet_line_room(line) <= EYELET_LINE_REFUSAL_MAX);
    end();
}

static void what_is_over_the_frame_limit_is_refused_and_what_is_exactly_it_is_not(void **state)
{
    static nano_Big big;

    (void)state;
    for (uint16_t len = FRAME_MAX - 10; len <= FRAME_MAX; len++) {
        size_t message_len = 3u + len,
               reply_len = 3 + message_len; /* a tag and a length of 2 bytes stand before each */
        struct eyelet_outgoing_request request = { .service = eyelet_slice_of("s"),
                                                   .method = eyelet_slice_of("m"),
                                                   .timeout_ns = 1 };
        size_t request_len = 6 + 2 + reply_len;
        uint32_t id;

        begin(EYELET_SESSION_CLIENT, false);
        big.data.size = len;
        assert_int_equal(eyelet_line_put_data(line, 1, nano_Big_fields, &big, NOW_NS),
                         message_len <= FRAME_MAX ? 0 : -EMSGSIZE);
        assert_int_equal(eyelet_line_queued(line), message_len <= FRAME_MAX ? HEAD + message_len : 0);
        eyelet_line_flush(line, NOW_NS);
        assert_int_equal(eyelet_line_put_reply(line, 1, nano_Big_fields, &big, NOW_NS),
                         reply_len <= FRAME_MAX ? 0 : -EMSGSIZE);
        assert_int_equal(eyelet_line_queued(line), reply_len <= FRAME_MAX ? HEAD + reply_len : 0);
        eyelet_line_flush(line, NOW_NS);
        big.data.size -= 8;
        assert_int_equal(
            eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Big_fields, &big, NULL, NOW_NS, &id),
            request_len - 8 <= FRAME_MAX ? 0 : -EMSGSIZE);
        assert_int_equal(eyelet_line_queued(line), request_len - 8 <= FRAME_MAX ? HEAD + request_len - 8 : 0);
        end();
    }
}

static void a_message_that_cannot_be_encoded_is_refused(void **state)
{
    struct eyelet_outgoing_request request = { .service = eyelet_slice_of("s"),
                                               .method = eyelet_slice_of("m"),
                                               .timeout_ns = 1 };
    nano_Leaf crowded = { .few_count = 4 };
    uint32_t id = 77;

    (void)state;
    begin(EYELET_SESSION_CLIENT, false);
    assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &crowded, NOW_NS), -EINVAL);
    assert_int_equal(eyelet_line_put_reply(line, 1, nano_Leaf_fields, &crowded, NOW_NS), -EINVAL);
    assert_int_equal(
        eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Leaf_fields, &crowded, NULL, NOW_NS, &id), -EINVAL);
    assert_int_equal(id, 77);
    assert_int_equal(eyelet_line_queued(line), 0);
    assert_int_equal(line->session.last_id, 0);
    end();
}

static void a_request_is_one_frame_and_an_id(void **state)
{
    static const char expected[] =
        "\0\0\0\x1a\0\0\0\1\1\0\x0a\1s\x12\1m\x20\1\x1a\x10\x08\xb4\x24\x12\x07letters\x1a\x02\1\2";
    static const char opened[] = "\0\0\0\x08\0\0\0\3\1\6\x0a\1s\x12\1m\x20\1";
    struct eyelet_outgoing_request request = { .service = eyelet_slice_of("s"),
                                               .method = eyelet_slice_of("m"),
                                               .timeout_ns = 1 };
    uint8_t got[128];
    uint32_t id;

    (void)state;
    begin(EYELET_SESSION_CLIENT, false);
    assert_int_equal(eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Leaf_fields, &leaf, NULL, NOW_NS, &id),
                     0);
    assert_int_equal(id, 1);
    assert_int_equal(eyelet_line_put_request(line, &request, EYELET_CLIENT_STREAM, NULL, NULL, NULL, NOW_NS, &id), 0);
    assert_int_equal(id, 3);
    assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
    assert_int_equal(drain_peer(got, sizeof(got)), sizeof(expected) - 1 + sizeof(opened) - 1);
    assert_memory_equal(got, expected, sizeof(expected) - 1);
    assert_memory_equal(got + sizeof(expected) - 1, opened, sizeof(opened) - 1);
    for (int i = 2; i < CALLS_MAX; i++)
        assert_int_equal(
            eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Leaf_fields, &leaf, NULL, NOW_NS, &id), 0);
    assert_int_equal(eyelet_line_put_request(line, &request, EYELET_UNARY, nano_Leaf_fields, &leaf, NULL, NOW_NS, &id),
                     -ENOSPC);
    end();
}

static void what_has_not_begun_to_leave_can_be_taken_back(void **state)
{
    uint8_t got[64];

    (void)state;
    begin(EYELET_SESSION_CLIENT, true);
    assert_int_equal(eyelet_line_put_end(line, 1, NOW_NS), 0);
    assert_int_equal(eyelet_line_put_data(line, 1, nano_Leaf_fields, &leaf, NOW_NS), 0);
    eyelet_line_take_back(line, LEAF_FRAME_LEN);
    assert_int_equal(eyelet_line_queued(line), HEAD);
    assert_false(holds(fixture.memory, fixture.size, "letters"));
    eyelet_line_take_back(line, HEAD);
    assert_int_equal(eyelet_line_queued(line), 0);
    assert_int_equal(eyelet_line_room(line), line->out.cap);
    assert_int_equal(eyelet_line_put_end(line, 3, NOW_NS), 0);
    assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
    assert_int_equal(drain_peer(got, sizeof(got)), HEAD);
    assert_int_equal(got[7], 3);
    end();
}

/* --- the end, and what is left ------------------------------------------------------------------------------------ */

static void h124_what_was_taken_is_wiped_with_the_next_step(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        begin(EYELET_SESSION_SERVER, true);
        wire_request(&wire, 1,
                     &(struct wire_request){
                         .service = "s", .method = "m", .payload = eyelet_slice_of("the secret of a peer") });
        peer_says(wire.bytes, wire.len);
        assert_int_equal(eyelet_line_read(line), 0);
        assert_int_equal(next(), EYELET_SESSION_CALL);
        assert_true(holds(fixture.memory, fixture.size, "secret")); /* the event points to it */
        eyelet_session_finish(&line->session, 1);
        if (reads == 0)
            assert_int_equal(next(), EYELET_SESSION_MORE);
        else
            assert_int_equal(eyelet_line_read(line), 0);
        assert_int_equal(count_traces(&line->in), 0);
        end();
        wire_clear(&wire);
    }
}

static void h124_what_was_skipped_is_wiped(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    begin(EYELET_SESSION_SERVER, true);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, FRAME_MAX + 1);
    for (int i = 0; i < 20; i++)
        wire_put(&wire, "a secret", 8);
    peer_says(wire.bytes, wire.len);
    assert_int_equal(eyelet_line_read(line), 0);
    assert_int_equal(next(), EYELET_SESSION_REFUSE);
    assert_int_equal(next(), EYELET_SESSION_MORE);
    assert_int_equal(count_traces(&line->in), 0);
    end();
    wire_clear(&wire);
}

/* In the middle of everything: something came and was not taken, something is to leave. */
static void h124_a_closed_line_holds_nothing(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    begin(EYELET_SESSION_SERVER, true);
    for (uint32_t id = 1; id < 40; id += 2)
        wire_request(&wire, id,
                     &(struct wire_request){
                         .service = "s", .method = "m", .payload = eyelet_slice_of("the secret of a peer") });
    peer_says(wire.bytes, wire.len - 3);
    assert_int_equal(eyelet_line_read(line), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(next(), EYELET_SESSION_CALL);
        eyelet_session_finish(&line->session, fixture.event.id);
    }
    assert_int_equal(eyelet_line_read(line), 0);
    put_three();
    faults_short(FAULT_SENDMSG, 5);
    faults_fail(FAULT_SENDMSG, 2, EAGAIN);
    assert_int_equal(eyelet_line_flush(line, NOW_NS), 0);
    put_three();
    assert_true(holds(fixture.memory, fixture.size, "secret"));
    assert_true(holds(fixture.memory, fixture.size, "letters"));
    eyelet_line_close(line);
    assert_int_equal(line->fd, -1);
    assert_int_equal(count_traces(&line->in) + count_traces(&line->out), 0);
    end();
    wire_clear(&wire);
}

static void a_line_that_is_opened_again_knows_nothing_of_before(void **state)
{
    int fds[2];

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    peer_says("\0\0\0\1\0\0\0\1\1", 9);
    assert_int_equal(eyelet_line_read(line), 0);
    line->is_ending = true;
    put_three();
    eyelet_line_close(line);
    eyelet_line_close(line); /* once more is nothing */
    assert_int_equal(recv(fixture.peer, fds, 1, MSG_DONTWAIT), 0);
    close(fixture.peer);

    live_pair(fds);
    fixture.peer = fds[1];
    assert_int_equal(eyelet_line_open(line, fds[0], EYELET_SESSION_SERVER, &limits), 0);
    assert_true(line->is_readable && line->is_writable && !line->is_ending);
    assert_int_equal(line->received + line->sent, 0);
    assert_int_equal(eyelet_line_held(line) + eyelet_line_queued(line), 0);
    assert_int_equal(eyelet_line_room(line), line->out.cap);
    assert_int_equal(next(), EYELET_SESSION_MORE);
    assert_true(eyelet_frame_is_between(&line->session.decoder));
    end();
}

static void a_line_that_cannot_be_opened_closes_its_descriptor(void **state)
{
    unsigned n_fds;
    int fds[2];

    (void)state;
    begin(EYELET_SESSION_SERVER, false);
    eyelet_line_close(line);
    live_pair(fds);
    n_fds = faults_open_fds();
    faults_fail(FAULT_FCNTL, 1, EPERM);
    assert_int_equal(eyelet_line_open(line, fds[0], EYELET_SESSION_SERVER, &limits), -EPERM);
    assert_int_equal(faults_open_fds(), n_fds - 1);
    assert_int_equal(line->fd, -1);
    close(fds[1]);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(h014_frames_are_the_same_in_every_split, setup),
        cmocka_unit_test_setup(h014_frames_are_the_same_in_reads_of_every_length, setup),
        cmocka_unit_test_setup(every_state_of_the_buffer_keeps_the_bytes, setup),
        cmocka_unit_test_setup(whoever_wants_more_has_room_for_it, setup),
        cmocka_unit_test_setup(whole_frames_that_wait_are_not_moved_for_every_one_that_is_taken, setup),
        cmocka_unit_test_setup(h033_a_frame_of_the_limit_is_taken_and_one_over_it_is_skipped, setup),
        cmocka_unit_test_setup(peek_tells_the_head_as_soon_as_it_is_whole, setup),
        cmocka_unit_test_setup(a_short_read_is_the_last_one_until_somebody_tells, setup),
        cmocka_unit_test_setup(a_read_that_fills_the_room_is_not_the_last_one, setup),
        cmocka_unit_test_setup(h019_a_read_cut_by_descriptors_is_not_the_last_one, setup),
        cmocka_unit_test_setup(h010_an_error_of_the_kernel_is_passed_on, setup),
        cmocka_unit_test_setup(h017_signals_have_no_effect, setup),
        cmocka_unit_test_setup(h016_a_send_that_takes_any_number_of_bytes_loses_and_repeats_none, setup),
        cmocka_unit_test_setup(h016_a_full_socket_at_any_byte_stops_the_flush_and_no_more, setup),
        cmocka_unit_test_setup(progress_is_when_bytes_left_or_the_first_of_them_came, setup),
        cmocka_unit_test_setup(room_is_what_can_be_put_at_any_time, setup),
        cmocka_unit_test_setup(without_room_nothing_is_changed, setup),
        cmocka_unit_test_setup(a_refusal_has_room_behind_the_longest_frame, setup),
        cmocka_unit_test_setup(what_is_over_the_frame_limit_is_refused_and_what_is_exactly_it_is_not, setup),
        cmocka_unit_test_setup(a_message_that_cannot_be_encoded_is_refused, setup),
        cmocka_unit_test_setup(a_request_is_one_frame_and_an_id, setup),
        cmocka_unit_test_setup(what_has_not_begun_to_leave_can_be_taken_back, setup),
        cmocka_unit_test_setup(h124_what_was_taken_is_wiped_with_the_next_step, setup),
        cmocka_unit_test_setup(h124_what_was_skipped_is_wiped, setup),
        cmocka_unit_test_setup(h124_a_closed_line_holds_nothing, setup),
        cmocka_unit_test_setup(a_line_that_is_opened_again_knows_nothing_of_before, setup),
        cmocka_unit_test_setup(a_line_that_cannot_be_opened_closes_its_descriptor, setup),
    };

    return cmocka_run_group_tests_name("nano_line", tests, NULL, NULL);
}
