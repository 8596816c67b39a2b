/*
 * Handlers and what they may do with their calls: asking, failing, answering too much; what is left of a message when
 * it is over; and what the server counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/endpoint.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/gate.h"
#include "support/spoken.h"

#define SHORT_NS 300000000 /* a handler is begun within it, and works until its end */
#define MAX      4096      /* frame_max, where a test is about it */

/* What is looked for in memory; one text for each run, since a run without wiping leaves it behind. */
#define CANARY       "canary-7f3a91-of-a-stream"
#define CANARY_LEFT  "canary-b2c4d8-left-behind"
#define CANARY_ERROR "canary-59e0f6-in-an-error"
#define PLACEHOLDER  "?????????????????????????"
_Static_assert(sizeof(CANARY) == sizeof(PLACEHOLDER) && sizeof(CANARY_LEFT) == sizeof(PLACEHOLDER) &&
                   sizeof(CANARY_ERROR) == sizeof(PLACEHOLDER),
               "a canary takes the place of the placeholder");

static struct gate gate = GATE;
static int fd;

/* What the test's handler is; "hello" is not for it. */
static enum eyelet_status (*handle)(struct endpoint_call *call, const char *text, const char **ret);

static enum eyelet_status say(struct endpoint_call *call, const char *text, const char **ret)
{
    *ret = text;
    return strcmp(text, "hello") == 0 ? EYELET_OK : handle(call, text, ret);
}

/* Sends back what comes, until the end. */
static enum eyelet_status chat(struct endpoint_call *call)
{
    const char *text;

    while (endpoint_call_recv_text(call, &text) == EYELET_GOT_MESSAGE) {
        if (endpoint_call_send_text(call, text) != EYELET_OK)
            break;
    }
    return EYELET_OK;
}

static const struct endpoint_handlers handlers = { .say = say, .chat = chat };

static int setup(void **state)
{
    gate_reset(&gate);
    handle = NULL;
    return folder_setup(state);
}

static void start(const struct endpoint_opts *opts, const struct endpoint_handlers *which)
{
    endpoint_start(opts, which);
    fd = live_connect(folder_path("server"));
}

static bool is_none_open(const struct eyelet_counters *counters)
{
    return counters->calls_open == 0;
}

static void stop(void)
{
    endpoint_await(is_none_open);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static enum eyelet_status ask(struct endpoint_call *call, const char *text, const char **ret)
{
    static char answer[256];
    const struct eyelet_peer *who = endpoint_call_peer(call);
    struct eyelet_slice key, value;
    size_t n = 0, len;

    (void)text;
    live_must(endpoint_call_time_left_ms(call) > 0 && endpoint_call_time_left_ms(call) <= 60000,
              "another time is left");
    live_must(who->family == EYELET_FAMILY_UNIX && who->pid == getpid() && who->uid == getuid(), "another peer");
    live_must(endpoint_call_metadata(call, "key", 1, &value) && value.len == 3, "no second value");
    live_must(!endpoint_call_metadata(call, "key", 2, &value), "a third value");
    live_must(!endpoint_call_metadata(call, "ke", 0, &value), "a value that nobody sent");
    len = (size_t)snprintf(answer, sizeof(answer), "%s/%s:", endpoint_call_service(call), endpoint_call_method(call));
    while (endpoint_call_metadata_at(call, n++, &key, &value))
        len += (size_t)snprintf(answer + len, sizeof(answer) - len, "%.*s=%.*s;", (int)key.len, (const char *)key.data,
                                (int)value.len, (const char *)value.data);
    *ret = answer;
    return EYELET_OK;
}

static void a_handler_asks_for_time_peer_and_metadata(void **state)
{
    const struct wire_pair pairs[] = { { "Key", "one" }, { "other", "" }, { "KEY", "two" } };
    struct wire wire = { 0 }, payload = { 0 };

    (void)state;
    handle = ask;
    start(NULL, &handlers);
    wire_field_text(&payload, 1, "ask");
    wire_request(&wire, 1,
                 &(struct wire_request){ .service = "demo.Echo",
                                         .method = "Say",
                                         .payload = wire_slice(&payload),
                                         .timeout_ns = 60000000000,
                                         .metadata = pairs,
                                         .n_metadata = 3 });
    wire_clear(&payload);
    live_send_wire(fd, &wire);
    echo_expect_reply(fd, 1, "demo.Echo/Say:Key=one;other=;KEY=two;");
    stop();
}

static enum eyelet_status work(struct endpoint_call *call, const char *text, const char **ret)
{
    (void)text;
    (void)ret;
    gate_pass(&gate);
    while (!endpoint_call_is_cancelled(call))
        continue;
    return EYELET_OK;
}

static void a_handler_that_works_finds_out_that_its_time_is_over(void **state)
{
    struct wire wire = { 0 }, payload = { 0 };

    (void)state;
    handle = work;
    gate_open(&gate, 1);
    start(NULL, &handlers);
    wire_field_text(&payload, 1, "work");
    wire_request(
        &wire, 1,
        &(struct wire_request){
            .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload), .timeout_ns = SHORT_NS });
    wire_clear(&payload);
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    echo_expect_served(fd, 3);
    stop();
}

static void h009_a_handler_that_works_finds_out_that_its_caller_is_gone(void **state)
{
    (void)state;
    handle = work;
    start(NULL, &handlers);
    echo_say(fd, 1, "work");
    gate_await(&gate, 1);
    close(fd);
    gate_open(&gate, 1);
    fd = live_connect(folder_path("server"));
    echo_expect_served(fd, 1);
    stop();
}

/* --- failing ------------------------------------------------------------------------------------------------------ */

/* How a handler ends is its text. */
static enum eyelet_status end_as_told(struct endpoint_call *call, const char *text, const char **ret)
{
    static char large[MAX + 1];

    switch (text[0]) {
    case 'a':
        return endpoint_call_fail(call, EYELET_NOT_FOUND, "no key 7");
    case 'b':
        return EYELET_ABORTED;
    case 'c':
        return (enum eyelet_status)99;
    case 'd':
        return (enum eyelet_status) - 1;
    case 'e':
        return endpoint_call_fail(call, EYELET_OK, "not at all");
    case 'f':
        return endpoint_call_fail(call, (enum eyelet_status)17, "no such code");
    case 'g':
        return endpoint_call_fail(call, EYELET_NOT_FOUND, "changed its mind") == EYELET_NOT_FOUND ? EYELET_INTERNAL
                                                                                                  : EYELET_OK;
    case 'h':
        return endpoint_call_fail(call, EYELET_NOT_FOUND, "and again") == EYELET_OK ? EYELET_NOT_FOUND : EYELET_OK;
    case 'i':
        return endpoint_call_fail(call, EYELET_ABORTED, "a\x1b[31m\n\xff");
    default:
        *ret = memset(large, 'x', MAX);
        return EYELET_OK;
    }
}

static void h113_h114_however_a_handler_ends_the_caller_gets_a_status_and_a_text(void **state)
{
    static const struct {
        const char *text;
        enum eyelet_status status;
        const char *said;
    } ends[] = {
        { "a", EYELET_NOT_FOUND, "no key 7" },
        { "b", EYELET_ABORTED, "ABORTED" },
        { "c", EYELET_UNKNOWN, "handler returned status 99" },
        { "d", EYELET_UNKNOWN, "handler returned status -1" },
        { "e", EYELET_UNKNOWN, "not at all" },
        { "f", EYELET_UNKNOWN, "no such code" },
        { "g", EYELET_INTERNAL, "changed its mind" },
        { "h", EYELET_NOT_FOUND, "and again" },
        { "i", EYELET_ABORTED, "a\\x1b[31m\\x0a\\xff" },
        { "too much", EYELET_RESOURCE_EXHAUSTED, "longer than the server's limit of a frame, 4096" },
    };
    const struct endpoint_opts opts = { .frame_max = MAX };

    (void)state;
    handle = end_as_told;
    start(&opts, &handlers);
    for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        echo_say(fd, 2 * i + 1, ends[i].text);
        echo_expect_error(fd, 2 * i + 1, ends[i].status, ends[i].said);
    }
    echo_expect_served(fd, 101);
    stop();
}

static enum eyelet_status fail_with_details(struct endpoint_call *call, const char *text, const char **ret)
{
    static const uint8_t large[EYELET_ERROR_DETAILS_MAX];

    (void)text;
    (void)ret;
    live_must(endpoint_call_add_detail(call, "type.googleapis.com/demo.Reason", (struct eyelet_slice){ large, 3 }),
              "a detail is not taken");
    live_must(!endpoint_call_add_detail(call, "type.googleapis.com/demo.Reason",
                                        (struct eyelet_slice){ large, sizeof(large) }),
              "a detail is taken that is too long");
    live_must(!endpoint_call_add_detail(call, "\xff", (struct eyelet_slice){ large, 1 }), "a bad URL is taken");
    return endpoint_call_fail(call, EYELET_FAILED_PRECONDITION, "not now");
}

static void details_travel_with_an_error_and_only_those_that_fit(void **state)
{
    struct wire any = { 0 };
    struct live_frame frame;

    (void)state;
    handle = fail_with_details;
    start(NULL, &handlers);
    echo_say(fd, 1, "details");
    wire_field_text(&any, 1, "type.googleapis.com/demo.Reason");
    wire_field_bytes(&any, 2, "\0\0\0", 3);
    assert_true(live_read_frame(fd, &frame));
    assert_non_null(memmem(frame.data, frame.len, any.bytes, any.len));
    assert_non_null(memmem(frame.data, frame.len, "not now", 7));
    assert_true(frame.len < 100);
    live_frame_clear(&frame);
    wire_clear(&any);
    echo_expect_served(fd, 3);
    stop();
}

static void what_has_no_handler_is_unimplemented(void **state)
{
    static const struct endpoint_handlers none = { 0 };
    struct wire wire = { 0 };

    (void)state;
    start(NULL, &none);
    echo_say(fd, 1, "anybody?");
    echo_expect_error(fd, 1, EYELET_UNIMPLEMENTED, "Say");
    echo_put_number(&wire, 3, "Count", WIRE_CLOSED, 1);
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 3, EYELET_UNIMPLEMENTED, "Count");
    echo_put_open(&wire, 5, "Sum");
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 5, EYELET_UNIMPLEMENTED, "Sum");
    echo_put_open(&wire, 7, "Chat");
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 7, EYELET_UNIMPLEMENTED, "Chat");
    stop();
}

static enum eyelet_status check(struct endpoint_call *call, const char *text)
{
    if (strcmp(text, "bad") == 0)
        return endpoint_call_fail(call, EYELET_OUT_OF_RANGE, "bad is out of range");
    return EYELET_OK;
}

static enum eyelet_status never_bad(struct endpoint_call *call, const char *text, const char **ret)
{
    (void)call;
    (void)ret;
    live_must(strcmp(text, "bad") != 0, "a request that was refused is handled");
    return EYELET_OK;
}

static void h078_check_request_is_asked_before_the_handler(void **state)
{
    static const struct endpoint_handlers checking = { .say = say, .check = check };

    (void)state;
    handle = never_bad;
    start(NULL, &checking);
    echo_say(fd, 1, "bad");
    echo_expect_error(fd, 1, EYELET_OUT_OF_RANGE, "bad is out of range");
    echo_say(fd, 3, "good");
    echo_expect_reply(fd, 3, "good");
    stop();
}

/* --- counters and clocks ------------------------------------------------------------------------------------------ */

static bool are_two_over(const struct eyelet_counters *counters)
{
    return counters->calls_started == 2 && counters->calls_open == 0;
}

static bool are_three_over_on_two(const struct eyelet_counters *counters)
{
    return counters->calls_started == 3 && counters->calls_open == 0 && counters->connections_opened == 2;
}

static void counters_say_what_was_done(void **state)
{
    struct eyelet_counters counters;

    (void)state;
    handle = end_as_told;
    start(NULL, &handlers);
    echo_expect_served(fd, 1);
    echo_say(fd, 3, "a");
    echo_expect_error(fd, 3, EYELET_NOT_FOUND, "");
    endpoint_await(are_two_over);
    counters = endpoint_counters();
    assert_int_equal(counters.connections_open, 1);
    assert_int_equal(counters.connections_opened, 1);
    assert_int_equal(counters.calls_failed, 1);
    assert_int_equal(counters.frames_received, 2);
    assert_true(counters.bytes_received > 40 && counters.bytes_sent > 20);
    close(fd);
    fd = live_connect(folder_path("server"));
    echo_expect_served(fd, 1);
    endpoint_await(are_three_over_on_two); /* what is over still counts */
    assert_int_equal(endpoint_counters().frames_received, 3);
    stop();
}

static void h021_no_clock_is_asked_but_the_one_that_nobody_sets(void **state)
{
    (void)state;
    start(NULL, &handlers);
    for (uint32_t id = 1; id < 2000; id += 2)
        echo_expect_served(fd, id);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
    assert_int_equal(faults_other_clocks(), 0);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static enum eyelet_status fail_with_text(struct endpoint_call *call, const char *text, const char **ret)
{
    (void)ret;
    return endpoint_call_fail(call, EYELET_ABORTED, text);
}

/* The texts get into @wire without a copy that the test itself leaves behind. */
static void fill_in(struct wire *wire, const char *canary)
{
    uint8_t *at;

    while ((at = memmem(wire->bytes, wire->len, PLACEHOLDER, strlen(PLACEHOLDER))) != NULL)
        memcpy(at, canary, strlen(canary));
}

static void send_and_forget(struct wire *wire)
{
    assert_true(live_send(fd, wire_slice(wire)));
    memset(wire->bytes, 0, wire->len);
    wire_clear(wire);
}

static bool is_one_over(const struct eyelet_counters *counters)
{
    return counters->calls_started == 1 && counters->calls_open == 0;
}

static void serve_canary_error(const struct endpoint_opts *opts, const char *canary)
{
    struct wire wire = { 0 };

    handle = fail_with_text;
    start(opts, &handlers);
    echo_put_text(&wire, 1, "Say", 0, PLACEHOLDER);
    fill_in(&wire, canary);
    faults_watch_free(canary, strlen(canary));
    send_and_forget(&wire);
    endpoint_await(is_one_over);
    stop();
}

static void serve_canary_stream(const struct endpoint_opts *opts, const char *canary)
{
    struct wire wire = { 0 };

    start(opts, &handlers);
    echo_put_open(&wire, 1, "Chat");
    for (unsigned i = 0; i < 30; i++)
        echo_put_data_text(&wire, 1, PLACEHOLDER);
    echo_put_end(&wire, 1);
    fill_in(&wire, canary);
    faults_watch_free(canary, strlen(canary));
    send_and_forget(&wire);
    endpoint_await(is_one_over);
    stop();
}

static void h124_nothing_of_a_message_is_left_when_wipe_is_set(void **state)
{
    const struct endpoint_opts wiping = { .wipe = true };

    (void)state;
    serve_canary_stream(&wiping, CANARY);
    assert_int_equal(faults_freed_with_needle(), 0);
    serve_canary_stream(NULL, CANARY_LEFT);
    assert_true(faults_freed_with_needle() > 0); /* it would have been found */
}

static void h124_nor_of_an_error(void **state)
{
    const struct endpoint_opts wiping = { .wipe = true };

    (void)state;
    serve_canary_error(&wiping, CANARY_ERROR);
    assert_int_equal(faults_freed_with_needle(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_handler_asks_for_time_peer_and_metadata),
        TEST(a_handler_that_works_finds_out_that_its_time_is_over),
        TEST(h009_a_handler_that_works_finds_out_that_its_caller_is_gone),
        TEST(h113_h114_however_a_handler_ends_the_caller_gets_a_status_and_a_text),
        TEST(details_travel_with_an_error_and_only_those_that_fit),
        TEST(what_has_no_handler_is_unimplemented),
        TEST(h078_check_request_is_asked_before_the_handler),
        TEST(counters_say_what_was_done),
        TEST(h021_no_clock_is_asked_but_the_one_that_nobody_sets),
        TEST(h124_nothing_of_a_message_is_left_when_wipe_is_set),
        TEST(h124_nor_of_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
