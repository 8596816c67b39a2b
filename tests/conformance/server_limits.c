/*
 * Peers that take more than their share of errors, memory, time and connections: HOSTILE H039, H048, H050, H101 to H107.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/peers.h"
#include "support/faults.h"
#include "support/folder.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
