/*
 * One connection of a server, turn by turn, on the fake clock: its share, its queue, its timers and its end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "echo.eyelet.h"
#include "io/socket.h"
#include "rpc/served.h"
#include "rpc/workers.h"
#include "rpc/writing.h"
#include "support/faults.h"
#include "support/live.h"

#define NOW_NS (1000 * EYELET_NS_PER_S)

static struct eyelet_workers workers;
#define env workers.env
static struct eyelet_serving serving;
static int peer;
static unsigned n_served;
static unsigned reply_factor;

static size_t pack_copies(const struct eyelet_outgoing *outgoing, uint8_t *room)
{
    const struct eyelet_slice *payload = outgoing->message;

    for (unsigned i = 0; i < reply_factor; i++)
        memcpy(room + i * payload->len, payload->data, payload->len);
    return SIZE_MAX;
}

/* A codec for bytes: the reply is the request, as often as the test says. */
static enum eyelet_status serve(struct eyelet_call *call)
{
    n_served++;
    call->reply = (struct eyelet_outgoing){
        .message = &call->request.payload,
        .len = call->request.payload.len * reply_factor,
        .pack = pack_copies,
    };
    return EYELET_OK;
}

static enum eyelet_status finish(struct eyelet_call *call)
{
    (void)call;
    return EYELET_OK;
}

static const struct eyelet_serving_codec codec = { .serve = serve, .finish = finish };

static struct eyelet_dispatch_node node;

static int setup(void **state)
{
    const int small = 4096;
    int fds[2];

    faults_setup(state);
    faults_fake_clock(NOW_NS);
    live_pair(fds);
    peer = fds[1];
    assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    node = (struct eyelet_dispatch_node){
        .service = demo_echo_service.name,
        .service_len = strlen(demo_echo_service.name),
        .methods = demo_echo_service.methods,
        .n_methods = demo_echo_service.n_methods,
        .method_size = sizeof(demo_echo_service.methods[0]),
    };
    workers = (struct eyelet_workers){ 0 };
    workers.guests.listener.fd = -1;
    env = (struct eyelet_serving_env){
        .opts = { .threads = 1,
                  .frame_max = 4 << 20,
                  .calls_max = 128,
                  .write_stall_ms = 10000,
                  .grace_ms = 5000,
                  .decode_max = 1 << 20,
                  .connection_buffer_max = 16 << 20 },
        .limits = { .frame_max = 4 << 20,
                    .body_rate_min = 65536,
                    .calls_max = 128,
                    .header_timeout_ns = 5 * EYELET_NS_PER_S,
                    .body_grace_ns = 5 * EYELET_NS_PER_S,
                    .call_timeout_ns = 30 * EYELET_NS_PER_S,
                    .call_timeout_max_ns = 300 * EYELET_NS_PER_S },
        .n_slots = 128,
        .inbox_limits = { .messages_max = 64, .bytes_max = 4 << 20, .hard_bytes_max = 16 << 20 },
        .services = &node,
        .codec = &codec,
        .pool = { .held_max = 128 << 20 },
    };
    env.queue_max = eyelet_serving_queue_max(&env.opts);
    n_served = 0;
    reply_factor = 1;
    if (eyelet_workers_init(&workers) < 0)
        return -1;
    return eyelet_serving_init(&serving, fds[0], &(struct eyelet_peer){ 0 }, &env);
}

static void limit(size_t connection_buffer_max)
{
    env.opts.connection_buffer_max = connection_buffer_max;
    env.queue_max = eyelet_serving_queue_max(&env.opts);
}

static int teardown(void **state)
{
    size_t held;

    (void)state;
    eyelet_serving_end(&serving, "the test is over");
    held = env.pool.held;
    eyelet_workers_clear(&workers);
    close(peer);
    return held == 0 && serving.kept == 0 && serving.queued_bytes == 0 && serving.n_calls == 0 ? 0 : -1;
}

static void run_call(struct eyelet_call *call)
{
    enum eyelet_status status = eyelet_call_run(call, &codec, eyelet_now_ns());

    serving.n_running--;
    eyelet_workers_end(&workers, call, status, eyelet_now_ns());
    call->is_returned = true;
    eyelet_served_release(call);
}

/* Runs the calls that wait, as the only thread does. */
static void run_calls(void)
{
    struct eyelet_call *call;

    while ((call = eyelet_served_next(&serving, 1)) != NULL) {
        run_call(call);
        eyelet_serving_relieve(&serving);
    }
    eyelet_writing_flush_now(&serving);
}

/* A turn as after an event: both directions may have moved. */
static enum eyelet_serving_turn turn(void)
{
    enum eyelet_serving_turn ended;

    serving.can_read = !serving.has_ended;
    serving.can_write = true;
    ended = eyelet_serving_take_turn(&serving, faults_now_ns(), faults_now_ns());
    if (ended == EYELET_SERVING_OVER)
        return ended;
    run_calls();
    if (serving.is_over || (serving.n_calls == 0 && serving.has_ended))
        return eyelet_serving_take_turn(&serving, faults_now_ns(), faults_now_ns());
    return eyelet_serving_wants_turn(&serving) ? EYELET_SERVING_AGAIN : ended;
}

/* The peer ends after what it said: first the bytes are read, and the end is seen in the next turn. */
static void end_saying(void)
{
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
}

static void put_say(struct wire *wire, uint32_t id, size_t payload_len)
{
    struct wire payload = { 0 };

    wire_fill(&payload, 'p', payload_len);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void say(uint32_t id, size_t payload_len)
{
    struct wire wire = { 0 };

    put_say(&wire, id, payload_len);
    live_send_wire(peer, &wire);
}

/* Sends what fits without waiting. Return: bytes. */
static size_t send_some(struct eyelet_slice bytes)
{
    ssize_t n = send(peer, bytes.data, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);

    return n > 0 ? (size_t)n : 0;
}

/* Takes what is there, without waiting. Return: bytes. */
static size_t drain(struct wire *got)
{
    uint8_t room[65536];
    size_t before = got->len;
    ssize_t n;

    while ((n = recv(peer, room, sizeof(room), MSG_DONTWAIT)) > 0)
        wire_put(got, room, (size_t)n);
    return got->len - before;
}

static void assert_answer(uint32_t id, int code)
{
    struct live_reply reply;

    assert_true(live_read_reply(peer, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, code);
    live_reply_clear(&reply);
}

static void an_idle_connection_waits_for_ever_and_holds_nothing(void **state)
{
    (void)state;
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_true(eyelet_serving_deadline(&serving) == EYELET_NO_DEADLINE);
    assert_int_equal(env.pool.held, 0);
    say(1, 5);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(1, EYELET_OK);
    assert_true(eyelet_serving_deadline(&serving) == EYELET_NO_DEADLINE);
    assert_int_equal(env.pool.held, 0);
}

static void h037_a_head_that_stalls_has_5_s_from_its_first_byte(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    put_say(&wire, 1, 5);
    for (size_t i = 0; i < WIRE_HEAD_LEN - 1; i++) { /* every half second a byte: that does not help */
        assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + i, 1 }));
        assert_int_equal(turn(), EYELET_SERVING_WAITS);
        assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + 5 * EYELET_NS_PER_S);
        faults_advance_ns(EYELET_NS_PER_S / 2);
    }
    faults_advance_ns(EYELET_NS_PER_S / 2 - 1);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(1);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
    wire_clear(&wire);
}

static void h037_a_head_that_comes_in_time_is_served(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    put_say(&wire, 1, 5);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, 1 }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(5 * EYELET_NS_PER_S);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + 1, wire.len - 1 }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS); /* its timer is over, but so is the wait */
    assert_answer(1, EYELET_OK);
    wire_clear(&wire);
}

static void h038_data_has_5_s_and_then_a_rate(void **state)
{
    struct wire wire = { 0 };
    size_t sent = WIRE_HEAD_LEN;

    (void)state;
    put_say(&wire, 1, 400000);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, sent }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + 5 * EYELET_NS_PER_S);
    assert_int_equal(env.pool.held, 0); /* H039: what is announced costs nothing */

    for (unsigned s = 1; s <= 4; s++) { /* at the rate it may go on for ever */
        assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + sent, 65536 }));
        sent += 65536;
        assert_int_equal(turn(), EYELET_SERVING_WAITS);
        assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + (5 + s) * EYELET_NS_PER_S);
        faults_advance_ns(2 * EYELET_NS_PER_S);
        assert_true(env.pool.held <= sent * 2 + 65536);
    }
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(EYELET_NS_PER_S);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
    assert_int_equal(n_served, 0);
    wire_clear(&wire);
}

static void h034_what_is_skipped_is_skipped_at_the_same_rate(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 5 << 20);
    live_send_wire(peer, &wire);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + 5 * EYELET_NS_PER_S);
    faults_advance_ns(5 * EYELET_NS_PER_S);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
}

static void h015_a_turn_handles_64_frames_at_most(void **state)
{
    struct wire wire = { 0 };
    unsigned n_before = 0;

    (void)state;
    reply_factor = 0;
    for (uint32_t i = 0; i < 1000; i++)
        put_say(&wire, 2 * i + 1, 5);
    live_send_wire(peer, &wire);
    while (n_served < 1000) {
        enum eyelet_serving_turn ended = turn();

        assert_true(n_served > n_before);
        assert_true(n_served - n_before <= 64);
        assert_true(ended == EYELET_SERVING_AGAIN || n_served == 1000 || serving.is_full);
        n_before = n_served;
        for (uint8_t room[WIRE_HEAD_LEN]; recv(peer, room, sizeof(room), MSG_DONTWAIT) > 0;)
            continue;
    }
}

/* Pipelines calls and reads no answer, until the server reads no more either. Return: calls sent, whole or in part. */
static uint32_t stuff(size_t payload_len)
{
    struct wire wire = { 0 };
    size_t len, sent = 0;
    uint32_t n = 0;

    for (;;) {
        wire_clear(&wire);
        put_say(&wire, 2 * n + 1, payload_len);
        n++;
        len = wire.len;
        for (sent = 0; sent < len;) {
            size_t some = send_some((struct eyelet_slice){ wire.bytes + sent, len - sent });
            enum eyelet_serving_turn ended = turn();

            sent += some;
            assert_int_not_equal(ended, EYELET_SERVING_OVER);
            if (some == 0 && ended == EYELET_SERVING_WAITS) {
                wire_clear(&wire);
                return n;
            }
        }
    }
}

static void h104_a_peer_that_never_reads_is_not_read_and_then_closed(void **state)
{
    (void)state;
    stuff(1000);
    assert_true(serving.is_full);
    assert_true(serving.connection.n_queued <= 256 + 64);
    assert_true(env.pool.held < (1 << 20));
    assert_int_equal(eyelet_serving_deadline(&serving), faults_now_ns() + 10 * EYELET_NS_PER_S);

    faults_advance_ns(10 * EYELET_NS_PER_S - 1);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(1);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
}

static void h104_large_answers_that_nobody_reads_are_limited_in_bytes(void **state)
{
    (void)state;
    reply_factor = 30;
    stuff(100000);
    assert_true(serving.is_full);
    assert_true(serving.connection.out.len < (8u << 20) + 3000100); /* the last one may pass it */
    assert_true(env.pool.held <= 2 * ((8u << 20) + 3000100));
}

static void h104_a_peer_that_reads_again_gets_every_answer_in_order(void **state)
{
    struct wire got = { 0 };
    uint32_t n = stuff(1000), n_whole = 0;
    size_t at = 0;

    (void)state;
    faults_advance_ns(9 * EYELET_NS_PER_S); /* a request may have been begun: this time does not count against it */
    do {
        drain(&got);
        assert_int_not_equal(turn(), EYELET_SERVING_OVER);
    } while (drain(&got) > 0);

    for (; at < got.len; n_whole++) {
        assert_int_equal(eyelet_get_be32(got.bytes + at + 4), 2 * n_whole + 1);
        at += WIRE_HEAD_LEN + eyelet_get_be32(got.bytes + at);
    }
    assert_int_equal(at, got.len);
    assert_true(n_whole == n || n_whole == n - 1); /* the last request may not have been sent to its end */
    assert_int_equal(n_served, n_whole);
    assert_false(serving.is_full);
    wire_clear(&got);
}

static void a_stalled_write_is_measured_from_the_last_byte_that_was_taken(void **state)
{
    struct wire got = { 0 };

    (void)state;
    stuff(1000);
    while (drain(&got) > 0 && serving.is_full) { /* until it may read again, too */
        faults_advance_ns(9 * EYELET_NS_PER_S);
        assert_int_not_equal(turn(), EYELET_SERVING_OVER);
        if (serving.connection.out.len > 0)
            assert_int_equal(eyelet_serving_deadline(&serving), faults_now_ns() + 10 * EYELET_NS_PER_S);
    }
    assert_false(serving.is_full);
    wire_clear(&got);
}

static void h012_after_an_end_the_answers_leave_and_then_it_is_over(void **state)
{
    struct wire got = { 0 };
    enum eyelet_serving_turn ended;

    (void)state;
    reply_factor = 6000;
    say(1, 100); /* 600,000 bytes back: more than the socket takes */
    end_saying();
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_true(serving.has_ended);
    assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + 5 * EYELET_NS_PER_S); /* the grace is the sooner */
    do {
        drain(&got);
        ended = turn();
    } while (ended == EYELET_SERVING_WAITS);
    assert_int_equal(ended, EYELET_SERVING_OVER);
    drain(&got);
    assert_int_equal(got.len, 600000 + WIRE_HEAD_LEN + 4);
    wire_clear(&got);
}

static void h012_answers_that_do_not_leave_have_the_grace(void **state)
{
    (void)state;
    reply_factor = 6000;
    say(1, 100);
    end_saying();
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(5 * EYELET_NS_PER_S);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
}

static void h008_an_end_inside_of_a_frame_is_the_end(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    put_say(&wire, 1, 100);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, wire.len - 1 }));
    end_saying();
    assert_int_equal(turn(), EYELET_SERVING_OVER);
    assert_int_equal(n_served, 0);
    wire_clear(&wire);
}

static void h010_every_error_of_recv_and_send_is_the_end(void **state)
{
    static const int errors[] = { ECONNRESET, EPIPE, ENOBUFS, ETIMEDOUT, EPROTO, ENOMEM };

    for (size_t i = 0; i < 2 * sizeof(errors) / sizeof(errors[0]); i++) {
        say(1, 5);
        faults_fail(i % 2 == 0 ? FAULT_RECV : FAULT_SENDMSG, 1, errors[i / 2]);
        assert_int_equal(turn(), EYELET_SERVING_OVER);
        assert_int_equal(n_served, i % 2);
        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
    }
}

static void an_unfinished_frame_that_outgrows_the_memory_is_refused_and_the_next_one_served(void **state)
{
    struct wire wire = { 0 };
    size_t sent = 0;

    (void)state;
    limit(200000);
    put_say(&wire, 1, 1000000);
    put_say(&wire, 3, 50);
    while (sent < wire.len) {
        sent += send_some((struct eyelet_slice){ wire.bytes + sent, wire.len - sent });
        assert_int_not_equal(turn(), EYELET_SERVING_OVER);
        assert_true(env.pool.held <= env.opts.connection_buffer_max);
    }
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED);
    assert_answer(3, EYELET_OK);
    assert_int_equal(n_served, 1);
    wire_clear(&wire);
}

static void the_limit_of_one_connection_is_its_own(void **state)
{
    struct wire wire = { 0 };
    size_t sent = 0;

    (void)state;
    limit(200000);
    put_say(&wire, 1, 1000000);
    put_say(&wire, 3, 50);
    while (sent < wire.len) {
        sent += send_some((struct eyelet_slice){ wire.bytes + sent, wire.len - sent });
        assert_int_not_equal(turn(), EYELET_SERVING_OVER);
        assert_true(env.pool.held <= 200000);
    }
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED);
    assert_answer(3, EYELET_OK);
    wire_clear(&wire);
}

static void a_reply_there_is_no_room_for_becomes_an_error(void **state)
{
    (void)state;
    limit(1000);
    reply_factor = 100;
    say(1, 100);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED);
    reply_factor = 1;
    say(3, 100);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(3, EYELET_OK);
}

/* Every Response in @got: each of the @n calls must have one, OK or refused for memory. Return: how many are OK. */
static unsigned count_answers(const struct wire *got, uint32_t n)
{
    bool *is_answered = calloc(n, sizeof(*is_answered));
    unsigned n_answers = 0, n_ok = 0;

    assert_non_null(is_answered);
    for (size_t at = 0; at < got->len; n_answers++) {
        uint32_t len = eyelet_get_be32(got->bytes + at), id = eyelet_get_be32(got->bytes + at + 4);
        const uint8_t *data = got->bytes + at + WIRE_HEAD_LEN;
        bool is_ok = len == 0 || data[0] == 0x12; /* a payload or none, and no status */

        assert_true(id % 2 == 1 && id < 2 * n && !is_answered[id / 2]);
        assert_true(is_ok || (data[0] == 0x0a && data[2] == 0x08 && data[3] == EYELET_RESOURCE_EXHAUSTED));
        is_answered[id / 2] = true;
        n_ok += is_ok;
        at += WIRE_HEAD_LEN + len;
        assert_true(at <= got->len);
    }
    assert_int_equal(n_answers, n);
    free(is_answered);
    return n_ok;
}

/* Pipelines @n calls of @payload_len with so little memory; each must be answered once, and one more after them. */
static unsigned pipeline(uint32_t n, size_t payload_len, size_t connection_buffer_max)
{
    const int large = 1 << 20; /* as much as the system gives: a turn is to end by its bytes, inside of a frame */
    struct wire wire = { 0 }, got = { 0 };
    size_t sent = 0;
    enum eyelet_serving_turn ended;
    unsigned n_ok;

    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)), 0);
    limit(connection_buffer_max);
    for (uint32_t i = 0; i < n; i++)
        put_say(&wire, 2 * i + 1, payload_len);
    do {
        size_t some = send_some((struct eyelet_slice){ wire.bytes + sent, wire.len - sent });

        sent += some;
        ended = turn();
        assert_int_not_equal(ended, EYELET_SERVING_OVER);
        if (some > 0)
            continue; /* the socket is filled first, so that a turn finds many frames at once */
        drain(&got);
    } while (sent < wire.len || ended == EYELET_SERVING_AGAIN || serving.connection.out.len > 0);
    drain(&got);
    assert_int_equal(serving.connection.session.n_live, 0);
    n_ok = count_answers(&got, n);

    say(2 * n + 1, 5);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(2 * n + 1, EYELET_OK);
    wire_clear(&wire);
    wire_clear(&got);
    return n_ok;
}

static void a_frame_there_is_no_memory_for_takes_no_whole_frame_along(void **state)
{
    static const size_t limits[] = { 3000, 10000, 50000, 1 << 20 };
    static const uint32_t lens[] = { 7, 999, 6000 };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
            unsigned n_ok;

            reply_factor = lens[j] < 1000; /* the short ones are echoed */
            n_ok = pipeline(1000000 / (lens[j] + 1000), lens[j], limits[i]);

            if (limits[i] == 1 << 20)
                assert_int_equal(n_ok, 1000000 / (lens[j] + 1000));
            assert_int_equal(teardown(state), 0);
            assert_int_equal(setup(state), 0);
        }
    }
}

/* What may be buffered, and how many bytes of answers then wait before no more requests are read. */
static const struct {
    uint32_t frame_max;
    size_t connection_buffer_max;
    size_t queue_max;
} queues[] = {
    { 4096, 128 << 10, 32 << 10 }, /* little: a quarter of it, */
    { 64 << 10, 512 << 10, 128 << 10 },
    { 4 << 20, (4 << 20) + 10, 256 << 10 }, /* but no more than 256 KiB, */
    { 4 << 20, (10 << 20) + 262143, 256 << 10 },
    { 4 << 20, (10 << 20) + 262145, 262145 }, /* until two frames, and 1 MiB beside each, leave more */
    { 64 << 10, 3 << 20, 917504 },
    { 1 << 20, (4 << 20) + 1000000, 1000000 },
};

#define FILL_LEN      60000u
#define SHORT_LEN_MIN 200u                    /* from here to 16 KiB all answers have as much */
#define ANSWER_COST   (WIRE_HEAD_LEN + 1 + 2) /* beside their bytes: a head, a key, a length */
#define SHORT_MIN     (SHORT_LEN_MIN + ANSWER_COST)

/* One call more, of a peer that does not listen. Return: was it served? */
static bool ask(uint32_t *id, size_t payload_len)
{
    unsigned n_before = n_served;

    say(*id, payload_len);
    *id += 2;
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    return n_served > n_before;
}

/* Lets answers wait until exactly @len bytes do: large ones first, and then one that fits. */
static void let_wait(uint32_t *id, size_t len)
{
    const size_t large = len / 4 < FILL_LEN ? len / 4 : FILL_LEN;

    while (serving.connection.out.len == 0)
        assert_true(ask(id, SHORT_LEN_MIN)); /* the socket takes no more */
    while (len - serving.connection.out.len >= large + ANSWER_COST + 1 + SHORT_MIN)
        assert_true(ask(id, large));
    while (len - serving.connection.out.len >= 2 * SHORT_MIN + 5000)
        assert_true(ask(id, 5000));
    assert_true(ask(id, len - serving.connection.out.len - ANSWER_COST));
    assert_int_equal(serving.connection.out.len, len);
}

/* The peer listens: whatever it said, read or not, is answered, and well. */
static void assert_all_answered(uint32_t end_id)
{
    struct wire got = { 0 };

    do {
        drain(&got);
        assert_int_not_equal(turn(), EYELET_SERVING_OVER);
    } while (drain(&got) > 0 || serving.connection.out.len > 0);
    assert_int_equal(count_answers(&got, end_id / 2), end_id / 2);
    wire_clear(&got);
}

static void h104_answers_that_wait_stop_the_reading_at_exactly_what_is_left_for_them(void **state)
{
    for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
        for (size_t short_of = 0; short_of < 2; short_of++) {
            uint32_t id = 1;

            env.opts.frame_max = queues[i].frame_max;
            limit(queues[i].connection_buffer_max);
            let_wait(&id, queues[i].queue_max - short_of);
            assert_int_equal(ask(&id, SHORT_LEN_MIN), short_of); /* one byte less, and one more is served */
            assert_false(ask(&id, SHORT_LEN_MIN));
            assert_true(serving.connection.out.len < queues[i].queue_max + SHORT_MIN);
            assert_all_answered(id);
            assert_int_equal(teardown(state), 0);
            assert_int_equal(setup(state), 0);
        }
    }
}

/* What waits, what is read ahead, one more answer and one more request have room together. */
static void h104_no_call_of_a_peer_that_listens_late_is_refused_though_little_may_be_buffered(void **state)
{
    static const struct {
        uint32_t frame_max;
        size_t connection_buffer_max;
        uint32_t payload_len;
    } cases[] = {
        { 4096, 128 << 10, 7 },           { 4096, 128 << 10, 999 },
        { 4096, 128 << 10, 4000 },        { 8192, 200000, 999 },
        { 8192, 200000, 8000 },           { 64 << 10, 320 << 10, 999 },
        { 64 << 10, 320 << 10, 65000 },   { 64 << 10, 1 << 20, 65000 },
        { 256 << 10, 1 << 20, 999 },      { 256 << 10, 1 << 20, 260000 },
        { 256 << 10, 3 << 20, 260000 },   { 1 << 20, 6 << 20, 999 },
        { 1 << 20, 6 << 20, 1000000 },    { 8192, 152 << 10, 8000 },
        { 256 << 10, 896 << 10, 260000 }, { 1 << 20, (3 << 20) + (128 << 10), 1000000 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t n = cases[i].payload_len < 10000 ? 600000 / (cases[i].payload_len + 1000) : 12;

        env.opts.frame_max = cases[i].frame_max;
        assert_int_equal(pipeline(n, cases[i].payload_len, cases[i].connection_buffer_max), n);
        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
    }
}

static void a_limit_that_holds_a_frame_holds_it_in_pieces_too(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    limit(8192 + WIRE_HEAD_LEN);
    put_say(&wire, 1, 8000);
    for (size_t cut = 1; cut < 4; cut++) {
        assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + (cut - 1) * 2000, 2000 }));
        assert_int_equal(turn(), EYELET_SERVING_WAITS);
    }
    reply_factor = 0;
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + 6000, wire.len - 6000 }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(1, EYELET_OK);
    wire_clear(&wire);
}

static void an_unfinished_frame_is_given_back_and_the_connection_lives(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    assert_int_equal(eyelet_serving_stuck(&serving), 0);
    put_say(&wire, 1, 50000);
    put_say(&wire, 3, 5);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, 40000 }));
    do {
        assert_int_equal(turn(), EYELET_SERVING_WAITS);
    } while (serving.connection.in.len < 40000 - WIRE_HEAD_LEN);
    assert_true(eyelet_serving_stuck(&serving) >= 39000);
    assert_int_equal(env.pool.held, eyelet_serving_stuck(&serving));

    eyelet_serving_shed(&serving, faults_now_ns());
    assert_true(env.pool.held < 1000); /* at once, but for the refusal */
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + 40000, wire.len - 40000 }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED);
    assert_answer(3, EYELET_OK);
    assert_int_equal(env.pool.held, 0);
    assert_int_equal(n_served, 1);
    wire_clear(&wire);
}

static void answers_that_nobody_takes_are_given_back_with_the_connection(void **state)
{
    (void)state;
    stuff(1000);
    assert_true(eyelet_serving_stuck(&serving) > 200000);
    assert_int_equal(env.pool.held, eyelet_serving_stuck(&serving));
    eyelet_serving_shed(&serving, faults_now_ns());
    assert_int_equal(env.pool.held, 0);
    assert_int_equal(eyelet_serving_stuck(&serving), 0);
    assert_int_equal(turn(), EYELET_SERVING_OVER);
}

static void requests_that_wait_for_a_turn_are_nothing_to_give_back(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    reply_factor = 0;
    for (uint32_t i = 0; i < 100; i++)
        put_say(&wire, 2 * i + 1, 100);
    live_send_wire(peer, &wire);
    assert_int_equal(turn(), EYELET_SERVING_AGAIN);
    assert_true(env.pool.held > 0);
    assert_int_equal(eyelet_serving_stuck(&serving), 0);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_int_equal(n_served, 100);
}

static void what_passed_since_the_server_looked_makes_nobody_late(void **state)
{
    const uint64_t looked_ns = NOW_NS;
    struct wire wire = { 0 };

    (void)state;
    put_say(&wire, 1, 5);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, 12 }));
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(8 * EYELET_NS_PER_S); /* another's handler, in the same round */
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + 12, 1 }));
    serving.can_read = true;
    assert_int_equal(eyelet_serving_take_turn(&serving, faults_now_ns(), looked_ns), EYELET_SERVING_WAITS);

    eyelet_serving_forgive(&serving, 8 * EYELET_NS_PER_S, faults_now_ns());
    assert_int_equal(eyelet_serving_deadline(&serving), NOW_NS + 13 * EYELET_NS_PER_S + 3 * EYELET_NS_PER_S / 65536);
    faults_advance_ns(5 * EYELET_NS_PER_S);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    faults_advance_ns(EYELET_NS_PER_MS); /* and this is nobody's time but its own */
    assert_int_equal(turn(), EYELET_SERVING_OVER);
    wire_clear(&wire);
}

/* A turn whose calls wait for a thread. */
static enum eyelet_serving_turn turn_without_calls(void)
{
    enum eyelet_serving_turn ended;

    do {
        serving.can_read = true;
        ended = eyelet_serving_take_turn(&serving, faults_now_ns(), faults_now_ns());
    } while (ended == EYELET_SERVING_AGAIN);
    return ended;
}

static void h038_data_that_was_not_read_since_enough_waited_is_not_late(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    serving.n_receiving = 1; /* a handler waits for a message, so that all is read */
    for (uint32_t id = 1; id < 160; id += 2)
        say(id, 5);
    put_say(&wire, 161, 400000);
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, 100 }));
    assert_int_equal(turn_without_calls(), EYELET_SERVING_WAITS);
    assert_int_equal(serving.n_queued, 80);

    serving.n_receiving = 0;
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + 100, 100 }));
    assert_int_equal(turn_without_calls(), EYELET_SERVING_WAITS);
    faults_advance_ns(12 * EYELET_NS_PER_S); /* for so long no thread was free */
    run_calls();
    assert_int_equal(turn_without_calls(), EYELET_SERVING_WAITS);
    assert_int_equal(eyelet_session_read_deadline(&serving.connection.session),
                     NOW_NS + 17 * EYELET_NS_PER_S + (200 - WIRE_HEAD_LEN) * EYELET_NS_PER_S / 65536);
    faults_advance_ns(6 * EYELET_NS_PER_S); /* and this is its own time */
    assert_int_equal(turn_without_calls(), EYELET_SERVING_OVER);
    wire_clear(&wire);
}

static void an_absence_is_no_stalled_write(void **state)
{
    (void)state;
    stuff(1000);
    faults_advance_ns(60 * EYELET_NS_PER_S);
    eyelet_serving_forgive(&serving, 60 * EYELET_NS_PER_S, faults_now_ns());
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_int_equal(eyelet_serving_deadline(&serving), faults_now_ns() + 10 * EYELET_NS_PER_S);
    eyelet_serving_forgive(&serving, 60 * EYELET_NS_PER_S, faults_now_ns()); /* the wait is younger than that */
    assert_int_equal(eyelet_serving_deadline(&serving), faults_now_ns() + 10 * EYELET_NS_PER_S);
}

static void stopping_answers_what_is_there_and_refuses_what_comes(void **state)
{
    static const uint8_t refused[] = { 0x0a, 22, 0x08, EYELET_UNAVAILABLE, 0x12, 18 };
    struct wire got = { 0 };
    enum eyelet_serving_turn ended;

    (void)state;
    reply_factor = 2000;
    say(1, 100);
    assert_int_equal(turn(), EYELET_SERVING_WAITS); /* most of the answer waits */
    eyelet_serving_stop(&serving);
    say(3, 100);
    do {
        drain(&got);
        ended = turn();
    } while (ended == EYELET_SERVING_WAITS);
    assert_int_equal(ended, EYELET_SERVING_OVER);
    drain(&got);
    assert_int_equal(n_served, 1);
    assert_true(got.len > 200000 + WIRE_HEAD_LEN + 4 + WIRE_HEAD_LEN);
    assert_int_equal(eyelet_get_be32(got.bytes + 200000 + WIRE_HEAD_LEN + 4 + 4), 3);
    assert_memory_equal(got.bytes + 200000 + 2 * WIRE_HEAD_LEN + 4, refused, sizeof(refused));
    wire_clear(&got);
}

static void h021_no_clock_but_the_steady_one_is_asked(void **state)
{
    (void)state;
    say(1, 5);
    assert_int_equal(turn(), EYELET_SERVING_WAITS);
    assert_true(faults_count(FAULT_CLOCK_GETTIME) > 0);
    assert_int_equal(faults_other_clocks(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_idle_connection_waits_for_ever_and_holds_nothing),
        TEST(h037_a_head_that_stalls_has_5_s_from_its_first_byte),
        TEST(h037_a_head_that_comes_in_time_is_served),
        TEST(h038_data_has_5_s_and_then_a_rate),
        TEST(h034_what_is_skipped_is_skipped_at_the_same_rate),
        TEST(h015_a_turn_handles_64_frames_at_most),
        TEST(h104_a_peer_that_never_reads_is_not_read_and_then_closed),
        TEST(h104_large_answers_that_nobody_reads_are_limited_in_bytes),
        TEST(h104_a_peer_that_reads_again_gets_every_answer_in_order),
        TEST(a_stalled_write_is_measured_from_the_last_byte_that_was_taken),
        TEST(h012_after_an_end_the_answers_leave_and_then_it_is_over),
        TEST(h012_answers_that_do_not_leave_have_the_grace),
        TEST(h008_an_end_inside_of_a_frame_is_the_end),
        TEST(h010_every_error_of_recv_and_send_is_the_end),
        TEST(an_unfinished_frame_that_outgrows_the_memory_is_refused_and_the_next_one_served),
        TEST(the_limit_of_one_connection_is_its_own),
        TEST(a_reply_there_is_no_room_for_becomes_an_error),
        TEST(a_frame_there_is_no_memory_for_takes_no_whole_frame_along),
        TEST(h104_answers_that_wait_stop_the_reading_at_exactly_what_is_left_for_them),
        TEST(h104_no_call_of_a_peer_that_listens_late_is_refused_though_little_may_be_buffered),
        TEST(a_limit_that_holds_a_frame_holds_it_in_pieces_too),
        TEST(an_unfinished_frame_is_given_back_and_the_connection_lives),
        TEST(answers_that_nobody_takes_are_given_back_with_the_connection),
        TEST(requests_that_wait_for_a_turn_are_nothing_to_give_back),
        TEST(what_passed_since_the_server_looked_makes_nobody_late),
        TEST(h038_data_that_was_not_read_since_enough_waited_is_not_late),
        TEST(an_absence_is_no_stalled_write),
        TEST(stopping_answers_what_is_there_and_refuses_what_comes),
        TEST(h021_no_clock_but_the_steady_one_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
