/*
 * The main library's client beyond conformance/client_*.c: large frames, no memory, many threads.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/live.h"

#define MIB (1u << 20)

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

/* --- frames that do not belong ------------------------------------------------------------------------------------ */

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

/* The peer reads what there is, and the client goes on sending, until @len bytes have come. */
static void hear_slowly(uint8_t *room, size_t len)
{
    size_t got = 0;
    ssize_t n;

    while (got < len) {
        n = recv(peer, room + got, len - got, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
        assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    }
}

static void a_request_is_the_programs_again_when_its_call_is_over(void **state)
{
    const size_t text_len = 2 * MIB;
    char *text = malloc(text_len + 1);
    uint8_t *got = malloc(text_len), head[WIRE_HEAD_LEN];
    struct eyelet_error error;
    size_t len;

    (void)state;
    assert_non_null(text);
    assert_non_null(got);
    memset(text, 'x', text_len);
    text[text_len] = '\0';
    faults_fake_clock(EYELET_NS_PER_S);
    assert_int_equal(call_with(NULL, text, NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed); /* it has begun to leave */
    free(text);                           /* the address sanitizer minds whoever reads it now */

    assert_true(live_read(peer, head, sizeof(head)));
    len = eyelet_get_be32(head) - text_len; /* of all that comes before the text */
    assert_true(len < 100);
    assert_true(live_read(peer, got, len));
    hear_slowly(got, text_len);
    for (size_t i = 0; i < text_len; i++)
        assert_int_equal(got[i], 'x');
    free(got);
    assert_usable(3);
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
    static const enum fault_call calls[] = { FAULT_ALLOC, FAULT_EVENTFD };
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
    assert_true(n_failed >= 3);
    close(pair[0]);
    close(pair[1]);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h064_a_status_message_of_4_mib_is_cut_and_escaped),
        TEST(h115_large_answers_to_every_call_and_to_none_are_bounded),
        TEST(h111_every_allocation_of_a_call_may_fail),
        TEST(a_request_is_the_programs_again_when_its_call_is_over),
        TEST(a_reply_there_is_no_memory_for_leaves_the_client_usable),
        TEST(open_fails_cleanly_whatever_fails),
        TEST(many_threads_share_one_client),
        TEST(a_deadline_ends_a_call_while_another_thread_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
