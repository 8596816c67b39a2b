/*
 * The client against a peer that speaks bytes: scripted before the call, where one thread is enough, or in a thread of
 * its own. Deadlines run on the fake clock, so that nothing waits.
 */
#include <errno.h>
#include <setjmp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live.h"

#define NOW_NS (1000 * EYELET_NS_PER_S)
#define MIB    (1u << 20)

static unsigned fds_before;

static struct eyelet_client *client;
static int peer;

static void open_client(const struct eyelet_client_opts *opts)
{
    char address[32];
    int fds[2];

    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    assert_int_equal(eyelet_client_open(address, opts, &client, NULL), EYELET_OK);
    close(fds[0]);
    peer = fds[1];
}

static void close_both(void)
{
    client = eyelet_client_close(client);
    if (peer >= 0)
        close(peer);
    peer = -1;
}

static int setup(void **state)
{
    faults_setup(state);
    fds_before = faults_open_fds();
    open_client(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    faults_reset();
    close_both();
    return faults_open_fds() == fds_before ? 0 : -1;
}

/* --- what the peer says ------------------------------------------------------------------------------------------- */

static void put_reply(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_response(wire, id, &(struct wire_response){ .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void put_error(struct wire *wire, uint32_t id, int32_t code, const char *text)
{
    wire_response(wire, id, &(struct wire_response){ .code = code, .message = text });
}

static void say_reply(uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    put_reply(&wire, id, text);
    live_send_wire(peer, &wire);
}

static void say_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, (struct eyelet_slice){ data, len });
    live_send_wire(peer, &wire);
}

/* For more than the socket holds: somebody must write while the client reads. */
static pid_t send_from_child(const struct wire *wire)
{
    pid_t pid = fork();

    if (pid == 0) {
        live_send(peer, wire_slice(wire));
        _exit(0);
    }
    return pid;
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- what the client does ----------------------------------------------------------------------------------------- */

static enum eyelet_status call_with(const struct eyelet_call_opts *opts, const char *text, char *ret_text, size_t cap,
                                    struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, opts, &request, &reply, reterr);
    if (status == EYELET_OK && ret_text != NULL)
        snprintf(ret_text, cap, "%s", reply->text);
    if (status == EYELET_OK)
        demo__say_reply__free_unpacked(reply, NULL);
    else
        live_must(reply == NULL, "a failed call handed out a reply");
    return status;
}

static enum eyelet_status call(struct eyelet_error *reterr)
{
    return call_with(NULL, "hello", NULL, 0, reterr);
}

/* The next call, which must succeed: the client is usable. */
static void assert_usable(uint32_t next_id)
{
    char text[32];

    say_reply(next_id, "still here");
    assert_int_equal(call_with(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "still here");
}

static void assert_lost(bool may_have_executed, const char *why)
{
    struct eyelet_error error;

    assert_int_equal(call(&error), EYELET_UNAVAILABLE);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    assert_int_equal(error.may_have_executed, may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_text_has(error.text, why);

    assert_int_equal(call(&error), EYELET_UNAVAILABLE); /* and so for ever, without having been sent */
    assert_false(error.may_have_executed);
    assert_text_has(error.text, why);
}

/* The request must come, whole, with this id. */
static void assert_request(uint32_t id, size_t text_len)
{
    struct live_frame frame;

    assert_true(live_read_frame(peer, &frame));
    assert_int_equal(frame.id, id);
    assert_int_equal(frame.type, WIRE_REQUEST);
    assert_int_equal(frame.flags, 0);
    assert_true(frame.len > text_len && frame.len < text_len + 100);
    live_frame_clear(&frame);
}

/* --- statuses ----------------------------------------------------------------------------------------------------- */

static void a_call_sends_its_request_and_gives_back_the_reply(void **state)
{
    static const uint8_t request[] = { 0x0a, 9,    'd',  'e',  'm',  'o',  '.', 'E', 'c', 'h', 'o', /* service */
                                       0x12, 3,    'S',  'a',  'y',                                 /* method */
                                       0x20, 0x80, 0xa8, 0xd6, 0xb9, 0x07,                  /* timeout_nano: 2 s */
                                       0x1a, 7,    0x0a, 5,    'h',  'e',  'l', 'l', 'o' }; /* payload */
    struct live_frame frame;
    char text[32];

    (void)state;
    faults_fake_clock(NOW_NS);
    say_reply(1, "welcome");
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 2000 }, "hello", text, sizeof(text), NULL),
                     EYELET_OK);
    assert_string_equal(text, "welcome");
    assert_true(live_read_frame(peer, &frame));
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

        put_error(&wire, (uint32_t)code * 2 - 1, code, "because");
        live_send_wire(peer, &wire);
        assert_int_equal(call(&error), code);
        assert_int_equal(error.status, code);
        assert_true(error.is_remote);
        assert_true(error.may_have_executed);
        assert_string_equal(error.text, "because");
    }
    assert_usable(2 * EYELET_STATUS_MAX + 1);
}

static void h032_a_response_of_length_0_is_an_empty_reply(void **state)
{
    char text[8] = "?";

    (void)state;
    say_frame(WIRE_RESPONSE, 0, 1, NULL, 0);
    assert_int_equal(call_with(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
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
        put_error(&wire, 2 * i + 1, codes[i], "odd");
        live_send_wire(peer, &wire);
        assert_int_equal(call(&error), EYELET_UNKNOWN);
        snprintf(number, sizeof(number), "%d", (int)codes[i]);
        assert_text_has(error.text, number);
        assert_text_has(error.text, "odd");
    }
    put_error(&wire, 9, 0, "a text for nothing");
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_OK);
}

static void h064_a_status_message_of_4_mib_is_cut_and_escaped(void **state)
{
    struct eyelet_client_opts opts = { .frame_max = 5 * MIB };
    char *message = malloc(4 * MIB + 1);
    struct eyelet_error error;
    struct wire wire = { 0 };
    pid_t pid;

    (void)state;
    close_both();
    open_client(&opts);
    assert_non_null(message);
    memset(message, 'm', 4 * MIB);
    memcpy(message, "a\x1b[31m\n\xff", 8);
    message[4 * MIB] = '\0';
    put_error(&wire, 1, EYELET_ABORTED, message);
    pid = send_from_child(&wire);
    assert_int_equal(call(&error), EYELET_ABORTED);
    reap(pid);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);
    assert_int_equal(strncmp(error.text, "a\\x1b[31m\\x0a\\xffmmm", 18), 0);
    wire_clear(&wire);
    free(message);
}

static void h052_a_response_that_cannot_be_decoded_fails_that_call_only(void **state)
{
    struct eyelet_error error;

    (void)state;
    say_frame(WIRE_RESPONSE, 0, 1, "\x12\x05xy", 4);
    assert_int_equal(call(&error), EYELET_INTERNAL);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_usable(3);
}

static void h065_a_payload_that_cannot_be_decoded_fails_that_call_only(void **state)
{
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x05xy", 4 } });
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_INTERNAL);
    assert_text_has(error.text, "demo.SayReply");
    assert_true(error.may_have_executed);
    wire_response(&wire, 3, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x02\xff\xfe", 4 } });
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_INTERNAL);
    assert_usable(5);
}

static void h066_a_status_wins_over_a_payload(void **state)
{
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1,
                  &(struct wire_response){
                      .code = EYELET_NOT_FOUND, .message = "none", .payload = { (const uint8_t *)"\x0a\x02hi", 4 } });
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_NOT_FOUND);
    assert_usable(3);
}

/* --- frames that do not belong ------------------------------------------------------------------------------------ */

static void h035_a_reply_over_the_limit_fails_that_call_only(void **state)
{
    struct eyelet_client_opts opts = { .frame_max = 4096 };
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    close_both();
    open_client(&opts);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 4097);
    wire_fill(&wire, 0x55, 4097);
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.is_remote);
    assert_text_has(error.text, "4097");
    assert_usable(3);
}

static void h033_a_reply_of_exactly_the_limit_is_taken(void **state)
{
    struct eyelet_client_opts opts = { .frame_max = 4096 };
    char text[4096 + 1];

    (void)state;
    close_both();
    open_client(&opts);
    memset(text, 'r', sizeof(text));
    text[4096 - 6] = '\0'; /* a tag and two bytes of length, twice */
    say_reply(1, text);
    assert_int_equal(call(NULL), EYELET_OK);
}

static void h040_h041_h043_frames_of_the_future_and_requests_are_passed_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    say_frame(WIRE_REQUEST, 0, 1, "abc", 3);
    say_frame(0, 0, 1, "abc", 3);
    say_frame(4, 0xff, 1, NULL, 0);
    say_frame(255, 0, 7, "abc", 3);
    put_reply(&wire, 1, "x");
    wire.bytes[9] = 0xf8; /* flags that nobody knows */
    live_send_wire(peer, &wire);
    assert_int_equal(call(NULL), EYELET_OK);
    assert_usable(3);
}

static void h092_answers_to_nobody_are_dropped(void **state)
{
    (void)state;
    say_reply(1, "first");
    assert_int_equal(call(NULL), EYELET_OK);
    say_reply(1, "again");
    say_reply(5, "to a call that is not made yet");
    say_reply(2, "to an id that is never ours");
    say_reply(0, "to nobody");
    assert_usable(3);
    assert_usable(5);
}

static void h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped(void **state)
{
    struct eyelet_error error;

    (void)state;
    say_frame(WIRE_DATA, 0, 1, "abc", 3);
    say_reply(1, "too late");
    assert_int_equal(call(&error), EYELET_INTERNAL);
    assert_text_has(error.text, "stream data");
    say_reply(3, "one");
    say_reply(3, "two");
    say_frame(WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 3, NULL, 0);
    assert_int_equal(call(&error), EYELET_OK);
    assert_usable(5);
}

static void h048_h050_a_peer_with_too_many_errors_is_left(void **state)
{
    (void)state;
    faults_fake_clock(NOW_NS);
    for (unsigned i = 0; i < 40; i++)
        say_frame(9, 0, 1, NULL, 0);
    assert_lost(true, "protocol errors");
    assert_int_equal(live_read_to_end(peer) > 0, true);
}

static void h036_h049_what_is_no_frame_ends_the_connection(void **state)
{
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    (void)state;
    assert_true(live_send(peer, (struct eyelet_slice){ (const uint8_t *)http, sizeof(http) - 1 }));
    assert_lost(true, "0x48");
}

static void h115_large_answers_to_every_call_and_to_none_are_bounded(void **state)
{
    struct eyelet_client_opts opts = { .frame_max = MIB };
    struct wire wire = { 0 };
    pid_t pid;

    (void)state;
    close_both();
    open_client(&opts);
    for (uint32_t i = 0; i < 20; i++) {
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, MIB); /* late ones, again and again */
        wire_fill(&wire, 0x12, MIB);
    }
    put_reply(&wire, 3, "mine");
    say_reply(1, "first");
    assert_int_equal(call(NULL), EYELET_OK);
    pid = send_from_child(&wire);
    faults_reset();
    assert_int_equal(call(NULL), EYELET_OK);
    reap(pid);
    assert_true(faults_count(FAULT_ALLOC) < 16); /* 20 MiB went by, and only the pool's spare was used */
    wire_clear(&wire);
}

/* --- deadlines ---------------------------------------------------------------------------------------------------- */

static void h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(NOW_NS);
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 250 }, "x", NULL, 0, &error),
                     EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + 250 * EYELET_NS_PER_MS);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say");

    say_reply(1, "late");
    assert_usable(3);
}

static void every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s(void **state)
{
    struct eyelet_client_opts opts = { .call_timeout_ms = 700 };

    (void)state;
    faults_fake_clock(NOW_NS);
    assert_int_equal(call(NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + 30 * EYELET_NS_PER_S);

    close_both();
    open_client(&opts);
    faults_fake_clock(NOW_NS);
    assert_int_equal(call(NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + 700 * EYELET_NS_PER_MS);

    faults_fake_clock(NOW_NS);
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = UINT32_MAX }, "x", NULL, 0, NULL),
                     EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + EYELET_TIMEOUT_MS_MAX * EYELET_NS_PER_MS);
}

static void an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    for (size_t cut = 1;; cut++) {
        uint32_t id = (uint32_t)(4 * cut - 3);

        put_reply(&wire, id, "late");
        if (cut == wire.len)
            break;
        faults_fake_clock(NOW_NS);
        assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, cut }));
        assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 10 }, "x", NULL, 0, NULL),
                         EYELET_DEADLINE_EXCEEDED);
        assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes + cut, wire.len - cut }));
        assert_usable(id + 2);
        wire_clear(&wire);
    }
    wire_clear(&wire);
}

static void h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    say_reply(1, "first");
    assert_int_equal(call(NULL), EYELET_OK);
    for (unsigned i = 0; i < 500; i++)
        put_reply(&wire, 1, "late");
    put_reply(&wire, 3, "too late as well");
    live_send_wire(peer, &wire);

    faults_fake_clock(NOW_NS);
    faults_tick_ns(EYELET_NS_PER_MS);
    faults_short(FAULT_RECV, 20); /* so that there is always more to read, and never a moment to look at the clock */
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 100 }, "x", NULL, 0, NULL),
                     EYELET_DEADLINE_EXCEEDED);
    assert_true(faults_now_ns() < NOW_NS + 110 * EYELET_NS_PER_MS);
}

/* A peer that reads at last: the request that was begun must be whole, and the next one must be the third. */
static void read_first_and_third(const char *text)
{
    struct live_frame frame;

    live_must(live_read_frame(peer, &frame) && frame.id == 1 && frame.len > MIB, "the first request is not whole");
    live_must(memcmp(frame.data + frame.len - MIB, text, MIB) == 0, "the first request is not what was sent");
    live_frame_clear(&frame);
    live_must(live_read_frame(peer, &frame) && frame.id == 5 && frame.len < 100, "the third request is not next");
    live_frame_clear(&frame);
    say_reply(1, "late");
    say_reply(5, "in step");
}

static void a_request_that_was_begun_is_finished_after_its_deadline(void **state)
{
    char *text = malloc(MIB + 1), got[32];
    struct eyelet_error error;
    pid_t pid;

    (void)state;
    assert_non_null(text);
    memset(text, 't', MIB); /* more than the socket holds */
    text[MIB] = '\0';
    faults_fake_clock(NOW_NS);
    assert_int_equal(call_with(NULL, text, NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed); /* the rest of it will go out, and be run */

    /* nothing of the next one does: it was not begun */
    assert_int_equal(call_with(NULL, "never", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_false(error.may_have_executed);

    faults_reset();
    pid = fork();
    if (pid == 0) {
        read_first_and_third(text);
        _exit(0);
    }
    assert_int_equal(call_with(NULL, "third", got, sizeof(got), &error), EYELET_OK);
    assert_string_equal(got, "in step");
    reap(pid);
    free(text);
}

static void h050_a_flood_of_late_answers_ends_the_connection_and_the_call(void **state)
{
    struct wire wire = { 0 };
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(NOW_NS);
    say_reply(1, "first");
    assert_int_equal(call(NULL), EYELET_OK);
    for (unsigned i = 0; i < 1024 + 33; i++)
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 0);
    put_reply(&wire, 3, "behind the flood");
    live_send_wire(peer, &wire);
    assert_int_equal(call(&error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "protocol errors");
    assert_int_equal(faults_now_ns(), NOW_NS);
}

/* --- answers that come before the request has left --------------------------------------------------------------- */

/* A text of a MiB: more than the socket holds. */
static char *large_text(void)
{
    char *text = malloc(MIB + 1);

    assert_non_null(text);
    memset(text, 't', MIB);
    text[MIB] = '\0';
    return text;
}

static void a_request_that_is_answered_early_leaves_whole_before_the_call_returns(void **state)
{
    char *text = large_text(), got[32];
    pid_t pid;

    (void)state;
    say_reply(1, "early");
    pid = fork();
    if (pid == 0) { /* all of it must come, without another call */
        struct live_frame frame;

        live_must(live_read_frame(peer, &frame) && frame.id == 1 && frame.len > MIB, "the request is not whole");
        live_must(memcmp(frame.data + frame.len - MIB, text, MIB) == 0, "the request is not what was sent");
        _exit(0);
    }
    assert_int_equal(call_with(NULL, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    reap(pid);
    assert_usable(3);
    assert_request(3, 1);
    free(text);
}

/* Its request goes on to leave: somebody may still run it. */
static void an_early_answer_that_makes_no_sense_may_have_been_executed(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 700 };
    struct wire wire = { 0 };
    struct eyelet_error error;
    char *text = large_text();

    (void)state;
    faults_fake_clock(NOW_NS);
    wire_frame(&wire, WIRE_RESPONSE, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\xff", 1 });
    live_send_wire(peer, &wire);
    assert_int_equal(call_with(&opts, text, NULL, 0, &error), EYELET_INTERNAL);
    assert_true(error.may_have_executed);
    free(text);
}

static void an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 700 };
    char *text = large_text(), got[32];
    pid_t pid;

    (void)state;
    faults_fake_clock(NOW_NS);
    say_reply(1, "early");
    assert_int_equal(call_with(&opts, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    assert_int_equal(faults_now_ns(), NOW_NS + 700 * EYELET_NS_PER_MS);

    faults_reset();
    pid = fork();
    if (pid == 0) {
        struct live_frame frame;

        live_must(live_read_frame(peer, &frame) && frame.id == 1 && frame.len > MIB, "the first is not whole");
        live_frame_clear(&frame);
        live_must(live_read_frame(peer, &frame) && frame.id == 3 && frame.len < 100, "the second is not next");
        say_reply(3, "in step");
        _exit(0);
    }
    assert_int_equal(call_with(NULL, "second", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "in step");
    reap(pid);
    free(text);
}

static void an_early_answer_is_kept_when_the_peer_reads_no_more(void **state)
{
    char *text = large_text(), got[32];

    (void)state;
    say_reply(1, "early");
    assert_int_equal(shutdown(peer, SHUT_RD), 0);
    faults_fake_clock(NOW_NS);
    assert_int_equal(call_with(NULL, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    assert_lost(false, "connection lost");
    assert_int_equal(faults_now_ns(), NOW_NS);
    free(text);
}

/* --- lost connections --------------------------------------------------------------------------------------------- */

static void h009_a_connection_lost_before_the_call_means_not_executed(void **state)
{
    (void)state;
    close(peer);
    peer = -1;
    assert_lost(false, "connection lost");
}

static void h008_an_end_inside_of_a_frame_says_how_far_it_came(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    put_reply(&wire, 1, "0123456789");
    assert_true(live_send(peer, (struct eyelet_slice){ wire.bytes, 13 }));
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_lost(true, "3 of 14 bytes");
    wire_clear(&wire);

    close_both();
    open_client(NULL);
    assert_true(live_send(peer, (struct eyelet_slice){ (const uint8_t *)"\0\0", 2 }));
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_lost(true, "2 of 10 bytes of a head");

    close_both();
    open_client(&(struct eyelet_client_opts){ .frame_max = 4096 });
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 7, 5000); /* being skipped */
    wire_fill(&wire, 0, 100);
    live_send_wire(peer, &wire);
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_lost(true, "100 of 5000 bytes");
}

static void h010_h018_every_errno_of_a_recv_ends_the_connection_once(void **state)
{
    static const int errors[] = { ECONNRESET, ENOBUFS, ETIMEDOUT, EPROTO, ENOTCONN };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct eyelet_error error;

        close_both();
        open_client(NULL);
        say_reply(1, "never read");
        faults_reset();
        faults_fail(FAULT_RECV, 1, errors[i]);
        assert_int_equal(call(&error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_true(error.may_have_executed);
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
        assert_int_equal(call(&error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_false(error.may_have_executed);
        assert_int_equal(faults_count(FAULT_RECV), 1); /* H011: nothing is tried again */
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
    }
}

static void h010_every_errno_of_a_send_ends_the_connection_at_once(void **state)
{
    static const int errors[] = { EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct eyelet_error error;

        close_both();
        open_client(NULL);
        faults_fake_clock(NOW_NS);
        faults_fail(FAULT_SENDMSG, 1, errors[i]);
        assert_int_equal(call(&error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_false(error.may_have_executed);
        assert_int_equal(faults_now_ns(), NOW_NS); /* no waiting for an answer that cannot come */
        faults_reset();
    }
}

static void h013_a_peer_that_reads_no_more_ends_the_call_at_once(void **state)
{
    struct eyelet_error error;

    (void)state;
    assert_int_equal(shutdown(peer, SHUT_RD), 0);
    faults_fake_clock(NOW_NS);
    assert_int_equal(call(&error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPIPE);
    assert_false(error.may_have_executed);
    assert_int_equal(faults_now_ns(), NOW_NS);
}

static void a_peer_that_is_gone_is_an_epipe_and_no_sigpipe(void **state)
{
    struct eyelet_error error;

    (void)state;
    close(peer);
    peer = -1;
    assert_int_equal(call(&error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPIPE);
}

static void what_came_before_the_loss_is_delivered_first(void **state)
{
    char text[32];

    (void)state;
    say_reply(1, "last words");
    assert_int_equal(shutdown(peer, SHUT_RDWR), 0);
    assert_int_equal(call_with(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "last words");
    assert_lost(false, "connection lost");
}

static void poll_that_fails_ends_the_connection(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fail(FAULT_POLL, 1, ENOMEM);
    assert_int_equal(call(&error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, ENOMEM);
    assert_true(error.may_have_executed);
}

static void h037_h038_a_reply_that_stalls_ends_the_connection_before_a_long_deadline(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(NOW_NS);
    assert_true(live_send(peer, (struct eyelet_slice){ (const uint8_t *)"\0\0\0", 3 }));
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 60000 }, "x", NULL, 0, &error),
                     EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), NOW_NS + 5 * EYELET_NS_PER_S);
    assert_text_has(error.text, "head of a frame");
    assert_true(error.may_have_executed);

    close_both();
    open_client(NULL);
    faults_fake_clock(NOW_NS);
    assert_true(live_send(peer, (struct eyelet_slice){ (const uint8_t *)"\0\x10\0\0\0\0\0\x01\x02\0abc", 13 }));
    assert_int_equal(call_with(&(struct eyelet_call_opts){ .timeout_ms = 60000 }, "x", NULL, 0, &error),
                     EYELET_UNAVAILABLE);
    assert_text_has(error.text, "3 of 1048576 bytes");
}

/* --- limits of this side ------------------------------------------------------------------------------------------ */

static void a_request_over_the_limit_is_not_sent_and_uses_no_id(void **state)
{
    struct eyelet_client_opts opts = { .frame_max = 4096 };
    struct eyelet_error error;
    char text[5000];

    (void)state;
    close_both();
    open_client(&opts);
    memset(text, 't', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(call_with(NULL, text, NULL, 0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    assert_false(error.is_remote);
    assert_usable(1);
    assert_request(1, 1);
}

static void a_frame_max_out_of_range_is_refused(void **state)
{
    struct eyelet_client *none = NULL;
    struct eyelet_error error;
    char address[32];
    int fds[2];

    (void)state;
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    assert_int_equal(eyelet_client_open(address, &(struct eyelet_client_opts){ .frame_max = 4095 }, &none, &error),
                     EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "4095");
    assert_int_equal(eyelet_client_open(address, &(struct eyelet_client_opts){ .frame_max = 16 * MIB }, &none, &error),
                     EYELET_INVALID_ARGUMENT);
    assert_null(none);
    close(fds[0]);
    close(fds[1]);
}

static void metadata_goes_out_in_lower_case_and_in_order(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "X-Token", "One" }, { "x-token", "Two" } };
    static const uint8_t expected[] = { 0x2a, 14, 0x0a, 7, 'x', '-', 't', 'o', 'k', 'e', 'n', 0x12, 3, 'O', 'n', 'e',
                                        0x2a, 14, 0x0a, 7, 'x', '-', 't', 'o', 'k', 'e', 'n', 0x12, 3, 'T', 'w', 'o' };
    struct eyelet_call_opts opts = { .metadata = metadata, .n_metadata = 2 };
    struct live_frame frame;

    (void)state;
    say_reply(1, "x");
    assert_int_equal(call_with(&opts, "x", NULL, 0, NULL), EYELET_OK);
    assert_true(live_read_frame(peer, &frame));
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

        assert_int_equal(call_with(&opts, "x", NULL, 0, &error), bad[i].status);
        assert_int_equal(error.status, bad[i].status);
        assert_false(error.is_remote);
        assert_false(error.may_have_executed);
    }
    assert_int_equal(faults_count(FAULT_SENDMSG), 0);
    assert_usable(1);
}

/* --- failures of this side ---------------------------------------------------------------------------------------- */

static void h111_every_allocation_of_a_call_may_fail(void **state)
{
    unsigned n_failed = 0;

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct wire wire = { 0 };
        enum eyelet_status status;
        bool has_failed;

        close_both();
        open_client(NULL);
        put_reply(&wire, 1, "a reply of some length");
        live_send_wire(peer, &wire);
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        status = call(NULL);
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        if (!has_failed) {
            assert_int_equal(status, EYELET_OK);
            break;
        }
        n_failed += status != EYELET_OK;
        assert_true(status == EYELET_OK || status == EYELET_RESOURCE_EXHAUSTED || status == EYELET_UNAVAILABLE);
    }
    assert_true(n_failed >= 3); /* request, buffer, reply */
}

static void a_reply_there_is_no_memory_for_leaves_the_client_usable(void **state)
{
    struct eyelet_error error;

    (void)state;
    assert_usable(1); /* buffers are there from now on */
    say_reply(3, "no room for this");
    faults_reset();
    faults_fail_always(FAULT_ALLOC, ENOMEM);
    assert_int_equal(call(&error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.is_remote);
    faults_reset();
    assert_usable(5);
}

static void open_fails_cleanly_whatever_fails(void **state)
{
    static const enum fault_call calls[] = { FAULT_ALLOC, FAULT_FCNTL, FAULT_GETSOCKOPT, FAULT_EVENTFD };
    unsigned fds, n_failed = 0;
    char address[32];
    int pair[2];

    (void)state;
    live_pair(pair);
    snprintf(address, sizeof(address), "fd://%d", pair[0]);
    fds = faults_open_fds();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (unsigned nth = 1;; nth++) {
            struct eyelet_client *one = NULL;
            struct eyelet_error error = { 0 };
            enum eyelet_status status;
            bool has_failed;

            faults_reset();
            faults_fail(calls[i], nth, ENOMEM);
            status = eyelet_client_open(address, NULL, &one, &error);
            has_failed = faults_count(calls[i]) >= nth;
            faults_reset();
            if (!has_failed) {
                assert_int_equal(status, EYELET_OK);
                one = eyelet_client_close(one);
                break;
            }
            n_failed++;
            assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
            assert_int_equal(error.error_number, ENOMEM);
            assert_null(one);
            assert_int_equal(faults_open_fds(), fds);
        }
    }
    assert_true(n_failed >= 6);
    close(pair[0]);
    close(pair[1]);
}

static void an_address_that_makes_no_sense_or_cannot_be_reached_says_so(void **state)
{
    struct eyelet_client *none = NULL;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(eyelet_client_open("vsock://nowhere", NULL, &none, &error), EYELET_INVALID_ARGUMENT);
    assert_int_equal(eyelet_client_open("systemd://", NULL, &none, &error), EYELET_UNIMPLEMENTED);
    assert_int_equal(eyelet_client_open("fd://1000000", NULL, &none, &error), EYELET_INVALID_ARGUMENT);
    faults_fake_clock(NOW_NS);
    assert_int_equal(eyelet_client_open("unix:///nowhere/at/all",
                                        &(struct eyelet_client_opts){ .connect_timeout_ms = 50 }, &none, &error),
                     EYELET_UNAVAILABLE);
    assert_text_has(error.text, "/nowhere/at/all");
    assert_null(none);
    assert_null(eyelet_client_close(NULL));
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

/* Answers every request, by its order, until the end. */
static void *answer_all(void *argument)
{
    int fd = *(const int *)argument;
    struct live_frame frame;

    while (live_read_frame(fd, &frame)) {
        struct wire wire = { 0 };

        put_reply(&wire, frame.id, "answer");
        if (!live_send(fd, wire_slice(&wire)))
            live_must(false, "the client is gone");
        wire_clear(&wire);
        live_frame_clear(&frame);
    }
    return NULL;
}

static void *call_50_times(void *argument)
{
    unsigned *n_ok = argument;

    for (unsigned i = 0; i < 50; i++)
        *n_ok += call(NULL) == EYELET_OK;
    return NULL;
}

static void many_threads_share_one_client(void **state)
{
    pthread_t threads[8], answering;
    unsigned n_ok[8] = { 0 };

    (void)state;
    assert_int_equal(pthread_create(&answering, NULL, answer_all, &peer), 0);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_50_times, &n_ok[i]), 0);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(n_ok[i], 50);
    }
    client = eyelet_client_close(client);
    pthread_join(answering, NULL);
}

static void *call_once(void *argument)
{
    *(enum eyelet_status *)argument = call(NULL);
    return NULL;
}

static void a_deadline_ends_a_call_while_another_thread_reads(void **state)
{
    const struct eyelet_call_opts soon = { .timeout_ms = 20 };
    enum eyelet_status status = EYELET_UNKNOWN;
    struct eyelet_error error;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, call_once, &status), 0);
    assert_request(1, 5); /* the thread waits for its answer now */
    assert_int_equal(call_with(&soon, "x", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed); /* it was sent, beside the first */
    assert_request(3, 1);
    say_reply(3, "too late");
    say_reply(1, "at last");
    pthread_join(thread, NULL);
    assert_int_equal(status, EYELET_OK);
    assert_usable(5);
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
    assert_int_equal(pthread_create(&answering, NULL, answer_all, &peer), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    n_signals = 0;
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (unsigned i = 0; i < 100 || n_signals < 20; i++)
        assert_int_equal(call(NULL), EYELET_OK);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    client = eyelet_client_close(client);
    pthread_join(answering, NULL);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_sends_its_request_and_gives_back_the_reply),
        TEST(every_status_of_the_peer_comes_through),
        TEST(h032_a_response_of_length_0_is_an_empty_reply),
        TEST(h063_a_code_that_is_none_is_unknown_and_0_is_ok),
        TEST(h064_a_status_message_of_4_mib_is_cut_and_escaped),
        TEST(h052_a_response_that_cannot_be_decoded_fails_that_call_only),
        TEST(h065_a_payload_that_cannot_be_decoded_fails_that_call_only),
        TEST(h066_a_status_wins_over_a_payload),
        TEST(h035_a_reply_over_the_limit_fails_that_call_only),
        TEST(h033_a_reply_of_exactly_the_limit_is_taken),
        TEST(h040_h041_h043_frames_of_the_future_and_requests_are_passed_over),
        TEST(h092_answers_to_nobody_are_dropped),
        TEST(h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped),
        TEST(h048_h050_a_peer_with_too_many_errors_is_left),
        TEST(h036_h049_what_is_no_frame_ends_the_connection),
        TEST(h115_large_answers_to_every_call_and_to_none_are_bounded),
        TEST(h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped),
        TEST(every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s),
        TEST(an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes),
        TEST(h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline),
        TEST(h050_a_flood_of_late_answers_ends_the_connection_and_the_call),
        TEST(a_request_that_is_answered_early_leaves_whole_before_the_call_returns),
        TEST(an_early_answer_that_makes_no_sense_may_have_been_executed),
        TEST(an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline),
        TEST(an_early_answer_is_kept_when_the_peer_reads_no_more),
        TEST(a_request_that_was_begun_is_finished_after_its_deadline),
        TEST(h009_a_connection_lost_before_the_call_means_not_executed),
        TEST(h008_an_end_inside_of_a_frame_says_how_far_it_came),
        TEST(h010_h018_every_errno_of_a_recv_ends_the_connection_once),
        TEST(h010_every_errno_of_a_send_ends_the_connection_at_once),
        TEST(h013_a_peer_that_reads_no_more_ends_the_call_at_once),
        TEST(a_peer_that_is_gone_is_an_epipe_and_no_sigpipe),
        TEST(what_came_before_the_loss_is_delivered_first),
        TEST(poll_that_fails_ends_the_connection),
        TEST(h037_h038_a_reply_that_stalls_ends_the_connection_before_a_long_deadline),
        TEST(a_request_over_the_limit_is_not_sent_and_uses_no_id),
        TEST(a_frame_max_out_of_range_is_refused),
        TEST(metadata_goes_out_in_lower_case_and_in_order),
        TEST(metadata_that_is_not_allowed_is_not_sent),
        TEST(h111_every_allocation_of_a_call_may_fail),
        TEST(a_reply_there_is_no_memory_for_leaves_the_client_usable),
        TEST(open_fails_cleanly_whatever_fails),
        TEST(an_address_that_makes_no_sense_or_cannot_be_reached_says_so),
        TEST(many_threads_share_one_client),
        TEST(a_deadline_ends_a_call_while_another_thread_reads),
        TEST(h017_signals_throughout_are_not_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
