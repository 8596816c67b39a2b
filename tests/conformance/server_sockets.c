/*
 * What peers do to a server with their ends of the sockets: HOSTILE H008 to H019. Beside the hostile one there is a
 * healthy connection that must not notice; so in the other files server_*.c.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "conformance/peers.h"
#include "support/faults.h"
#include "support/folder.h"

static void h008_h009_an_end_anywhere_in_a_frame_closes_that_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_put_say(&wire, 1, "hello");
    for (size_t cut = 0; cut < wire.len; cut++) {
        assert_true(live_send(peers.hostile, (struct eyelet_slice){ wire.bytes, cut }));
        assert_int_equal(shutdown(peers.hostile, SHUT_WR), 0);
        assert_int_equal(live_read_to_end(peers.hostile), 0);
        peers_reconnect();
    }
    peers_assert_others_live();
    assert_int_equal(peers.n_served, 1);
    wire_clear(&wire);
    peers_stop();
}

static void h012_a_request_and_an_end_are_answered_and_closed(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_put_say(&wire, 1, "last words");
    live_send_wire(peers.hostile, &wire);
    assert_int_equal(shutdown(peers.hostile, SHUT_WR), 0);
    peers_assert_answer(1, EYELET_OK, "");
    peers_assert_closed(0);
    peers_stop();
}

static void h013_a_peer_that_reads_no_more_is_closed_at_the_first_answer(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    assert_int_equal(shutdown(peers.hostile, SHUT_RD), 0);
    peers_put_say(&wire, 1, "hello");
    live_send_wire(peers.hostile, &wire);
    while (live_send(peers.hostile, (struct eyelet_slice){ (const uint8_t *)"\0", 1 })) /* until it is gone */
        sched_yield();
    peers_assert_others_live();
    peers_stop();
}

static void h014_a_request_in_any_two_pieces_is_the_same_request(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    for (size_t cut = 1; cut == 1 || cut < wire.len; cut++) {
        wire_clear(&wire);
        peers_put_say(&wire, 2 * (uint32_t)cut - 1, "hello");
        peers_send_bytes(wire.bytes, cut);
        peers_assert_others_live(); /* and what came first is long read */
        peers_send_bytes(wire.bytes + cut, wire.len - cut);
        peers_assert_answer(2 * (uint32_t)cut - 1, EYELET_OK, "");
    }
    wire_clear(&wire);
    peers_stop();
}

static void h014_h016_one_byte_at_a_time_both_ways(void **state)
{
    (void)state;
    faults_short(FAULT_RECV, 1);
    faults_short(FAULT_SENDMSG, 1);
    peers_start(&peers_small);
    peers_assert_keeps(1);
    peers_assert_keeps(3);
    peers_stop();
}

static void h015_h105_thousands_of_requests_at_once_hold_up_nobody(void **state)
{
    struct wire wire = { 0 };
    const uint32_t n = 5000;

    (void)state;
    peers_start(&peers_small);
    for (uint32_t i = 0; i < n; i++)
        peers_put_say(&wire, 2 * i + 1, "me first");
    for (size_t at = 0; at < wire.len;) { /* what fits, and never more than the socket takes */
        ssize_t some = send(peers.hostile, wire.bytes + at, wire.len - at, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (some > 0)
            at += (size_t)some;
        peers_assert_others_live(); /* each time while the other's requests wait */
        for (uint8_t room[65536]; some <= 0 && recv(peers.hostile, room, sizeof(room), MSG_DONTWAIT) > 0;)
            continue;
    }
    while (peers.n_served < n + (peers.healthy_id - 1) / 2) { /* all of them are served in the end */
        for (uint8_t room[65536]; recv(peers.hostile, room, sizeof(room), MSG_DONTWAIT) > 0;)
            continue;
        peers_assert_others_live();
    }
    wire_clear(&wire);
    peers_stop();
}

static void h018_a_peer_that_is_reset_is_closed(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    faults_fail(FAULT_RECV, 1, ECONNRESET);
    peers_put_say(&wire, 3, "never read");
    live_send_wire(peers.hostile, &wire);
    peers_assert_closed(0);
    peers_stop();
}

/* Sends bytes with a descriptor beside them. */
static void send_with_descriptor(struct wire *wire)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct iovec iov = { .iov_base = wire->bytes, .iov_len = wire->len };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
    };

    memcpy(CMSG_DATA(&control.head), &peers.hostile, sizeof(int));
    assert_int_equal(sendmsg(peers.hostile, &message, MSG_NOSIGNAL), (ssize_t)wire->len);
    wire_clear(wire);
}

static void h019_descriptors_that_a_peer_sends_are_dropped(void **state)
{
    struct wire wire = { 0 };
    unsigned fds;

    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    fds = faults_open_fds();
    for (uint32_t id = 3; id < 100; id += 2) {
        peers_put_say(&wire, id, "take this");
        send_with_descriptor(&wire);
        peers_assert_answer(id, EYELET_OK, "");
    }
    assert_int_equal(faults_open_fds(), fds);
    peers_stop();
}

/* The server is in a handler of the healthy connection, until go_on(): what is sent meanwhile is one event to it. */
static void keep_busy(void)
{
    struct wire wire = { 0 };

    peers_put_say(&wire, peers.healthy_id, "wait");
    live_send_wire(peers.healthy, &wire);
    gate_await(&peers.gate, 1);
}

static void go_on(void)
{
    gate_open(&peers.gate, 1);
    peers_assert_answer_on(peers.healthy, peers.healthy_id, EYELET_OK, "");
    peers.healthy_id += 2;
}

static void h019_a_read_that_descriptors_cut_short_is_not_the_last(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    keep_busy();
    peers_put_say(&wire, 3, "take this"); /* unix(7): no read goes beyond bytes that came with descriptors */
    send_with_descriptor(&wire);
    peers_put_say(&wire, 5, "and serve this");
    live_send_wire(peers.hostile, &wire);
    go_on();
    peers_assert_answer(3, EYELET_OK, "");
    peers_assert_answer(5, EYELET_OK, "");
    peers_stop();
}

static void h012_an_end_that_comes_with_the_last_bytes_is_not_overlooked(void **state)
{
    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    keep_busy();
    peers_send_frame(77, 0, 3, "abc", 3);
    assert_int_equal(shutdown(peers.hostile, SHUT_WR), 0);
    go_on();
    peers_assert_closed(0);
    peers_stop();
}

static void h122_a_receive_error_closes_the_connection_and_the_peer_sees_it(void **state)
{
    static const int errors[] = { ECONNRESET, ENOMEM, ETIMEDOUT, EPROTO, EBADF };
    struct wire wire = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        peers_start(&peers_small);
        peers_assert_keeps(1);
        faults_fail_always(FAULT_RECV, errors[i]);
        peers_put_say(&wire, 3, "never read");
        live_send_wire(peers.hostile, &wire);
        live_wait(peers.hostile);
        faults_fail_always(FAULT_RECV, 0);
        peers_assert_closed(0);
        peers_stop();
    }
}

/* H011: a connection that is dead is not looked at again. */
static void h010_h011_an_error_that_stays_wakes_nobody(void **state)
{
    struct wire wire = { 0 };
    unsigned before;

    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    faults_fail(FAULT_RECV, 1, ECONNRESET);
    peers_put_say(&wire, 3, "never read");
    live_send_wire(peers.hostile, &wire);
    assert_int_equal(live_read_to_end(peers.hostile), 0);
    before = faults_count(FAULT_EPOLL_WAIT) + faults_count(FAULT_POLL);
    peers_assert_others_live();
    assert_true(faults_count(FAULT_EPOLL_WAIT) + faults_count(FAULT_POLL) - before <=
                8); /* two for it, and for a call */
    peers_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peers_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h008_h009_an_end_anywhere_in_a_frame_closes_that_connection),
        TEST(h012_a_request_and_an_end_are_answered_and_closed),
        TEST(h013_a_peer_that_reads_no_more_is_closed_at_the_first_answer),
        TEST(h014_a_request_in_any_two_pieces_is_the_same_request),
        TEST(h014_h016_one_byte_at_a_time_both_ways),
        TEST(h015_h105_thousands_of_requests_at_once_hold_up_nobody),
        TEST(h018_a_peer_that_is_reset_is_closed),
        TEST(h019_descriptors_that_a_peer_sends_are_dropped),
        TEST(h019_a_read_that_descriptors_cut_short_is_not_the_last),
        TEST(h012_an_end_that_comes_with_the_last_bytes_is_not_overlooked),
        TEST(h122_a_receive_error_closes_the_connection_and_the_peer_sees_it),
        TEST(h010_h011_an_error_that_stays_wakes_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
