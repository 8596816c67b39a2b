/*
 * Peers that take more than their share of errors, memory, time and connections: HOSTILE H039, H048, H050, H101 to
 * H107.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/peers.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/spoken.h"

/* Sends back what comes, until the end. */
static enum eyelet_status chat(struct endpoint_call *call)
{
    enum eyelet_status status = EYELET_OK;
    const char *text;

    while (status == EYELET_OK && endpoint_call_recv_text(call, &text) == EYELET_GOT_MESSAGE)
        status = endpoint_call_send_text(call, text);
    return status;
}

static const struct endpoint_handlers chatting = { .chat = chat };

static void h039_200_announcements_of_the_longest_frame_cost_little(void **state)
{
    const struct endpoint_opts opts = { .connections_max = 2 + 200 };
    struct wire wire = { 0 };
    int fds[200];
    unsigned n_allocs;

    (void)state;
    peers_start(&opts);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, endpoint_traits.frame_max);
    for (size_t i = 0; i < 200; i++) {
        fds[i] = peers_connect();
        assert_true(live_send(fds[i], wire_slice(&wire)));
    }
    peers_assert_others_live();
    n_allocs = faults_count(FAULT_ALLOC);
    for (size_t i = 0; i < 200; i++)
        assert_true(live_send(fds[i], (struct eyelet_slice){ (const uint8_t *)"\x0a\x04name", 6 }));
    peers_assert_others_live();
    assert_true(faults_count(FAULT_ALLOC) - n_allocs < 1000); /* test_serving asserts what they hold */
    for (size_t i = 0; i < 200; i++)
        close(fds[i]);
    wire_clear(&wire);
    peers_stop();
}

static void h048_h050_h107_too_many_errors_close_the_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    for (unsigned i = 0; i < 200; i++)
        wire_frame(&wire, 9, 0, 1, (struct eyelet_slice){ 0 });
    live_send(peers.hostile, wire_slice(&wire)); /* it may be gone before the last */
    peers_assert_closed(0);
    wire_clear(&wire);

    peers_reconnect();
    for (unsigned i = 0; i < 200; i++)
        peers_put_say(&wire, 2, "even, and each provokes an answer");
    live_send(peers.hostile, wire_slice(&wire));
    assert_true(live_read_to_end(peers.hostile) < 40 * 100);
    peers_assert_others_live();
    wire_clear(&wire);
    peers_stop();
}

static void h050_a_flood_of_data_for_a_call_that_is_over_closes_the_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    for (unsigned i = 0; i < 100; i++)
        wire_frame_head(&wire, WIRE_DATA, 0, 1, 0);
    while (live_send(peers.hostile, wire_slice(&wire))) /* it ends, since nobody is late so often */
        continue;
    peers_assert_closed(0);
    wire_clear(&wire);
    peers_stop();
}

static void h104_a_peer_that_never_reads_is_closed_and_costs_the_others_nothing(void **state)
{
    const struct endpoint_opts opts = { .frame_max = PEERS_FRAME_MAX, .write_stall_ms = 100 };
    struct wire wire = { 0 };
    bool is_closed = false;
    uint32_t id = 1;

    (void)state;
    peers_start(&opts);
    peers_put_say(&wire, id, "large");
    while (!is_closed) { /* as fast as it goes, and on until the server has had enough */
        ssize_t n = send(peers.hostile, wire.bytes, wire.len, MSG_DONTWAIT | MSG_NOSIGNAL);

        is_closed = n < 0 && errno != EAGAIN;
        live_must(n < 0 || (size_t)n == wire.len, "a small frame was cut by a stream socket");
        if (n > 0) {
            id += 2;
            wire_clear(&wire);
            peers_put_say(&wire, id, "large");
        }
        if (n < 0 || id % 101 == 0)
            peers_assert_others_live();
    }
    assert_true(peers.n_served < 10000 + peers.healthy_id);
    peers_assert_others_live();
    wire_clear(&wire);
    peers_stop();
}

/* Sends of @wire from @sent on what the socket takes. Return: how much of it is sent now. */
static size_t send_what_fits(int fd, const struct wire *wire, size_t sent)
{
    while (sent < wire->len) {
        ssize_t some = send(fd, wire->bytes + sent, wire->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (some <= 0)
            break;
        sent += (size_t)some;
    }
    return sent;
}

static void h015_h104_calls_beside_slow_readers_are_all_answered(void **state)
{
    enum { SLOW = 4, N = 3000 };
    const struct endpoint_opts opts = { .frame_max = PEERS_FRAME_MAX, .connections_max = 2 + SLOW };
    struct wire slow = { 0 }, wire = { 0 };
    size_t sent = 0;
    int fds[SLOW];

    (void)state;
    peers_start(&opts);
    for (uint32_t i = 0; i < 400; i++)
        peers_put_say(&slow, 2 * i + 1, "large");
    for (unsigned i = 0; i < SLOW; i++) {
        fds[i] = peers_connect();
        send_what_fits(fds[i], &slow, 0);
    }
    for (uint32_t i = 0; i < N; i++)
        peers_put_say(&wire, 2 * i + 1, "one of thousands");
    for (uint32_t i = 0; i < N; i++) { /* as many in flight as the socket takes, with frames cut anywhere */
        sent = send_what_fits(peers.hostile, &wire, sent);
        peers_assert_answer(2 * i + 1, EYELET_OK, "");
    }
    peers_assert_keeps(2 * N + 1);
    for (unsigned i = 0; i < SLOW; i++)
        close(fds[i]);
    wire_clear(&slow);
    wire_clear(&wire);
    peers_stop();
}

static void h101_h103_many_slow_peers_and_one_that_is_served(void **state)
{
    const struct endpoint_opts opts = { .frame_max = PEERS_FRAME_MAX, .connections_max = 2 + 100 };
    struct wire wire = { 0 };
    int fds[100];

    (void)state;
    peers_start(&opts);
    peers_put_say(&wire, 1, "slowly");
    for (size_t i = 0; i < 100; i++)
        fds[i] = peers_connect();
    for (size_t at = 0; at < wire.len; at++) {
        for (size_t i = 0; i < 100; i++)
            assert_true(live_send(fds[i], (struct eyelet_slice){ wire.bytes + at, 1 }));
        peers_assert_others_live();
    }
    for (size_t i = 0; i < 100; i++) {
        peers_assert_answer_on(fds[i], 1, EYELET_OK, "");
        close(fds[i]);
    }
    wire_clear(&wire);
    peers_stop();
}

static bool is_none_open(const struct eyelet_counters *counters)
{
    return counters->calls_open == 0;
}

static void h109_any_deadline_on_any_number_of_calls_leaves_nothing_behind(void **state)
{
    enum { BATCH = 100, BATCHES = 200 };
    struct eyelet_counters before, after;
    struct wire wire = { 0 };
    uint32_t id = 1;

    (void)state;
    peers_start(&peers_small);
    peers_assert_others_live();
    endpoint_await(is_none_open);
    before = endpoint_counters();
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        for (unsigned i = 0; i < BATCH; i++, id += 2) {
            int64_t timeout_ns = i % 4 == 0 ? 1 : (int64_t)(i + 1) * 3000000000; /* from 1 ns to 5 min */

            wire_request(&wire, id,
                         &(struct wire_request){ .service = "demo.Echo", .method = "Say", .timeout_ns = timeout_ns });
        }
        live_send_wire(peers.hostile, &wire);
        for (unsigned i = 0; i < BATCH; i++) {
            struct live_reply reply;

            assert_true(live_read_reply(peers.hostile, &reply));
            assert_true(reply.code == EYELET_OK || reply.code == EYELET_DEADLINE_EXCEEDED);
            live_reply_clear(&reply);
        }
    }
    peers_assert_others_live();
    endpoint_await(is_none_open);
    after = endpoint_counters();
    assert_int_equal(after.calls_started - before.calls_started, BATCH * BATCHES + 1);
    assert_true(after.calls_failed >= BATCH * BATCHES / 4);
    peers_stop();
}

static void h103_one_stream_too_many_is_refused_and_the_others_go_on(void **state)
{
    enum { MAX = 4 };
    const struct endpoint_opts opts = { .calls_max = MAX, .connections_max = 1 };
    struct wire wire = { 0 };
    int fd;

    (void)state;
    endpoint_start(&opts, &chatting);
    fd = peers_connect();
    for (uint32_t i = 0; i < MAX; i++)
        echo_put_open(&wire, 2 * i + 1, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 1, "here"); /* its handler waits, and others wait behind it */
    echo_put_open(&wire, 2 * MAX + 1, "Chat");
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 2 * MAX + 1, EYELET_RESOURCE_EXHAUSTED, "");
    for (uint32_t i = 0; i < MAX; i++) {
        echo_put_data_text(&wire, 2 * i + 1, "there");
        echo_put_end(&wire, 2 * i + 1);
        live_send_wire(fd, &wire);
        echo_expect_text(fd, 2 * i + 1, "there");
        echo_expect_end(fd, 2 * i + 1);
    }
    echo_put_open(&wire, 2 * MAX + 3, "Chat"); /* there is room again */
    echo_put_end(&wire, 2 * MAX + 3);
    live_send_wire(fd, &wire);
    echo_expect_end(fd, 2 * MAX + 3);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
}

/* All of it comes at once, before the first one has its handler. */
static void h103_calls_without_room_do_not_hold_up_a_stream_before_them(void **state)
{
    const struct endpoint_opts opts = { .calls_max = 1 };
    struct wire wire = { 0 };
    struct live_frame frame;
    unsigned n_refused = 0;
    int fd;

    (void)state;
    endpoint_start(&opts, &chatting);
    fd = peers_connect();
    echo_put_open(&wire, 1, "Chat");
    echo_put_open(&wire, 3, "Chat");
    echo_put_open(&wire, 5, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(fd, &wire);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(live_read_frame(fd, &frame));
        assert_int_equal(frame.type, frame.id == 1 ? WIRE_DATA : WIRE_RESPONSE);
        n_refused += frame.id != 1;
        live_frame_clear(&frame);
    }
    assert_int_equal(n_refused, 2);
    echo_put_end(&wire, 1);
    live_send_wire(fd, &wire);
    echo_expect_end(fd, 1);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
}

static unsigned n_broken;

static void note_broken(const char *why)
{
    n_broken++;
    for (const char *at = why; *at != '\0'; at++)
        live_must(*at >= ' ' && *at <= '~', "what is told of a peer is not escaped");
}

static enum eyelet_status say_or_stop(struct endpoint_call *call, const char *text, const char **ret)
{
    (void)call;
    *ret = text;
    if (strcmp(text, "stop") == 0)
        endpoint_stop();
    return EYELET_OK;
}

/* All of it within a moment of the fake clock. */
static void h110_no_more_than_100_a_second_are_told_of(void **state)
{
    enum { N = 120 };
    const struct endpoint_handlers handlers = { .say = say_or_stop };
    const struct endpoint_opts opts = { .connections_max = N + 1, .on_broken = note_broken };
    struct wire wire = { 0 };
    int fds[N + 1];

    (void)state;
    n_broken = 0;
    faults_fake_clock(1000 * EYELET_NS_PER_S);
    assert_int_equal(endpoint_open(&opts, &handlers, NULL), EYELET_OK);
    for (unsigned i = 0; i < N; i++) {
        fds[i] = peers_connect();
        assert_true(live_send(fds[i], (struct eyelet_slice){ (const uint8_t *)"\x1b[31m\n", 7 }));
    }
    fds[N] = peers_connect();
    for (uint32_t id = 1; id < 2000; id += 2) /* the others have many turns before the last of these */
        peers_put_say(&wire, id, "x");
    peers_put_say(&wire, 2001, "stop");
    live_send_wire(fds[N], &wire);
    assert_int_equal(endpoint_run(), EYELET_OK);
    for (unsigned i = 0; i <= N; i++)
        close(fds[i]);
    endpoint_close();
    assert_in_range(n_broken, 1, 100);
}

/* Through buffers of little room, and with an answer to each. */
static void h123_a_stream_both_ways_does_not_lock_up(void **state)
{
    enum { N = 200, LEN = 3000 };
    char *text = peers_long_text(LEN);
    struct wire wire = { 0 };
    const int small = 4096;
    pid_t pid;
    int fd;

    (void)state;
    endpoint_start(&peers_small, &chatting);
    fd = peers_connect();
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    echo_put_open(&wire, 1, "Chat");
    for (unsigned i = 0; i < N; i++)
        echo_put_data_text(&wire, 1, text);
    echo_put_end(&wire, 1);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        live_send(fd, wire_slice(&wire));
        _exit(0);
    }
    for (unsigned i = 0; i < N; i++)
        echo_expect_text(fd, 1, text);
    echo_expect_end(fd, 1);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    wire_clear(&wire);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peers_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h039_200_announcements_of_the_longest_frame_cost_little),
        TEST(h048_h050_h107_too_many_errors_close_the_connection),
        TEST(h050_a_flood_of_data_for_a_call_that_is_over_closes_the_connection),
        TEST(h104_a_peer_that_never_reads_is_closed_and_costs_the_others_nothing),
        TEST(h015_h104_calls_beside_slow_readers_are_all_answered),
        TEST(h101_h103_many_slow_peers_and_one_that_is_served),
        TEST(h109_any_deadline_on_any_number_of_calls_leaves_nothing_behind),
        TEST(h103_one_stream_too_many_is_refused_and_the_others_go_on),
        TEST(h103_calls_without_room_do_not_hold_up_a_stream_before_them),
        TEST(h110_no_more_than_100_a_second_are_told_of),
        TEST(h123_a_stream_both_ways_does_not_lock_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
