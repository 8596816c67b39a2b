/*
 * Calls of a client: statuses, replies that are none, frames that do not belong, deadlines, limits of its own side.
 * Deadlines run on the fake clock, so that nothing waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/callee.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The request must come, whole, with this id. */
static void assert_request(uint32_t id, size_t text_len)
{
    struct live_frame frame;

    assert_true(live_read_frame(callee, &frame));
    assert_int_equal(frame.id, id);
    assert_int_equal(frame.type, WIRE_REQUEST);
    assert_int_equal(frame.flags, 0);
    assert_true(frame.len > text_len && frame.len < text_len + 100);
    live_frame_clear(&frame);
}

static void a_call_sends_its_request_and_gives_back_the_reply(void **state)
{
    static const uint8_t request[] = { 0x0a, 9,    'd',  'e',  'm',  'o',  '.', 'E', 'c', 'h', 'o', /* service */
                                       0x12, 3,    'S',  'a',  'y',                                 /* method */
                                       0x20, 0x80, 0xa8, 0xd6, 0xb9, 0x07,                  /* timeout_nano: 2 s */
                                       0x1a, 7,    0x0a, 5,    'h',  'e',  'l', 'l', 'o' }; /* payload */
    struct live_frame frame;
    char text[32];

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    callee_say_reply(1, "welcome");
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 2000 }, "hello", text, sizeof(text), NULL),
                     EYELET_OK);
    assert_string_equal(text, "welcome");
    assert_true(live_read_frame(callee, &frame));
    assert_int_equal(frame.id, 1);
    assert_int_equal(frame.len, sizeof(request));
    assert_memory_equal(frame.data, request, sizeof(request));
    live_frame_clear(&frame);
}

static void every_status_of_the_peer_comes_through(void **state)
{
    (void)state;
    for (int32_t code = 1; code <= EYELET_STATUS_MAX; code++) {
        struct wire wire = { 0 };
        struct eyelet_error error;

        callee_put_error(&wire, (uint32_t)code * 2 - 1, code, "because");
        callee_say(&wire);
        assert_int_equal(callee_call(0, &error), code);
        assert_int_equal(error.status, code);
        assert_true(error.is_remote);
        assert_true(error.may_have_executed);
        assert_string_equal(error.text, "because");
    }
    callee_assert_usable(2 * EYELET_STATUS_MAX + 1);
}

static void h032_a_response_of_length_0_is_an_empty_reply(void **state)
{
    char text[8] = "?";

    (void)state;
    callee_say_frame(WIRE_RESPONSE, 0, 1, NULL, 0);
    assert_int_equal(client_say(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "");
}

static void h063_a_code_that_is_none_is_unknown_and_0_is_ok(void **state)
{
    static const int32_t codes[] = { -1, 17, INT32_MIN, INT32_MAX };
    struct eyelet_error error;
    struct wire wire = { 0 };
    char number[16];

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        callee_put_error(&wire, 2 * i + 1, codes[i], "odd");
        callee_say(&wire);
        assert_int_equal(callee_call(0, &error), EYELET_UNKNOWN);
        snprintf(number, sizeof(number), "%d", (int)codes[i]);
        assert_text_has(error.text, number);
        assert_text_has(error.text, "odd");
    }
    callee_put_error(&wire, 9, 0, "a text for nothing");
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_OK);
}

static void h052_a_response_that_cannot_be_decoded_fails_that_call_only(void **state)
{
    struct eyelet_error error;

    (void)state;
    callee_say_frame(WIRE_RESPONSE, 0, 1, "\x12\x05xy", 4);
    assert_int_equal(callee_call(0, &error), EYELET_INTERNAL);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    callee_assert_usable(3);
}

static void h065_a_payload_that_cannot_be_decoded_fails_that_call_only(void **state)
{
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x05xy", 4 } });
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_INTERNAL);
    assert_text_has(error.text, "demo.");
    assert_true(error.may_have_executed);
    wire_response(&wire, 3, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x02\xff\xfe", 4 } });
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_INTERNAL);
    callee_assert_usable(5);
}

static void h066_a_status_wins_over_a_payload(void **state)
{
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1,
                  &(struct wire_response){
                      .code = EYELET_NOT_FOUND, .message = "none", .payload = { (const uint8_t *)"\x0a\x02hi", 4 } });
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_NOT_FOUND);
    callee_assert_usable(3);
}

static void h035_a_reply_over_the_limit_fails_that_call_only(void **state)
{
    struct client_opts opts = { .frame_max = 4096 };
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    callee_open(&opts);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 4097);
    wire_fill(&wire, 0x55, 4097);
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.is_remote);
    assert_text_has(error.text, "4097");
    callee_assert_usable(3);
}

static void h033_a_reply_of_exactly_the_limit_is_taken(void **state)
{
    struct client_opts opts = { .frame_max = 4096 };
    char text[4096 + 1];

    (void)state;
    callee_open(&opts);
    memset(text, 'r', sizeof(text));
    text[4096 - 6] = '\0'; /* a tag and two bytes of length, twice */
    callee_say_reply(1, text);
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
}

static void h040_h041_h043_frames_of_the_future_and_requests_are_passed_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    callee_say_frame(WIRE_REQUEST, 0, 1, "abc", 3);
    callee_say_frame(0, 0, 1, "abc", 3);
    callee_say_frame(4, 0xff, 1, NULL, 0);
    callee_say_frame(255, 0, 7, "abc", 3);
    callee_put_reply(&wire, 1, "x");
    wire.bytes[9] = 0xf8; /* flags that nobody knows */
    callee_say(&wire);
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    callee_assert_usable(3);
}

static void h092_answers_to_nobody_are_dropped(void **state)
{
    (void)state;
    callee_say_reply(1, "first");
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    callee_say_reply(1, "again");
    callee_say_reply(5, "to a call that is not made yet");
    callee_say_reply(2, "to an id that is never ours");
    callee_say_reply(0, "to nobody");
    callee_assert_usable(3);
    callee_assert_usable(5);
}

static void h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped(void **state)
{
    struct eyelet_error error;

    (void)state;
    callee_say_frame(WIRE_DATA, 0, 1, "abc", 3);
    callee_say_reply(1, "too late");
    assert_int_equal(callee_call(0, &error), EYELET_INTERNAL);
    assert_text_has(error.text, "stream data");
    callee_say_reply(3, "one");
    callee_say_reply(3, "two");
    callee_say_frame(WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 3, NULL, 0);
    assert_int_equal(callee_call(0, &error), EYELET_OK);
    callee_assert_usable(5);
}

static void h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 250 }, "x", NULL, 0, &error),
                     EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 250 * EYELET_NS_PER_MS);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say");

    callee_say_reply(1, "late");
    callee_assert_usable(3);
}

static void every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s(void **state)
{
    struct client_opts opts = { .call_timeout_ms = 700 };

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(callee_call(0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 30 * EYELET_NS_PER_S);

    callee_open(&opts);
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(callee_call(0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 700 * EYELET_NS_PER_MS);

    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = UINT32_MAX }, "x", NULL, 0, NULL),
                     EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + EYELET_TIMEOUT_MS_MAX * EYELET_NS_PER_MS);
}

static void an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    for (size_t cut = 1;; cut++) {
        uint32_t id = (uint32_t)(4 * cut - 3);

        callee_put_reply(&wire, id, "late");
        if (cut == wire.len)
            break;
        faults_fake_clock(CALLEE_NOW_NS);
        assert_true(live_send(callee, (struct eyelet_slice){ wire.bytes, cut }));
        assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 10 }, "x", NULL, 0, NULL),
                         EYELET_DEADLINE_EXCEEDED);
        assert_true(live_send(callee, (struct eyelet_slice){ wire.bytes + cut, wire.len - cut }));
        callee_assert_usable(id + 2);
        wire_clear(&wire);
    }
    wire_clear(&wire);
}

static void h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    callee_say_reply(1, "first");
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    for (unsigned i = 0; i < 500; i++)
        callee_put_reply(&wire, 1, "late");
    callee_put_reply(&wire, 3, "too late as well");
    callee_say(&wire);

    faults_fake_clock(CALLEE_NOW_NS);
    faults_tick_ns(EYELET_NS_PER_MS);
    faults_short(FAULT_RECV, 20); /* so that there is always more to read, and never a moment to look at the clock */
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 100 }, "x", NULL, 0, NULL),
                     EYELET_DEADLINE_EXCEEDED);
    assert_true(faults_now_ns() < CALLEE_NOW_NS + 110 * EYELET_NS_PER_MS);
}

/* A peer that reads at last: the request that was begun must be whole, and the next one must be the third. */
static void read_first_and_third(const char *text)
{
    struct live_frame frame;

    live_must(live_read_frame(callee, &frame) && frame.id == 1 && frame.len > CLIENT_TEXT_MAX,
              "the first request is not whole");
    live_must(memcmp(frame.data + frame.len - CLIENT_TEXT_MAX, text, CLIENT_TEXT_MAX) == 0,
              "the first request is not what was sent");
    live_frame_clear(&frame);
    live_must(live_read_frame(callee, &frame) && frame.id == 5 && frame.len < 100, "the third request is not next");
    live_frame_clear(&frame);
    callee_say_reply(1, "late");
    callee_say_reply(5, "in step");
}

static void a_request_that_was_begun_is_finished_after_its_deadline(void **state)
{
    char *text = callee_long_text(CLIENT_TEXT_MAX), got[32];
    struct eyelet_error error;
    pid_t pid;

    (void)state;
    callee_narrow();
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_say(NULL, text, NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed); /* the rest of it will go out, and be run */

    /* nothing of the next one does: it was not begun */
    assert_int_equal(client_say(NULL, "never", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_false(error.may_have_executed);

    faults_reset();
    pid = fork();
    if (pid == 0) {
        read_first_and_third(text);
        _exit(0);
    }
    assert_int_equal(client_say(NULL, "third", got, sizeof(got), &error), EYELET_OK);
    assert_string_equal(got, "in step");
    reap(pid);
    free(text);
}

static void h050_a_flood_of_late_answers_ends_the_connection_and_the_call(void **state)
{
    struct wire wire = { 0 };
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    callee_say_reply(1, "first");
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    for (unsigned i = 0; i < 1024 + 33; i++)
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 0);
    callee_put_reply(&wire, 3, "behind the flood");
    callee_say(&wire);
    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "protocol errors");
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS);
}

static void a_request_that_is_answered_early_leaves_whole_before_the_call_returns(void **state)
{
    char *text = callee_long_text(CLIENT_TEXT_MAX), got[32];
    pid_t pid;

    (void)state;
    callee_narrow();
    callee_say_reply(1, "early");
    pid = fork();
    if (pid == 0) { /* all of it must come, without another call */
        struct live_frame frame;

        live_must(live_read_frame(callee, &frame) && frame.id == 1 && frame.len > CLIENT_TEXT_MAX,
                  "the request is not whole");
        live_must(memcmp(frame.data + frame.len - CLIENT_TEXT_MAX, text, CLIENT_TEXT_MAX) == 0,
                  "the request is not what was sent");
        _exit(0);
    }
    assert_int_equal(client_say(NULL, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    reap(pid);
    callee_assert_usable(3);
    assert_request(3, 1);
    free(text);
}

/* Its request goes on to leave: somebody may still run it. */
static void an_early_answer_that_makes_no_sense_may_have_been_executed(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 700 };
    struct wire wire = { 0 };
    struct eyelet_error error;
    char *text = callee_long_text(CLIENT_TEXT_MAX);

    (void)state;
    callee_narrow();
    faults_fake_clock(CALLEE_NOW_NS);
    wire_frame(&wire, WIRE_RESPONSE, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\xff", 1 });
    callee_say(&wire);
    assert_int_equal(client_say(&opts, text, NULL, 0, &error), EYELET_INTERNAL);
    assert_true(error.may_have_executed);
    free(text);
}

static void an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 700 };
    char *text = callee_long_text(CLIENT_TEXT_MAX), got[32];
    pid_t pid;

    (void)state;
    callee_narrow();
    faults_fake_clock(CALLEE_NOW_NS);
    callee_say_reply(1, "early");
    assert_int_equal(client_say(&opts, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 700 * EYELET_NS_PER_MS);

    faults_reset();
    pid = fork();
    if (pid == 0) {
        struct live_frame frame;

        live_must(live_read_frame(callee, &frame) && frame.id == 1 && frame.len > CLIENT_TEXT_MAX,
                  "the first is not whole");
        live_frame_clear(&frame);
        live_must(live_read_frame(callee, &frame) && frame.id == 3 && frame.len < 100, "the second is not next");
        callee_say_reply(3, "in step");
        _exit(0);
    }
    assert_int_equal(client_say(NULL, "second", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "in step");
    reap(pid);
    free(text);
}

static void a_request_over_the_limit_is_not_sent_and_uses_no_id(void **state)
{
    struct client_opts opts = { .frame_max = 4096 };
    struct eyelet_error error;
    char text[5000];

    (void)state;
    callee_open(&opts);
    memset(text, 't', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(client_say(NULL, text, NULL, 0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    assert_false(error.is_remote);
    callee_assert_usable(1);
    assert_request(1, 1);
}

static void metadata_goes_out_in_lower_case_and_in_order(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "X-Token", "One" }, { "x-token", "Two" } };
    static const uint8_t expected[] = { 0x2a, 14, 0x0a, 7, 'x', '-', 't', 'o', 'k', 'e', 'n', 0x12, 3, 'O', 'n', 'e',
                                        0x2a, 14, 0x0a, 7, 'x', '-', 't', 'o', 'k', 'e', 'n', 0x12, 3, 'T', 'w', 'o' };
    struct eyelet_call_opts opts = { .metadata = metadata, .n_metadata = 2 };
    struct live_frame frame;

    (void)state;
    callee_say_reply(1, "x");
    assert_int_equal(client_say(&opts, "x", NULL, 0, NULL), EYELET_OK);
    assert_true(live_read_frame(callee, &frame));
    assert_non_null(memmem(frame.data, frame.len, expected, sizeof(expected)));
    live_frame_clear(&frame);
}

static void metadata_that_is_not_allowed_is_not_sent(void **state)
{
    static struct eyelet_metadata many[65], large[3];
    static char value[8194], key[130];
    const struct {
        struct eyelet_metadata one;
        const struct eyelet_metadata *metadata;
        size_t n;
        enum eyelet_status status;
    } bad[] = {
        { .one = { "", "v" }, .n = 1, .status = EYELET_INVALID_ARGUMENT },
        { .one = { "a\nb", "v" }, .n = 1, .status = EYELET_INVALID_ARGUMENT },
        { .one = { "\xff", "v" }, .n = 1, .status = EYELET_INVALID_ARGUMENT },
        { .one = { key, "v" }, .n = 1, .status = EYELET_RESOURCE_EXHAUSTED },
        { .one = { "k", value }, .n = 1, .status = EYELET_RESOURCE_EXHAUSTED },
        { .metadata = many, .n = 65, .status = EYELET_RESOURCE_EXHAUSTED },
        { .metadata = large, .n = 3, .status = EYELET_RESOURCE_EXHAUSTED },
    };

    (void)state;
    memset(value, 'v', sizeof(value) - 1);
    memset(key, 'k', sizeof(key) - 1);
    for (size_t i = 0; i < 65; i++)
        many[i] = (struct eyelet_metadata){ "k", "v" };
    for (size_t i = 0; i < 3; i++)
        large[i] = (struct eyelet_metadata){ "k", value + 1 };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct eyelet_call_opts opts = { .metadata = bad[i].metadata ? bad[i].metadata : &bad[i].one,
                                         .n_metadata = bad[i].n };
        struct eyelet_error error;

        assert_int_equal(client_say(&opts, "x", NULL, 0, &error), bad[i].status);
        assert_int_equal(error.status, bad[i].status);
        assert_false(error.is_remote);
        assert_false(error.may_have_executed);
    }
    assert_int_equal(faults_count(FAULT_SENDMSG), 0);
    callee_assert_usable(1);
}

static void h064_a_long_status_message_is_cut_and_escaped(void **state)
{
    char *message = callee_long_text(CLIENT_TEXT_MAX);
    struct eyelet_error error;

    (void)state;
    memcpy(message, "a\x1b[31m\n\xff", 8);
    callee_say_error(1, EYELET_ABORTED, message);
    assert_int_equal(callee_call(0, &error), EYELET_ABORTED);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);
    assert_int_equal(strncmp(error.text, "a\\x1b[31m\\x0a\\xffttt", 18), 0);
    free(message);
}

static void h115_large_answers_to_every_call_and_to_none_are_bounded(void **state)
{
    const struct client_opts opts = { .frame_max = 16384 };
    struct wire wire = { 0 };

    (void)state;
    callee_open(&opts);
    callee_say_reply(1, "first");
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    for (uint32_t i = 0; i < 6; i++) {
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 16384); /* late ones, again and again */
        wire_fill(&wire, 0x12, 16384);
    }
    callee_put_reply(&wire, 3, "mine");
    callee_say(&wire);
    faults_reset();
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    assert_true(faults_count(FAULT_ALLOC) < 16); /* 96 KiB went by, and only what is kept anyway was used */
}

static void a_frame_max_out_of_range_is_refused(void **state)
{
    struct eyelet_error error;
    char address[32];
    int fds[2];

    (void)state;
    callee_close();
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    assert_int_equal(client_open(address, &(struct client_opts){ .frame_max = 4095 }, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "4095");
    assert_int_equal(client_open(address, &(struct client_opts){ .frame_max = 16 << 20 }, &error),
                     EYELET_INVALID_ARGUMENT);
    close(fds[0]);
    close(fds[1]);
}

static void an_address_that_makes_no_sense_or_cannot_be_reached_says_so(void **state)
{
    struct eyelet_error error;

    (void)state;
    callee_close();
    assert_int_equal(client_open("vsock://nowhere", NULL, &error), EYELET_INVALID_ARGUMENT);
    assert_int_equal(client_open("systemd://", NULL, &error), EYELET_UNIMPLEMENTED);
    assert_int_equal(client_open("fd://1000000", NULL, &error), EYELET_INVALID_ARGUMENT);
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_open("unix:///nowhere/at/all", &(struct client_opts){ .connect_timeout_ms = 50 }, &error),
                     EYELET_UNAVAILABLE);
    assert_text_has(error.text, "/nowhere/at/all");
}

static void h112_an_opening_that_fails_leaves_nothing(void **state)
{
    static const enum fault_call calls[] = { FAULT_FCNTL, FAULT_GETSOCKOPT };
    unsigned fds, n_failed = 0;
    char address[32];
    int pair[2];

    (void)state;
    callee_close();
    live_pair(pair);
    snprintf(address, sizeof(address), "fd://%d", pair[0]);
    fds = faults_open_fds();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (unsigned nth = 1;; nth++) {
            struct eyelet_error error = { 0 };
            enum eyelet_status status;
            bool has_failed;

            faults_reset();
            faults_fail(calls[i], nth, ENOMEM);
            status = client_open(address, NULL, &error);
            has_failed = faults_count(calls[i]) >= nth;
            faults_reset();
            if (!has_failed) {
                assert_int_equal(status, EYELET_OK);
                client_close();
                break;
            }
            n_failed++;
            assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
            assert_int_equal(error.error_number, ENOMEM);
            assert_int_equal(faults_open_fds(), fds);
        }
    }
    assert_true(n_failed >= 2);
    close(pair[0]);
    close(pair[1]);
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

/* Answers every request, by its order, until the end. */
static void *answer_all(void *argument)
{
    struct live_frame frame;

    (void)argument;
    while (live_read_frame(callee, &frame)) {
        struct wire wire = { 0 };

        callee_put_reply(&wire, frame.id, "answer");
        live_must(live_send(callee, wire_slice(&wire)), "the client is gone");
        wire_clear(&wire);
        live_frame_clear(&frame);
    }
    return NULL;
}

static atomic_uint n_signals;

static void on_signal(int number)
{
    (void)number;
    n_signals++;
}

static void h017_signals_throughout_are_not_noticed(void **state)
{
    const struct itimerval often = { .it_interval.tv_usec = 300, .it_value.tv_usec = 300 }, never = { 0 };
    struct sigaction action = { .sa_handler = on_signal }, before;
    pthread_t answering;

    (void)state;
    assert_int_equal(pthread_create(&answering, NULL, answer_all, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    n_signals = 0;
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (unsigned i = 0; i < 100 || n_signals < 20; i++)
        assert_int_equal(callee_call(0, NULL), EYELET_OK);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    client_close();
    pthread_join(answering, NULL);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

static void h014_h016_one_byte_at_a_time_both_ways(void **state)
{
    char text[32];

    (void)state;
    faults_short(FAULT_RECV, 1);
    faults_short(FAULT_SENDMSG, 1);
    callee_say_reply(1, "byte by byte");
    assert_int_equal(client_say(NULL, "hello", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "byte by byte");
    assert_request(1, 5);
}

static void h021_no_clock_is_asked_but_the_one_that_nobody_sets(void **state)
{
    (void)state;
    for (uint32_t id = 1; id < 200; id += 2)
        callee_assert_usable(id);
    assert_int_equal(faults_other_clocks(), 0);
}

static void h121_no_descriptor_is_inherited(void **state)
{
    (void)state;
    assert_true((fcntl(client_fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, callee_setup, callee_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_sends_its_request_and_gives_back_the_reply),
        TEST(every_status_of_the_peer_comes_through),
        TEST(h032_a_response_of_length_0_is_an_empty_reply),
        TEST(h063_a_code_that_is_none_is_unknown_and_0_is_ok),
        TEST(h052_a_response_that_cannot_be_decoded_fails_that_call_only),
        TEST(h065_a_payload_that_cannot_be_decoded_fails_that_call_only),
        TEST(h066_a_status_wins_over_a_payload),
        TEST(h035_a_reply_over_the_limit_fails_that_call_only),
        TEST(h033_a_reply_of_exactly_the_limit_is_taken),
        TEST(h040_h041_h043_frames_of_the_future_and_requests_are_passed_over),
        TEST(h092_answers_to_nobody_are_dropped),
        TEST(h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped),
        TEST(h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped),
        TEST(every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s),
        TEST(an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes),
        TEST(h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline),
        TEST(a_request_that_was_begun_is_finished_after_its_deadline),
        TEST(h050_a_flood_of_late_answers_ends_the_connection_and_the_call),
        TEST(a_request_that_is_answered_early_leaves_whole_before_the_call_returns),
        TEST(an_early_answer_that_makes_no_sense_may_have_been_executed),
        TEST(an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline),
        TEST(a_request_over_the_limit_is_not_sent_and_uses_no_id),
        TEST(metadata_goes_out_in_lower_case_and_in_order),
        TEST(metadata_that_is_not_allowed_is_not_sent),
        TEST(h064_a_long_status_message_is_cut_and_escaped),
        TEST(h115_large_answers_to_every_call_and_to_none_are_bounded),
        TEST(a_frame_max_out_of_range_is_refused),
        TEST(an_address_that_makes_no_sense_or_cannot_be_reached_says_so),
        TEST(h112_an_opening_that_fails_leaves_nothing),
        TEST(h017_signals_throughout_are_not_noticed),
        TEST(h014_h016_one_byte_at_a_time_both_ways),
        TEST(h021_no_clock_is_asked_but_the_one_that_nobody_sets),
        TEST(h121_no_descriptor_is_inherited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
