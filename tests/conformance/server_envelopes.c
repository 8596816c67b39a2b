/*
 * Requests that are none, or strange ones, in frames that are right: HOSTILE H051 to H079.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "conformance/peers.h"
#include "support/folder.h"

static void h051_what_is_no_request_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        { "\x0a", 1 },
        { "\x0a\x05xy", 4 },
        { "\x00\x00", 2 },
        { "\x0b", 1 },
        { "\x0e\x00", 2 },
        { "\x08\x01", 2 },
        { "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 },
        { "\x0a\xff\xff\xff\xff\x0f", 6 },
    };

    (void)state;
    peers_start(&peers_small);
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        peers_send_frame(WIRE_REQUEST, 0, 2 * i + 1, bad[i].bytes, bad[i].len);
        peers_assert_answer(2 * i + 1, EYELET_INVALID_ARGUMENT, "");
    }
    peers_assert_keeps(101);
    peers_stop();
}

static void h053_names_that_are_none_are_refused_and_shown_escaped(void **state)
{
    char *name = peers_long_text(256);

    (void)state;
    peers_start(&peers_small);
    peers_send_request(1, &(struct wire_request){ .service = "demo.Echo" });
    peers_assert_answer(1, EYELET_INVALID_ARGUMENT, "method name is empty");
    peers_send_request(3, &(struct wire_request){ .service = name, .method = "Say" });
    peers_assert_answer(3, EYELET_INVALID_ARGUMENT, "256 bytes");
    peers_send_request(5, &(struct wire_request){ .service = "/demo.Echo", .method = "Say" });
    peers_assert_answer(5, EYELET_INVALID_ARGUMENT, "slash");
    peers_send_request(7, &(struct wire_request){ .service = "demo.Echo", .method = "S\xff" });
    peers_assert_answer(7, EYELET_INVALID_ARGUMENT, "S\\xff");
    peers_assert_keeps(9);
    free(name);
    peers_stop();
}

static void h054_what_is_unknown_is_named(void **state)
{
    (void)state;
    peers_start(&peers_small);
    peers_send_request(1, &(struct wire_request){ .service = "demo.Nobody", .method = "Say" });
    peers_assert_answer(1, EYELET_UNIMPLEMENTED, "demo.Nobody");
    peers_send_request(3, &(struct wire_request){ .service = "demo.Echo", .method = "say\n" });
    peers_assert_answer(3, EYELET_UNIMPLEMENTED, "say\\x0a");
    peers_assert_keeps(5);
    peers_stop();
}

static void h055_h056_h057_fields_twice_unknown_or_absent(void **state)
{
    struct wire envelope = { 0 }, wire = { 0 };

    (void)state;
    peers_start(&peers_small);
    wire_field_text(&envelope, 1, "demo.Nobody");
    wire_field_text(&envelope, 99, "unknown");
    wire_field_number(&envelope, 98, 12345);
    wire_field_text(&envelope, 1, "demo.Echo");
    wire_field_text(&envelope, 2, "Say");
    wire_frame_of(&wire, WIRE_REQUEST, 0, 1, &envelope);
    live_send_wire(peers.hostile, &wire);
    peers_assert_answer(1, EYELET_OK, "");
    assert_int_equal(peers.n_served, 1);
    peers_assert_keeps(3);
    peers_stop();
}

static void h058_h059_h060_timeouts_of_any_size(void **state)
{
    struct wire_request request = { .service = "demo.Echo", .method = "Say" };

    (void)state;
    peers_start(&peers_small);
    request.timeout_ns = -1;
    peers_send_request(1, &request);
    peers_assert_answer(1, EYELET_DEADLINE_EXCEEDED, "-1");
    request.timeout_ns = INT64_MIN;
    peers_send_request(3, &request);
    peers_assert_answer(3, EYELET_DEADLINE_EXCEEDED, "");
    request.timeout_ns = 1;
    peers_send_request(5, &request);
    peers_assert_answer(5, EYELET_DEADLINE_EXCEEDED, "");
    assert_int_equal(peers.n_served, 0);
    request.timeout_ns = INT64_MAX;
    peers_send_request(7, &request);
    peers_assert_answer(7, EYELET_OK, "");
    request.timeout_ns = 0;
    peers_send_request(9, &request);
    peers_assert_answer(9, EYELET_OK, "");
    assert_int_equal(peers.n_served, 2);
    peers_assert_keeps(11);
    peers_stop();
}

static void h061_h062_metadata_over_its_limits_or_with_bad_keys(void **state)
{
    static struct wire_pair many[65];
    struct wire_pair pairs[2] = { { "same", "one" }, { "SAME", "two" } };
    struct wire_request request = { .service = "demo.Echo", .method = "Say", .metadata = pairs, .n_metadata = 2 };

    (void)state;
    peers_start(NULL);
    peers_send_request(1, &request);
    peers_assert_answer(1, EYELET_OK, "");
    pairs[1].key = "";
    peers_send_request(3, &request);
    peers_assert_answer(3, EYELET_INVALID_ARGUMENT, "metadata key");
    pairs[1].key = "a\x01";
    peers_send_request(5, &request);
    peers_assert_answer(5, EYELET_INVALID_ARGUMENT, "a\\x01");
    for (size_t i = 0; i < 65; i++)
        many[i] = (struct wire_pair){ "k", "v" };
    request.metadata = many;
    request.n_metadata = 65;
    peers_send_request(7, &request);
    peers_assert_answer(7, EYELET_RESOURCE_EXHAUSTED, "64 pairs");
    request.n_metadata = 64;
    peers_send_request(9, &request);
    peers_assert_answer(9, EYELET_OK, "");
    peers_assert_keeps(11);
    peers_stop();
}

static void send_payload(uint32_t id, const char *bytes, size_t len)
{
    peers_send_request(id, &(struct wire_request){
                               .service = "demo.Echo", .method = "Say", .payload = { (const uint8_t *)bytes, len } });
}

static void h071_h072_h076_payloads_that_are_no_message(void **state)
{
    (void)state;
    peers_start(&peers_small);
    send_payload(1, "\x0a\x05xy", 4);
    peers_assert_answer(1, EYELET_INTERNAL, "");
    send_payload(3, "\x0a\x02\xff\xfe", 4);
    peers_assert_answer(3, EYELET_INTERNAL, "");
    send_payload(5, "\x0a\x01\x00", 3);
    peers_assert_answer(5, EYELET_INTERNAL, "");
    send_payload(7, "\x08\x01", 2);
    peers_assert_answer(7, EYELET_INTERNAL, "");
    assert_int_equal(peers.n_served, 0);
    peers_assert_keeps(9);
    peers_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peers_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h051_what_is_no_request_is_refused),
        TEST(h053_names_that_are_none_are_refused_and_shown_escaped),
        TEST(h054_what_is_unknown_is_named),
        TEST(h055_h056_h057_fields_twice_unknown_or_absent),
        TEST(h058_h059_h060_timeouts_of_any_size),
        TEST(h061_h062_metadata_over_its_limits_or_with_bad_keys),
        TEST(h071_h072_h076_payloads_that_are_no_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
