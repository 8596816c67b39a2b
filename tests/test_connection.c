/*
 * A session on a socketpair: bytes leave whole and in order however the kernel takes them, and arrive however they
 * come.
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
#include "io/socket.h"
#include "rpc/connection.h"
#include "support/faults.h"
#include "support/live.h"

#define STREAMS 8

static const struct eyelet_session_limits limits = {
    .body_rate_min = 65536,
    .header_timeout_ns = 5 * EYELET_NS_PER_S,
    .body_grace_ns = 5 * EYELET_NS_PER_S,
    .call_timeout_ns = 30 * EYELET_NS_PER_S,
    .call_timeout_max_ns = 300 * EYELET_NS_PER_S,
};

struct fixture {
    struct eyelet_buffer_pool pool;
    struct eyelet_connection connection;
    int peer;
};

static struct fixture fixture;

static int setup(void **state)
{
    int fds[2];

    faults_setup(state);
    live_pair(fds);
    fixture = (struct fixture){ .pool = { .held_max = SIZE_MAX }, .peer = fds[1] };
    if (eyelet_connection_init(&fixture.connection, fds[0], EYELET_SESSION_SERVER, &limits, STREAMS, &fixture.pool,
                               NULL) < 0)
        return -1;
    eyelet_connection_wake(&fixture.connection);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    eyelet_connection_clear(&fixture.connection);
    eyelet_buffer_pool_clear(&fixture.pool);
    close(fixture.peer);
    return fixture.pool.held == 0 ? 0 : -1;
}

static size_t copy_bytes(const struct eyelet_outgoing *outgoing, uint8_t *room)
{
    const struct eyelet_slice *bytes = outgoing->message;

    memcpy(room, bytes->data, bytes->len);
    return SIZE_MAX;
}

static int queue_data(const void *bytes, size_t len)
{
    const struct eyelet_slice slice = { bytes, len };
    const struct eyelet_outgoing message = { .message = &slice, .len = len, .pack = copy_bytes };

    return eyelet_connection_queue_data(&fixture.connection, 1, &message);
}

/* Queues the data of a frame whose bytes, head and all, are @bytes: the same are to be sent. */
static void queue_frame(const void *bytes, size_t len)
{
    assert_int_equal(queue_data((const uint8_t *)bytes + WIRE_HEAD_LEN, len - WIRE_HEAD_LEN), 0);
}

/* Reads what there is, without waiting for more. */
static size_t drain_peer(uint8_t *room, size_t cap)
{
    size_t total = 0;
    ssize_t n;

    while ((n = recv(fixture.peer, room + total, cap - total, MSG_DONTWAIT)) > 0)
        total += (size_t)n;
    return total;
}

/* Three frames, of 10, 27 and 12 bytes. */
static const char text[] = "\0\0\0\0\0\0\0\1\3\0"
                           "\0\0\0\x11\0\0\0\1\3\0seventeen letters"
                           "\0\0\0\2\0\0\0\1\3\0"
                           "3|";

static void queue_three(void)
{
    queue_frame(text, 10);
    queue_frame(text + 10, 27);
    queue_frame(text + 37, 12);
}

static void h016_a_send_that_takes_any_number_of_bytes_loses_and_repeats_none(void **state)
{
    uint8_t got[64];

    (void)state;
    for (size_t max = 1; max < sizeof(text); max++) {
        uint64_t before = fixture.connection.sent;

        faults_short(FAULT_SENDMSG, max);
        queue_three();
        assert_int_equal(eyelet_connection_queued(&fixture.connection), before + sizeof(text) - 1);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
        assert_int_equal(fixture.connection.sent, before + sizeof(text) - 1);
        assert_int_equal(drain_peer(got, sizeof(got)), sizeof(text) - 1);
        assert_memory_equal(got, text, sizeof(text) - 1);
    }
}

static void h016_a_full_socket_at_any_byte_stops_the_flush_and_no_more(void **state)
{
    uint8_t got[64];

    (void)state;
    for (size_t stop = 0; stop < sizeof(text) - 1; stop++) {
        faults_reset();
        faults_short(FAULT_SENDMSG, 1);
        faults_fail(FAULT_SENDMSG, (unsigned)stop + 1, EAGAIN);
        queue_frame(text, 10);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), stop < 10 ? -EAGAIN : 0);
        queue_frame(text + 10, 27); /* behind a frame that may have been begun */
        queue_frame(text + 37, 12);
        if (stop >= 10)
            assert_int_equal(eyelet_connection_flush(&fixture.connection), -EAGAIN);
        assert_int_equal(drain_peer(got, sizeof(got)), stop);

        eyelet_connection_settle(&fixture.connection);
        eyelet_connection_wake(&fixture.connection);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
        assert_int_equal(drain_peer(got + stop, sizeof(got) - stop), sizeof(text) - 1 - stop);
        assert_memory_equal(got, text, sizeof(text) - 1);
    }
}

static void h016_a_megabyte_goes_through_a_socket_of_4_kib(void **state)
{
    enum { LEN = 1 << 20 };
    uint8_t *sent = malloc(LEN), *got = malloc(LEN);
    const int small = 4096;
    size_t n_got = 0;
    unsigned n_full = 0;

    (void)state;
    assert_non_null(sent);
    assert_non_null(got);
    assert_int_equal(setsockopt(fixture.connection.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    for (size_t i = 0; i < LEN; i++)
        sent[i] = (uint8_t)(i * 31 + i / 256);
    for (size_t at = 0; at < LEN; at += LEN / 16) {
        memcpy(sent + at, text, WIRE_HEAD_LEN);
        eyelet_put_be32(sent + at, LEN / 16 - WIRE_HEAD_LEN);
        queue_frame(sent + at, LEN / 16);
    }
    while (eyelet_connection_flush(&fixture.connection) == -EAGAIN) {
        n_full++;
        n_got += drain_peer(got + n_got, LEN - n_got);
    }
    n_got += drain_peer(got + n_got, LEN - n_got);
    assert_true(n_full > 10);
    assert_int_equal(n_got, LEN);
    assert_memory_equal(got, sent, LEN);
    free(sent);
    free(got);
}

static void a_socket_is_widened_for_the_first_large_frame(void **state)
{
    static const uint8_t large[EYELET_BUFFER_SPARE_CAP];
    int before, after;

    (void)state;
    assert_int_equal(eyelet_socket_get_option(fixture.connection.fd, SO_SNDBUF, &before), 0);
    assert_int_equal(queue_data(large, 1000), 0);
    assert_int_equal(faults_count(FAULT_SETSOCKOPT), 0);
    assert_int_equal(queue_data(large, sizeof(large)), 0);
    assert_int_equal(eyelet_socket_get_option(fixture.connection.fd, SO_SNDBUF, &after), 0);
    assert_true(after > before);
    assert_int_equal(queue_data(large, sizeof(large)), 0);
    assert_int_equal(faults_count(FAULT_SETSOCKOPT), 1);
}

static void what_was_not_begun_can_be_taken_back(void **state)
{
    uint8_t got[64];

    (void)state;
    faults_short(FAULT_SENDMSG, 3);
    faults_fail(FAULT_SENDMSG, 2, EAGAIN);
    queue_frame(text, 10);
    queue_frame(text + 10, 27);
    assert_int_equal(eyelet_connection_flush(&fixture.connection), -EAGAIN);
    eyelet_connection_unqueue(&fixture.connection, 27);
    assert_int_equal(eyelet_connection_queued(&fixture.connection), 10);
    queue_frame(text + 37, 12);
    assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
    assert_int_equal(drain_peer(got, sizeof(got)), 22);
    assert_memory_equal(got, text, 10);
    assert_memory_equal(got + 10, text + 37, 12);
}

/* --- what is sent from where it lies ------------------------------------------------------------------------------ */

#define LENT_AT 3 /* of a message of which these are left out: */
#define LENT    "letters"

static uint8_t lent[] = LENT;

static size_t copy_around(const struct eyelet_outgoing *outgoing, uint8_t *room)
{
    const struct eyelet_slice *bytes = outgoing->message;
    size_t behind = LENT_AT + outgoing->large.len;

    memcpy(room, bytes->data, LENT_AT);
    memcpy(room + behind, bytes->data + behind, bytes->len - behind);
    return LENT_AT;
}

/* A frame of 19 bytes: "17 letters!" but for the letters, which lie in @lent. */
static void queue_lent(void)
{
    const struct eyelet_slice slice = { (const uint8_t *)"17 _______!", 11 };
    const struct eyelet_outgoing message = {
        .message = &slice,
        .len = slice.len,
        .large = { lent, sizeof(lent) - 1 },
        .pack = copy_around,
    };

    assert_int_equal(eyelet_connection_queue_data(&fixture.connection, 1, &message), 0);
}

static const char lent_frame[] = "\0\0\0\x0b\0\0\0\1\3\0"
                                 "17 " LENT "!";

/* Frames of both kinds, so many of them that not all can be lent. */
static struct wire queue_many(void)
{
    struct wire expected = { 0 };

    for (unsigned i = 0; i < EYELET_CONNECTION_LOANS_MAX + 2; i++) {
        queue_lent();
        wire_put(&expected, lent_frame, sizeof(lent_frame) - 1);
        if (i % 2 == 0)
            continue;
        queue_frame(text + 37, 12);
        wire_put(&expected, text + 37, 12);
    }
    return expected;
}

static void h016_lent_bytes_leave_in_their_place_however_few_at_a_time(void **state)
{
    uint8_t got[256];

    (void)state;
    for (size_t max = 1; max < 150; max++) {
        struct wire expected = queue_many();

        faults_short(FAULT_SENDMSG, max);
        assert_int_equal(fixture.connection.n_loans, EYELET_CONNECTION_LOANS_MAX);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
        assert_int_equal(fixture.connection.n_loans, 0);
        assert_int_equal(drain_peer(got, sizeof(got)), expected.len);
        assert_memory_equal(got, expected.bytes, expected.len);
        wire_clear(&expected);
    }
}

/* Sends @stop bytes and no more. */
static void send_until(size_t stop)
{
    faults_reset();
    faults_short(FAULT_SENDMSG, 1);
    faults_fail(FAULT_SENDMSG, (unsigned)stop + 1, EAGAIN);
    assert_int_equal(eyelet_connection_flush(&fixture.connection), -EAGAIN);
    faults_reset();
}

static void what_has_not_left_is_kept_when_the_lender_goes(void **state)
{
    uint8_t got[256];

    (void)state;
    for (size_t stop = 0; stop < 100; stop++) {
        struct wire expected = queue_many();

        send_until(stop);
        eyelet_connection_keep(&fixture.connection);
        assert_int_equal(fixture.connection.n_loans, 0);
        memset(lent, '?', sizeof(lent) - 1);
        eyelet_connection_settle(&fixture.connection); /* moves it to memory of its size */
        eyelet_connection_wake(&fixture.connection);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
        memcpy(lent, LENT, sizeof(lent));
        assert_int_equal(drain_peer(got, sizeof(got)), expected.len);
        assert_memory_equal(got, expected.bytes, expected.len);
        wire_clear(&expected);
    }
}

static void a_queue_with_holes_may_grow_and_move(void **state)
{
    const size_t more_len = EYELET_BUFFER_SPARE_CAP + 4096;
    uint8_t *more = calloc(1, more_len), *got = malloc(more_len + 256);

    (void)state;
    assert_non_null(more);
    assert_non_null(got);
    for (size_t stop = 0; stop < 100; stop += 9) {
        struct wire expected = queue_many();

        send_until(stop);
        assert_int_equal(queue_data(more, more_len - WIRE_HEAD_LEN), 0);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
        assert_int_equal(drain_peer(got, more_len + 256), expected.len + more_len);
        assert_memory_equal(got, expected.bytes, expected.len);
        wire_clear(&expected);
    }
    free(got);
    free(more);
}

static void a_frame_is_taken_back_with_what_was_lent_for_it(void **state)
{
    const size_t len = sizeof(lent_frame) - 1;
    uint8_t got[64];

    (void)state;
    queue_lent();
    queue_lent();
    send_until(12);
    eyelet_connection_unqueue(&fixture.connection, len);
    assert_int_equal(fixture.connection.n_loans, 1);
    queue_frame(text, 10);
    assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
    assert_int_equal(drain_peer(got, sizeof(got)), len + 10);
    assert_memory_equal(got, lent_frame, len);
    assert_memory_equal(got + len, text, 10);
}

static void without_memory_nothing_is_lent(void **state)
{
    const struct eyelet_slice slice = { (const uint8_t *)"17 _______!", 11 };
    const struct eyelet_outgoing message = {
        .message = &slice,
        .len = slice.len,
        .large = { lent, sizeof(lent) - 1 },
        .pack = copy_around,
    };

    (void)state;
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_connection_queue_reply(&fixture.connection, 1, &message), -ENOMEM);
    assert_int_equal(fixture.connection.n_loans, 0);
    eyelet_connection_keep(&fixture.connection);
    assert_int_equal(eyelet_connection_queued(&fixture.connection), 0);
}

static void h010_every_error_of_a_send_comes_back(void **state)
{
    static const int errors[] = { EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO, ENOTCONN };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        queue_frame(text, 10);
        faults_fail(FAULT_SENDMSG, 1, errors[i]);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), -errors[i]);
        assert_int_equal(fixture.connection.sent, 10 * i);
        faults_fail(FAULT_SENDMSG, 1, EINTR);
        assert_int_equal(eyelet_connection_flush(&fixture.connection), 0);
    }
}

static void h010_every_error_of_a_recv_comes_back(void **state)
{
    static const int errors[] = { ECONNRESET, EPIPE, ENOBUFS, ETIMEDOUT, EPROTO, ENOTCONN, EAGAIN };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        faults_fail(FAULT_RECV, 1, errors[i]);
        assert_int_equal(eyelet_connection_read(&fixture.connection), -errors[i]);
    }
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    eyelet_buffer_clear(&fixture.connection.in, &fixture.pool);
    eyelet_buffer_pool_clear(&fixture.pool);
    assert_int_equal(eyelet_connection_read(&fixture.connection), EYELET_CONNECTION_NO_MEMORY);
    assert_int_equal(eyelet_connection_read(&fixture.connection), -EAGAIN);
    shutdown(fixture.peer, SHUT_WR);
    assert_int_equal(eyelet_connection_read(&fixture.connection), EYELET_CONNECTION_ENDED);
}

static void without_memory_nothing_is_queued(void **state)
{
    const struct eyelet_error error = { .status = EYELET_INTERNAL, .text = "no" };

    (void)state;
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(queue_data("data", 4), -ENOMEM);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_connection_queue_end(&fixture.connection, 1), -ENOMEM);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_connection_queue_failure(&fixture.connection, 1, &error), -ENOMEM);
    assert_int_equal(eyelet_connection_queued(&fixture.connection), 0);
    assert_int_equal(fixture.connection.n_queued, 0);
}

static struct wire request_with_id(uint32_t id, size_t payload_len)
{
    struct wire wire = { 0 }, payload = { 0 };

    wire_fill(&payload, 'p', payload_len);
    wire_request(&wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
    return wire;
}

static struct wire request_of(size_t payload_len)
{
    return request_with_id(1, payload_len);
}

/* Reads until an event comes, at most @max reads. */
static enum eyelet_session_event_kind next_event(struct eyelet_session_event *ret, unsigned max)
{
    enum eyelet_session_event_kind kind;

    while ((kind = eyelet_connection_next(&fixture.connection, 1, ret)) == EYELET_SESSION_MORE && max-- > 0)
        assert_true(eyelet_connection_read(&fixture.connection) >= 0); /* whole or cut */
    return kind;
}

static void h014_one_byte_at_a_time_is_the_same_as_all_at_once(void **state)
{
    struct wire wire = request_of(20);
    struct eyelet_session_event event;

    (void)state;
    faults_short(FAULT_RECV, 1);
    assert_true(live_send(fixture.peer, wire_slice(&wire)));
    assert_int_equal(next_event(&event, (unsigned)wire.len), EYELET_SESSION_CALL);
    assert_int_equal(event.request.payload.len, 20);
    assert_memory_equal(event.request.payload.data, "pppppppppppppppppppp", 20);
    assert_int_equal(faults_count(FAULT_RECV), wire.len);
    wire_clear(&wire);
}

static void h039_a_frame_that_is_announced_and_does_not_come_holds_no_memory(void **state)
{
    struct wire wire = { 0 };
    struct eyelet_session_event event;

    (void)state;
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 4 << 20);
    live_send_wire(fixture.peer, &wire);
    assert_int_equal(eyelet_connection_read(&fixture.connection), 0);
    assert_int_equal(eyelet_connection_next(&fixture.connection, 1, &event), EYELET_SESSION_MORE);
    eyelet_connection_settle(&fixture.connection);
    assert_int_equal(fixture.pool.held, 0);
    eyelet_connection_wake(&fixture.connection);
}

static void a_large_frame_leaves_with_its_memory_and_one_like_it_needs_no_other(void **state)
{
    struct wire wire = request_of(EYELET_BUFFER_SPARE_CAP), next = request_with_id(3, EYELET_BUFFER_SPARE_CAP);
    struct eyelet_block block = { 0 };
    struct eyelet_session_event event;
    const uint8_t *memory;
    unsigned n_allocs, n_reads;

    (void)state;
    live_send_wire(fixture.peer, &wire);
    assert_int_equal(next_event(&event, 4), EYELET_SESSION_CALL);
    memory = fixture.connection.in.data;
    assert_true(eyelet_connection_detach(&fixture.connection, event.frame.len, &block));
    assert_ptr_equal(block.data, memory);
    assert_true(event.frame.data >= memory && event.frame.data + event.frame.len <= memory + block.cap);
    assert_int_equal(fixture.connection.in.cap, 0);
    eyelet_session_finish(&fixture.connection.session, 1);
    eyelet_buffer_pool_give(&fixture.pool, &block);

    live_send_wire(fixture.peer, &next);
    n_allocs = faults_count(FAULT_ALLOC);
    n_reads = faults_count(FAULT_RECV);
    assert_int_equal(next_event(&event, 1), EYELET_SESSION_CALL);
    assert_int_equal(faults_count(FAULT_ALLOC), n_allocs);
    assert_int_equal(faults_count(FAULT_RECV), n_reads + 1); /* all at once, since the last one was as long */
    assert_ptr_equal(fixture.connection.in.data, memory);
    assert_int_equal(event.request.payload.len, EYELET_BUFFER_SPARE_CAP);
    wire_clear(&wire);
    wire_clear(&next);
}

static void a_small_frame_is_not_worth_its_memory(void **state)
{
    struct wire wire = request_of(1000);
    struct eyelet_block block = { 0 };
    struct eyelet_session_event event;

    (void)state;
    live_send_wire(fixture.peer, &wire);
    assert_int_equal(next_event(&event, 1), EYELET_SESSION_CALL);
    assert_false(eyelet_connection_detach(&fixture.connection, event.frame.len, &block));
    assert_null(block.data);
    wire_clear(&wire);
}

static void h038_memory_follows_the_bytes_that_came(void **state)
{
    struct wire wire = request_of(2 << 20);
    struct eyelet_slice rest = wire_slice(&wire);
    struct eyelet_session_event event;
    enum eyelet_session_event_kind kind = EYELET_SESSION_MORE;
    size_t came = 0;

    (void)state;
    while (kind == EYELET_SESSION_MORE) {
        struct eyelet_slice piece = { rest.data + came, rest.len - came < 3000 ? rest.len - came : 3000 };

        assert_true(live_send(fixture.peer, piece));
        came += piece.len;
        assert_int_equal(eyelet_connection_read(&fixture.connection), 0);
        kind = eyelet_connection_next(&fixture.connection, 1, &event);
        assert_true(fixture.connection.in.cap <= 2 * came + EYELET_BUFFER_SPARE_CAP);
    }
    assert_int_equal(came, rest.len);
    assert_int_equal(kind, EYELET_SESSION_CALL);
    assert_int_equal(event.request.payload.len, 2 << 20);
    assert_true(fixture.connection.in.cap <= rest.len + WIRE_HEAD_LEN); /* and never passes the next one's head */
    wire_clear(&wire);
}

static void while_data_is_missing_all_that_is_there_belongs_to_its_frame(void **state)
{
    struct wire wire = request_of(100000);
    struct eyelet_session_event event;
    size_t before = wire.len;

    (void)state;
    wire_frame_head(&wire, WIRE_REQUEST, 0, 3, 0); /* and one more behind it */
    assert_false(eyelet_connection_waits_for_data(&fixture.connection));
    assert_true(live_send(fixture.peer, (struct eyelet_slice){ wire.bytes, before - 1 }));
    do {
        assert_int_equal(eyelet_connection_read(&fixture.connection), 0);
        assert_int_equal(eyelet_connection_next(&fixture.connection, 1, &event), EYELET_SESSION_MORE);
    } while (fixture.connection.in.len < before - 1 - EYELET_FRAME_HEADER_LEN);
    assert_true(eyelet_connection_waits_for_data(&fixture.connection));
    eyelet_connection_settle(&fixture.connection);
    assert_int_equal(eyelet_connection_held(&fixture.connection), fixture.pool.held);
    assert_true(fixture.pool.held >= before - 1 - EYELET_FRAME_HEADER_LEN);
    eyelet_connection_wake(&fixture.connection);

    assert_true(live_send(fixture.peer, (struct eyelet_slice){ wire.bytes + before - 1, wire.len - before + 1 }));
    assert_int_equal(eyelet_connection_read(&fixture.connection), 0);
    assert_false(eyelet_connection_waits_for_data(&fixture.connection)); /* it is whole, though not taken yet */
    wire_clear(&wire);
}

static void a_connection_that_cannot_begin_leaves_the_descriptor_alone(void **state)
{
    struct eyelet_connection connection;
    int fds[2];

    (void)state;
    live_pair(fds);
    faults_fail(FAULT_FCNTL, 1, EBADF);
    assert_int_equal(
        eyelet_connection_init(&connection, fds[0], EYELET_SESSION_CLIENT, &limits, 2, &fixture.pool, NULL), -EBADF);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(
        eyelet_connection_init(&connection, fds[0], EYELET_SESSION_CLIENT, &limits, 2, &fixture.pool, NULL), -ENOMEM);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h016_a_send_that_takes_any_number_of_bytes_loses_and_repeats_none, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(h016_a_full_socket_at_any_byte_stops_the_flush_and_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(h016_a_megabyte_goes_through_a_socket_of_4_kib, setup, teardown),
        cmocka_unit_test_setup_teardown(a_socket_is_widened_for_the_first_large_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_begun_can_be_taken_back, setup, teardown),
        cmocka_unit_test_setup_teardown(h016_lent_bytes_leave_in_their_place_however_few_at_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_not_left_is_kept_when_the_lender_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_queue_with_holes_may_grow_and_move, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_is_taken_back_with_what_was_lent_for_it, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_nothing_is_lent, setup, teardown),
        cmocka_unit_test_setup_teardown(h010_every_error_of_a_send_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(h010_every_error_of_a_recv_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_nothing_is_queued, setup, teardown),
        cmocka_unit_test_setup_teardown(h014_one_byte_at_a_time_is_the_same_as_all_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(h039_a_frame_that_is_announced_and_does_not_come_holds_no_memory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_large_frame_leaves_with_its_memory_and_one_like_it_needs_no_other, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_small_frame_is_not_worth_its_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(h038_memory_follows_the_bytes_that_came, setup, teardown),
        cmocka_unit_test_setup_teardown(while_data_is_missing_all_that_is_there_belongs_to_its_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(a_connection_that_cannot_begin_leaves_the_descriptor_alone, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
