/*
 * Frames as no correct peer sends them, and what they get: HOSTILE H032 to H046, H083 to H090.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/peers.h"
#include "core/bytes.h"
#include "support/folder.h"

static void h032_a_request_of_length_0_is_no_request_and_the_connection_lives(void **state)
{
    (void)state;
    peers_start(&peers_small);
    peers_send_frame(WIRE_REQUEST, 0, 1, NULL, 0);
    peers_assert_answer(1, EYELET_INVALID_ARGUMENT, "service name is empty");
    peers_assert_keeps(3);
    peers_stop();
}

static void h033_h034_the_limit_is_taken_and_one_more_is_skipped(void **state)
{
    /* service 11, method 5, payload and text 3 each: what is left for the text */
    char *fits = peers_long_text(PEERS_FRAME_MAX - 22), *too_long = peers_long_text(PEERS_FRAME_MAX - 21);
    struct wire wire = { 0 };
    struct live_reply reply;

    (void)state;
    peers_start(&peers_small);
    peers_put_say(&wire, 1, fits);
    assert_int_equal(eyelet_get_be32(wire.bytes), PEERS_FRAME_MAX);
    live_send_wire(peers.hostile, &wire);
    assert_true(live_read_reply(peers.hostile, &reply));
    assert_int_equal(reply.code, EYELET_OK);
    assert_int_equal(reply.payload.len, PEERS_FRAME_MAX - 22 + 3);
    live_reply_clear(&reply);
    peers_put_say(&wire, 3, too_long);
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(3, EYELET_RESOURCE_EXHAUSTED, "8193");
    peers_assert_keeps(5);

    wire_frame_head(&wire, WIRE_REQUEST, 0, 7, EYELET_FRAME_DATA_MAX);
    wire_fill(&wire, 0x55, EYELET_FRAME_DATA_MAX);
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(7, EYELET_RESOURCE_EXHAUSTED, "16777215");
    peers_assert_keeps(9);
    free(fits);
    free(too_long);
    peers_stop();
}

static void h036_h049_what_is_no_frame_is_closed_without_a_word(void **state)
{
    static const char *const hellos[] = { "\x01",
                                          "\xff\xff\xff\xff",
                                          "GET / HTTP/1.1\r\n\r\n",
                                          "\x16\x03\x01\x02",
                                          "SSH-2.0-OpenSSH_9.2\r\n",
                                          "PRI * HTTP/2.0\r\n\r\n" };

    (void)state;
    peers_start(&peers_small);
    for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
        peers_send_bytes(hellos[i], strlen(hellos[i]));
        peers_assert_closed(0);
        peers_reconnect();
    }
    peers_stop();
}

static void h037_a_head_that_stalls_is_closed(void **state)
{
    const struct endpoint_opts opts = { .header_timeout_ms = 20 };

    (void)state;
    peers_start(&opts);
    for (size_t n = 1; n < WIRE_HEAD_LEN; n++) {
        peers_send_bytes("\0\0\0\0\0\0\0\0\0\0", n);
        peers_assert_closed(0);
        peers_reconnect();
    }
    peers_stop();
}

static void h038_data_that_stalls_is_closed(void **state)
{
    const struct endpoint_opts opts = { .body_grace_ms = 20, .body_rate_min = 1 << 20 };
    struct wire wire = { 0 };

    (void)state;
    peers_start(&opts);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, endpoint_traits.frame_max);
    wire_fill(&wire, 'x', 1000);
    live_send_wire(peers.hostile, &wire);
    peers_assert_closed(0);
    peers_reconnect();
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, endpoint_traits.frame_max + (1 << 20)); /* skipped, at the same rate */
    wire_fill(&wire, 'x', 1000);
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(1, EYELET_RESOURCE_EXHAUSTED, "");
    peers_assert_closed(0);
    peers_stop();
}

static void h040_h041_h042_what_is_not_for_a_server_is_passed_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_send_frame(0, 0, 1, "abc", 3);
    peers_send_frame(4, 0, 1, NULL, 0);
    peers_send_frame(255, 0xff, 2, "abc", 3);
    peers_send_frame(WIRE_RESPONSE, 0, 1, "abc", 3);
    peers_put_say(&wire, 1, "hello");
    wire.bytes[9] = 0xf8;
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(1, EYELET_OK, "");
    peers_assert_keeps(3);
    peers_stop();
}

static void h044_h045_h046_ids_are_odd_and_grow(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_put_say(&wire, 0, "zero");
    peers_put_say(&wire, 2, "even");
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(0, EYELET_INVALID_ARGUMENT, "odd");
    peers_assert_answer(2, EYELET_INVALID_ARGUMENT, "odd");
    peers_assert_keeps(5);
    peers_put_say(&wire, 5, "again");
    peers_put_say(&wire, 3, "smaller");
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(5, EYELET_INVALID_ARGUMENT, "not higher");
    peers_assert_answer(3, EYELET_INVALID_ARGUMENT, "not higher");
    peers_assert_keeps(UINT32_MAX);
    peers_put_say(&wire, UINT32_MAX, "again");
    peers_put_say(&wire, 7, "from the start");
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(UINT32_MAX, EYELET_INVALID_ARGUMENT, "not higher");
    peers_assert_answer(7, EYELET_INVALID_ARGUMENT, "not higher");
    peers_assert_others_live();
    peers_stop();
}

static void h083_h084_data_for_nobody(void **state)
{
    (void)state;
    peers_start(&peers_small);
    peers_assert_keeps(1);
    peers_send_frame(WIRE_DATA, 0, 1, "late", 4); /* for a call that is over: a race */
    peers_send_frame(WIRE_DATA, 0, 9, "never opened", 12);
    peers_send_frame(WIRE_DATA, 0, 9, "once is enough", 14);
    peers_assert_answer(9, EYELET_INVALID_ARGUMENT, "never opened");
    peers_assert_keeps(11);
    peers_stop();
}

static void h089_h090_streams_to_a_unary_method(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    peers_put_say(&wire, 1, "open");
    wire.bytes[9] = WIRE_OPEN;
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(1, EYELET_INVALID_ARGUMENT, "one message");
    peers_put_say(&wire, 3, "open and closed");
    wire.bytes[9] = WIRE_OPEN | WIRE_CLOSED;
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(3, EYELET_INVALID_ARGUMENT, "0x03");
    assert_int_equal(peers.n_served, 0);
    peers_assert_keeps(5);
    peers_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peers_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h032_a_request_of_length_0_is_no_request_and_the_connection_lives),
        TEST(h033_h034_the_limit_is_taken_and_one_more_is_skipped),
        TEST(h036_h049_what_is_no_frame_is_closed_without_a_word),
        TEST(h037_a_head_that_stalls_is_closed),
        TEST(h038_data_that_stalls_is_closed),
        TEST(h040_h041_h042_what_is_not_for_a_server_is_passed_over),
        TEST(h044_h045_h046_ids_are_odd_and_grow),
        TEST(h083_h084_data_for_nobody),
        TEST(h089_h090_streams_to_a_unary_method),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
