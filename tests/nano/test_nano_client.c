/*
 * The client in fixed memory: its options and storage, calls that block, and its end. The peer speaks bytes, written
 * before the call where one thread is enough; deadlines run on the fake clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"
#include "nano/client.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct eyelet_nano_client_opts small = { .frame_max = 4096 };

/* --- memory and options ------------------------------------------------------------------------------------------- */

static void refused(const char *address, const struct eyelet_nano_client_opts *opts, const char *why)
{
    struct eyelet_error error;

    assert_int_equal(caller_init(address, opts, &error), EYELET_INVALID_ARGUMENT);
    assert_null(caller.client);
    assert_text_has(error.text, why);
    assert_int_equal(caller_init(address, opts, NULL), EYELET_INVALID_ARGUMENT);
}

static void options_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    refused("unix:///tmp/x", &(struct eyelet_nano_client_opts){ .frame_max = 4095 }, "frame_max of 4095");
    refused("unix:///tmp/x", &(struct eyelet_nano_client_opts){ .frame_max = 16u << 20 }, "frame_max of 16777216");
    refused("unix:///tmp/x", &(struct eyelet_nano_client_opts){ .calls_max = 1025 }, "calls_max of 1025");
    refused("unix:///tmp/x", &(struct eyelet_nano_client_opts){ .streams_max = 1025 }, "streams_max of 1025");
    refused("fd://0", &(struct eyelet_nano_client_opts){ .reconnect = true }, "a second time");
    refused("http://x", &small, "http://x");
}

static void memory_that_is_too_small_is_refused_at_any_alignment(void **state)
{
    const struct eyelet_nano_client_opts opts = { .calls_max = 3, .streams_max = 2, .frame_max = 5001 };
    const size_t size = EYELET_NANO_CLIENT_SIZE(3, 2, 5001);
    struct eyelet_nano_client *client = NULL;
    struct eyelet_error error;
    char address[32];
    int fds[2];

    (void)state;
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    for (size_t shift = 0; shift < 2 * EYELET_NANO_ALIGN; shift++) {
        uint8_t *memory = malloc(shift + size); /* a sanitizer sees the first byte behind it */

        assert_non_null(memory);
        assert_int_equal(eyelet_nano_client_init(address, &opts, memory + shift, size - 1, &client, &error),
                         EYELET_INVALID_ARGUMENT);
        assert_text_has(error.text, "EYELET_NANO_CLIENT_SIZE(3, 2, 5001)");
        assert_null(client);
        assert_int_equal(eyelet_nano_client_init(address, &opts, memory + shift, size, &client, NULL), EYELET_OK);
        memset(client->line.out.bytes, 1, client->line.out.cap); /* all of it is there */
        memset(client->line.in.bytes, 1, client->line.in.cap);
        client->owed[1] = 0;
        eyelet_nano_client_clear(client);
        client = NULL;
        free(memory);
    }
    assert_int_equal(eyelet_nano_client_init(address, NULL, NULL, 0, &client, NULL), EYELET_INVALID_ARGUMENT);
    eyelet_nano_client_clear(NULL);
    close(fds[0]);
    close(fds[1]);
}

static void every_size_of_a_table_and_a_frame_fits_into_its_memory(void **state)
{
    (void)state;
    for (uint32_t calls = 1; calls <= 40; calls++) {
        const struct eyelet_nano_client_opts opts = {
            .calls_max = calls,
            .streams_max = calls % 7,
            .frame_max = EYELET_NANO_FRAME_MIN + calls,
        };

        caller_open(&opts);
        caller_assert_usable(1);
    }
    caller_open(&(struct eyelet_nano_client_opts){ .calls_max = 1024, .streams_max = 1024, .frame_max = 4096 });
    caller_assert_usable(1);
}

static void a_failing_system_call_at_the_start_leaves_nothing_open(void **state)
{
    static const enum fault_call calls[] = { FAULT_FCNTL, FAULT_GETSOCKOPT, FAULT_GETPEERNAME };
    struct eyelet_error error;
    char address[32];
    int fds[2];

    (void)state;
    caller_close();
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1;; nth++) {
            unsigned before = faults_open_fds();
            enum eyelet_status status;

            faults_reset();
            faults_fail(calls[i], nth, EMFILE);
            status = caller_init(address, &small, &error);
            eyelet_nano_client_clear(caller.client);
            caller.client = NULL;
            assert_int_equal(faults_open_fds(), before);
            if (faults_count(calls[i]) < nth)
                break;
            assert_true(status == EYELET_OK || status == error.status);
        }
    }
    close(fds[0]);
    close(fds[1]);
}

/* --- calls and their statuses ------------------------------------------------------------------------------------- */

static void a_call_sends_its_request_and_gives_back_the_reply(void **state)
{
    static const uint8_t request[] = { 0x0a, 9,    'd',  'e',  'm',  'o',  '.', 'E', 'c', 'h', 'o', /* service */
                                       0x12, 3,    'S',  'a',  'y',                                 /* method */
                                       0x20, 0x80, 0xa8, 0xd6, 0xb9, 0x07,                  /* timeout_nano: 2 s */
                                       0x1a, 7,    0x0a, 5,    'h',  'e',  'l', 'l', 'o' }; /* payload */
    struct live_frame frame;
    char text[32];

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    caller_say_reply(1, "welcome");
    assert_int_equal(caller_call(2000, "hello", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "welcome");
    assert_true(live_read_frame(caller.peer, &frame));
    assert_int_equal(frame.id, 1);
    assert_int_equal(frame.type, WIRE_REQUEST);
    assert_int_equal(frame.flags, 0);
    assert_int_equal(frame.len, sizeof(request));
    assert_memory_equal(frame.data, request, sizeof(request));
    live_frame_clear(&frame);
}

static void a_call_costs_three_system_calls(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        caller_say_reply(2 * i + 1, "quick");
        faults_reset();
        assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
        assert_int_equal(faults_count(FAULT_SENDMSG), 1);
        assert_int_equal(faults_count(FAULT_POLL), 1);
        assert_int_equal(faults_count(FAULT_RECV), 1);
        assert_int_equal(faults_count(FAULT_ALLOC) + faults_count(FAULT_FCNTL) + faults_count(FAULT_GETSOCKOPT), 0);
    }
}

static void every_status_of_the_peer_comes_through(void **state)
{
    struct eyelet_error error;

    (void)state;
    for (int32_t code = 1; code <= EYELET_STATUS_MAX; code++) {
        caller_say_error((uint32_t)code * 2 - 1, code, "because");
        assert_int_equal(caller_call(0, "x", NULL, 0, &error), code);
        assert_int_equal(error.status, code);
        assert_true(error.is_remote);
        assert_true(error.may_have_executed);
        assert_string_equal(error.text, "because");
    }
    caller_assert_usable(2 * EYELET_STATUS_MAX + 1);
}

static void details_of_an_error_are_kept(void **state)
{
    struct wire any = { 0 }, status = { 0 }, response = { 0 }, wire = { 0 };
    struct eyelet_slice type_url, value;
    struct eyelet_error error;
    size_t cursor = 0;

    (void)state;
    wire_field_text(&any, 1, "type.x/y.Z");
    wire_field_bytes(&any, 2, "\x01\x02", 2);
    wire_field_number(&status, 1, EYELET_ABORTED);
    wire_field_bytes(&status, 3, any.bytes, any.len);
    wire_field_bytes(&response, 1, status.bytes, status.len);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, &response);
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_ABORTED);
    assert_true(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_memory_equal(type_url.data, "type.x/y.Z", 10);
    assert_int_equal(value.len, 2);
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    wire_clear(&any);
    wire_clear(&status);
}

static enum eyelet_status call_with_pairs(const struct eyelet_metadata *pairs, size_t n, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .metadata = pairs, .n_metadata = n };
    demo_SayRequest request = demo_SayRequest_init_zero;
    demo_SayReply reply;

    return demo_echo_say(caller.client, &opts, &request, &reply, reterr);
}

static void metadata_travels_or_is_refused(void **state)
{
    static const struct eyelet_metadata good[] = { { "X-Token", "One" }, { "x-token", "two" } };
    static const struct eyelet_metadata bad = { "", "v" };
    struct eyelet_metadata many[65];
    struct live_frame frame;
    struct eyelet_error error;

    (void)state;
    for (size_t i = 0; i < N_OF(many); i++)
        many[i] = (struct eyelet_metadata){ "k", "v" };
    assert_int_equal(call_with_pairs(&bad, 1, &error), EYELET_INVALID_ARGUMENT);
    assert_false(error.may_have_executed);
    assert_int_equal(call_with_pairs(&bad, 1, NULL), EYELET_INVALID_ARGUMENT);
    assert_int_equal(call_with_pairs(many, N_OF(many), &error), EYELET_RESOURCE_EXHAUSTED);
    caller_hear_nothing();
    caller_say_reply(1, "");
    assert_int_equal(call_with_pairs(good, 2, NULL), EYELET_OK);
    assert_true(live_read_frame(caller.peer, &frame));
    assert_non_null(memmem(frame.data, frame.len, "x-token\x12\x03One", 12));
    assert_non_null(memmem(frame.data, frame.len, "x-token\x12\x03two", 12));
    live_frame_clear(&frame);
}

static void a_request_that_cannot_be_encoded_is_not_sent(void **state)
{
    demo_SayRequest request;
    struct eyelet_error error;
    demo_SayReply reply;

    (void)state;
    memset(&request, 'x', sizeof(request)); /* a text without an end */
    assert_int_equal(demo_echo_say(caller.client, NULL, &request, &reply, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_false(error.is_remote || error.may_have_executed);
    caller_hear_nothing();
    caller_assert_usable(1); /* no id was used */
}

static void a_request_over_the_limit_is_not_sent(void **state)
{
    struct eyelet_error error;
    struct eyelet_metadata pair = { "k", NULL };
    char value[4097];

    (void)state;
    caller_open(&small);
    memset(value, 'v', sizeof(value) - 1);
    value[4096] = '\0';
    pair.value = value;
    assert_int_equal(call_with_pairs(&pair, 1, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_text_has(error.text, "4096");
    assert_false(error.is_remote || error.may_have_executed);
    caller_hear_nothing();
    caller_assert_usable(1);
}

static void h047_ids_end_before_they_wrap(void **state)
{
    struct eyelet_error error;

    (void)state;
    caller.client->line.session.last_id = UINT32_MAX - 2;
    caller_assert_usable(UINT32_MAX);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "all the calls it can");
    assert_false(error.may_have_executed);
    assert_int_equal(eyelet_nano_client_fd(caller.client), -1); /* for another connection */
}

static void h047_those_in_flight_go_on_when_ids_are_used_up(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct eyelet_error error;

    (void)state;
    caller.client->line.session.last_id = UINT32_MAX;
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "all the calls it can");
    caller_say_data(1, "on and on");
    caller_chat_text(chat, "on and on");
    demo_echo_chat_close(chat);
}

/* --- deadlines ---------------------------------------------------------------------------------------------------- */

static void h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_call(250, "x", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 250 * MS);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_text_has(error.text, "250 ms");
    caller_say_reply(1, "late");
    caller_assert_usable(3);
    assert_int_equal(caller_counters().late_frames, 1);
}

static void every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 30 * EYELET_NS_PER_S);

    caller_open(&(struct eyelet_nano_client_opts){ .call_timeout_ms = 700 });
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 700 * MS);

    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_call(UINT32_MAX, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + EYELET_TIMEOUT_MS_MAX * MS);
}

static void an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    for (size_t cut = 1;; cut++) {
        uint32_t id = (uint32_t)(4 * cut - 3);

        caller_put_reply(&wire, id, "late");
        if (cut == wire.len)
            break;
        faults_fake_clock(CALLER_NOW_NS);
        assert_true(live_send(caller.peer, (struct eyelet_slice){ wire.bytes, cut }));
        assert_int_equal(caller_call(10, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
        assert_true(live_send(caller.peer, (struct eyelet_slice){ wire.bytes + cut, wire.len - cut }));
        caller_assert_usable(id + 2);
        wire_clear(&wire);
    }
    wire_clear(&wire);
}

static void a_request_of_which_nothing_has_left_at_its_deadline_never_does(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(5 * MS); /* the socket looks writable at once, each time */
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    assert_int_equal(caller_call(500, "never", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_false(error.may_have_executed);
    faults_reset();
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_hear_nothing();
}

static void a_request_that_was_begun_is_finished_after_its_deadline(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(5 * MS);
    faults_short(FAULT_SENDMSG, 7);
    for (unsigned i = 2; i < 60; i++)
        faults_fail(FAULT_SENDMSG, i, EAGAIN);
    assert_int_equal(caller_call(100, "begun", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed); /* the rest of it will go out, and be run */
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    assert_int_equal(caller_call(100, "never", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_false(error.may_have_executed);
    faults_reset();
    caller_assert_usable(5);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 5, 10);
    caller_hear_nothing();
}

/* --- a socket that takes little ----------------------------------------------------------------------------------- */

/* Fills the connection: calls that nobody answers, until there is no room for another. Return: how many there are. */
static unsigned fill(uint32_t n_max)
{
    static demo_SayReply reply; /* of all: none comes */
    static struct eyelet_nano_pending *pending[64];
    demo_SayRequest request = demo_SayRequest_init_zero;
    struct eyelet_error error;

    memset(request.text, 'f', 1000);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    for (uint32_t i = 0; i < n_max; i++) {
        enum eyelet_status status =
            demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, &pending[i], &error);

        if (status == EYELET_OK)
            continue;
        assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
        assert_text_has(error.text, "wait to be sent");
        assert_false(error.may_have_executed);
        return i;
    }
    fail_msg("there is always room");
    return 0;
}

static void a_started_call_without_room_is_refused_and_one_that_blocks_waits(void **state)
{
    struct eyelet_error error;
    char text[1001] = { 0 };
    int exit_status;
    unsigned n;
    pid_t pid;

    (void)state;
    memset(text, 'w', 1000);
    caller_open(&(struct eyelet_nano_client_opts){ .frame_max = 4096, .calls_max = 32 });
    n = fill(32);
    assert_in_range(n, 4, 6);
    assert_true(eyelet_line_room(&caller.client->line) < 1100);

    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(5 * MS);
    assert_int_equal(caller_call(300, text, NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_text_has(error.text, "requests of others");
    assert_false(error.may_have_executed);

    faults_reset();
    pid = fork();
    if (pid == 0) { /* answers what came last, and that only when it has come */
        struct live_frame frame;

        for (uint32_t i = 0; i <= n; i++) {
            live_must(live_read_frame(caller.peer, &frame) && frame.id == 2 * i + 1, "a request is missing");
            live_must(frame.len > 1000, "a request is not whole");
            live_frame_clear(&frame);
        }
        caller_say_reply(2 * n + 1, "there is room");
        _exit(0);
    }
    assert_int_equal(caller_call(0, text, NULL, 0, &error), EYELET_OK);
    assert_int_equal(waitpid(pid, &exit_status, 0), pid);
    assert_true(WIFEXITED(exit_status) && WEXITSTATUS(exit_status) == 0);
}

static void a_wait_for_room_ends_with_the_connection(void **state)
{
    struct eyelet_error error;
    char text[1001] = { 0 };

    (void)state;
    caller_open(&(struct eyelet_nano_client_opts){ .frame_max = 4096, .calls_max = 32 });
    memset(text, 'w', 1000);
    fill(32);
    caller_hang_up();
    assert_int_equal(caller_call(0, text, NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
}

static void h016_every_byte_of_a_request_may_leave_alone(void **state)
{
    struct live_frame frame;
    size_t len;

    (void)state;
    caller_say_reply(1, "one piece");
    assert_int_equal(caller_call(0, "hello", NULL, 0, NULL), EYELET_OK);
    assert_true(live_read_frame(caller.peer, &frame));
    len = frame.len;
    live_frame_clear(&frame);
    faults_short(FAULT_SENDMSG, 1);
    for (unsigned nth = 1; nth <= len; nth += 3) { /* and the socket is full at each of them */
        uint32_t id = nth / 3 * 2 + 3;

        faults_fail(FAULT_SENDMSG, nth, EAGAIN);
        caller_say_reply(id, "byte by byte");
        assert_int_equal(caller_call(0, "hello", NULL, 0, NULL), EYELET_OK);
        assert_true(live_read_frame(caller.peer, &frame));
        assert_int_equal(frame.id, id);
        assert_true(frame.len >= len - 2); /* the timeout's varint differs */
        assert_memory_equal(frame.data + frame.len - 7, "\x0a\x05hello", 7);
        live_frame_clear(&frame);
        faults_reset();
        faults_short(FAULT_SENDMSG, 1);
    }
}

static void a_request_that_is_answered_early_leaves_whole_before_the_call_returns(void **state)
{
    (void)state;
    faults_short(FAULT_SENDMSG, 5);
    for (unsigned i = 2; i < 9; i++)
        faults_fail(FAULT_SENDMSG, i, EAGAIN);
    caller_say_reply(1, "early");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
}

static void an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline(void **state)
{
    char text[32];

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(5 * MS);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    caller_say_reply(1, "early");
    assert_int_equal(caller_call(700, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "early");
    assert_true(faults_now_ns() >= CALLER_NOW_NS + 700 * MS);
    faults_reset();
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
}

static void an_early_answer_is_kept_when_the_peer_reads_no_more(void **state)
{
    char text[32];

    (void)state;
    faults_fail_always(FAULT_SENDMSG, EPIPE);
    caller_say_reply(1, "early");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "early");
    caller_assert_lost(false, "connection lost: ");
    assert_int_equal(eyelet_nano_client_fd(caller.client), -1);
}

/* --- faults ------------------------------------------------------------------------------------------------------- */

static void every_system_call_of_a_call_may_fail(void **state)
{
    static const struct {
        enum fault_call call;
        int error_number;
        bool may_have_executed;
    } cases[] = {
        { FAULT_SENDMSG, EPIPE, false }, { FAULT_SENDMSG, ENOMEM, false }, { FAULT_POLL, ENOMEM, true },
        { FAULT_POLL, EINVAL, true },    { FAULT_RECV, ECONNRESET, true }, { FAULT_RECV, ENOBUFS, true },
        { FAULT_RECV, ETIMEDOUT, true }, { FAULT_RECV, EPROTO, true },
    };
    struct eyelet_error error;

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        caller_open(&small);
        if (cases[i].call != FAULT_SENDMSG)
            caller_say_reply(1, "not heard");
        faults_reset();
        faults_fail(cases[i].call, 1, cases[i].error_number);
        assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, cases[i].error_number);
        assert_int_equal(error.may_have_executed, cases[i].may_have_executed);
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
        assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, cases[i].error_number);
        assert_false(error.may_have_executed);
        assert_int_equal(faults_count(cases[i].call), 1); /* H011: nothing is tried again */
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
        live_read_to_end(caller.peer);
    }
}

static void h017_interrupts_have_no_effect(void **state)
{
    static const enum fault_call calls[] = { FAULT_SENDMSG, FAULT_POLL, FAULT_RECV };

    (void)state;
    for (uint32_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1; nth <= 5; nth++)
            faults_fail(calls[i], nth, EINTR);
        caller_assert_usable(2 * i + 1);
    }
}

/* --- counters ----------------------------------------------------------------------------------------------------- */

static void counters_count(void **state)
{
    struct eyelet_counters counters;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    caller_say_reply(1, "good");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_say_error(3, EYELET_ABORTED, "bad");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_ABORTED);
    assert_int_equal(caller_call(5, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    caller_say_reply(5, "late");
    caller_say_frame(77, 0, 1, NULL, 0);
    caller_assert_usable(7);
    counters = caller_counters();
    assert_int_equal(counters.connections_open, 1);
    assert_int_equal(counters.connections_opened, 1);
    assert_int_equal(counters.calls_open, 0);
    assert_int_equal(counters.calls_started, 4);
    assert_int_equal(counters.calls_failed, 2);
    assert_int_equal(counters.frames_received, 5);
    assert_int_equal(counters.late_frames, 1);
    assert_int_equal(counters.protocol_errors, 1);
    assert_true(counters.bytes_sent > 4 * 30 && counters.bytes_received > 5 * 10);
    caller_hang_up();
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(caller_counters().connections_open, 0);
    assert_int_equal(caller_counters().frames_received, 5); /* they outlive the connection */
    assert_true(caller_counters().bytes_sent >= counters.bytes_sent);
}

/* --- foreign loops ------------------------------------------------------------------------------------------------ */

static void an_idle_client_waits_for_nothing_but_bytes(void **state)
{
    (void)state;
    assert_true(eyelet_nano_client_fd(caller.client) >= 0);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
}

static void a_lost_client_waits_for_nothing(void **state)
{
    struct eyelet_error error;

    (void)state;
    caller_hang_up();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(eyelet_nano_client_process(caller.client, &error), EYELET_UNAVAILABLE);
        assert_text_has(error.text, "connection lost");
        assert_int_equal(eyelet_nano_client_fd(caller.client), -1);
        assert_int_equal(eyelet_nano_client_events(caller.client), 0);
        assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
    }
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, &error), EYELET_INVALID_ARGUMENT); /* fd:// */
}

static void a_loop_sends_what_did_not_leave_at_once(void **state)
{
    struct eyelet_nano_pending *pending = NULL;
    demo_SayRequest request = demo_SayRequest_init_zero;
    demo_SayReply reply;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN | POLLOUT);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 30000);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    faults_advance_ns(29999 * MS + 1);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 1);
    assert_false(eyelet_nano_pending_is_done(pending));
    faults_advance_ns(MS - 1);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 0);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_true(eyelet_nano_pending_is_done(pending));
    assert_int_equal(demo_echo_say_collect(pending, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
}

static void a_failed_send_is_work_for_the_loop(void **state)
{
    struct eyelet_nano_pending *pending = NULL;
    demo_SayRequest request = demo_SayRequest_init_zero;
    demo_SayReply reply;
    struct eyelet_error error;

    (void)state;
    faults_fail(FAULT_SENDMSG, 1, EPIPE);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 0);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
    assert_int_equal(eyelet_nano_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPIPE);
    assert_int_equal(demo_echo_say_collect(pending, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* Anywhere in the client's memory? */
static bool is_in_memory(const char *needle)
{
    return memmem(caller.memory, caller.size + 1, needle, strlen(needle)) != NULL;
}

static void h124_nothing_of_requests_and_replies_is_left_when_they_are_over(void **state)
{
    const struct eyelet_nano_client_opts opts = { .streams_max = 1, .wipe = true };
    struct demo_echo_chat_stream *chat;

    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        caller_open(&opts);
        faults_fake_clock(CALLER_NOW_NS);
        faults_short(FAULT_RECV, round == 0 ? 0 : 5);
        caller_say_reply(1, "canary-of-the-reply");
        assert_int_equal(caller_call(0, "canary-of-the-request", NULL, 0, NULL), EYELET_OK);
        assert_int_equal(caller_call(10, "canary-in-vain", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
        caller_say_reply(3, "canary-that-is-late");
        caller_say_error(5, EYELET_ABORTED, "canary-of-an-error");
        assert_int_equal(caller_call(0, "canary-again", NULL, 0, NULL), EYELET_ABORTED);
        chat = caller_chat(0);
        assert_int_equal(caller_chat_send(chat, "canary-sent", NULL), EYELET_OK);
        caller_say_data(7, "canary-received");
        caller_say_data(7, "canary-not-taken");
        caller_chat_text(chat, "canary-received");
        caller_assert_usable(9);
        demo_echo_chat_close(chat);
        assert_false(is_in_memory("canary"));
        caller_say_reply(11, "not wiped yet");
        assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
        assert_false(is_in_memory("not wiped yet"));
    }
    eyelet_nano_client_clear(caller.client);
    caller.client = NULL;
    assert_false(is_in_memory("demo.Echo") || is_in_memory("fd://"));
}

static void without_the_option_memory_is_not_wiped(void **state)
{
    (void)state;
    caller_say_reply(1, "canary-of-the-reply");
    assert_int_equal(caller_call(0, "canary-of-the-request", NULL, 0, NULL), EYELET_OK);
    assert_true(is_in_memory("canary-of-the-reply")); /* so that the test above means something */
    assert_true(is_in_memory("canary-of-the-request"));
}

static void h121_the_socket_is_closed_on_exec(void **state)
{
    (void)state;
    assert_int_equal(fcntl(eyelet_nano_client_fd(caller.client), F_GETFD), FD_CLOEXEC);
}

static size_t count_touched(void)
{
    size_t n = 0;

    for (size_t i = 0; i < caller.size + 1; i++)
        n += caller.memory[i] != 0xa5; /* caller_allocate() */
    return n;
}

static void memory_is_touched_as_it_is_needed(void **state)
{
    const struct eyelet_nano_client_opts opts = { .calls_max = 100, .streams_max = 4 };

    (void)state;
    caller_open(&opts);
    assert_in_range(count_touched(), 1,
                    EYELET_NANO_CLIENT_BASE + EYELET_NANO_CONNECTION_BASE +
                        2 * EYELET_NANO_SLOT_SIZE * (opts.calls_max + opts.streams_max));
    caller_assert_usable(1);
    assert_in_range(count_touched(), 1,
                    EYELET_NANO_CLIENT_BASE + EYELET_NANO_CONNECTION_BASE + EYELET_NANO_CALL_BASE + 200 +
                        2 * EYELET_NANO_SLOT_SIZE * (opts.calls_max + opts.streams_max));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(options_that_make_no_sense_are_refused),
        TEST(memory_is_touched_as_it_is_needed),
        TEST(memory_that_is_too_small_is_refused_at_any_alignment),
        TEST(every_size_of_a_table_and_a_frame_fits_into_its_memory),
        TEST(a_failing_system_call_at_the_start_leaves_nothing_open),
        TEST(a_call_sends_its_request_and_gives_back_the_reply),
        TEST(a_call_costs_three_system_calls),
        TEST(every_status_of_the_peer_comes_through),
        TEST(details_of_an_error_are_kept),
        TEST(metadata_travels_or_is_refused),
        TEST(a_request_that_cannot_be_encoded_is_not_sent),
        TEST(a_request_over_the_limit_is_not_sent),
        TEST(h047_ids_end_before_they_wrap),
        TEST(h047_those_in_flight_go_on_when_ids_are_used_up),
        TEST(h004_silence_ends_at_the_deadline_and_the_late_answer_is_dropped),
        TEST(every_call_has_a_deadline_of_its_own_or_the_clients_or_30_s),
        TEST(an_answer_that_is_cut_by_the_deadline_is_passed_over_when_the_rest_comes),
        TEST(a_request_of_which_nothing_has_left_at_its_deadline_never_does),
        TEST(a_request_that_was_begun_is_finished_after_its_deadline),
        TEST(a_started_call_without_room_is_refused_and_one_that_blocks_waits),
        TEST(a_wait_for_room_ends_with_the_connection),
        TEST(h016_every_byte_of_a_request_may_leave_alone),
        TEST(a_request_that_is_answered_early_leaves_whole_before_the_call_returns),
        TEST(an_early_answer_is_kept_when_the_peer_takes_no_more_until_the_deadline),
        TEST(an_early_answer_is_kept_when_the_peer_reads_no_more),
        TEST(every_system_call_of_a_call_may_fail),
        TEST(h017_interrupts_have_no_effect),
        TEST(counters_count),
        TEST(an_idle_client_waits_for_nothing_but_bytes),
        TEST(a_lost_client_waits_for_nothing),
        TEST(a_loop_sends_what_did_not_leave_at_once),
        TEST(a_failed_send_is_work_for_the_loop),
        TEST(h124_nothing_of_requests_and_replies_is_left_when_they_are_over),
        TEST(without_the_option_memory_is_not_wiped),
        TEST(h121_the_socket_is_closed_on_exec),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
