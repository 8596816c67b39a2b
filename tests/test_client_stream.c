/*
 * Streams of the main library's client beyond conformance/client_streams.c: its own limits, its end, no memory.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "rpc/inbox.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

#define NOW_NS CALLER_NOW_NS
#define MIB    (1u << 20)

static struct demo_echo_chat_stream *open_chat(const struct eyelet_call_opts *opts)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_error error;

    if (demo_echo_chat_open(caller.client, opts, &chat, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return chat;
}

static struct demo_echo_count_stream *open_count(const struct eyelet_call_opts *opts)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *count = NULL;
    struct eyelet_error error;

    request.limit = 5;
    if (demo_echo_count_open(caller.client, opts, &request, &count, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return count;
}

static enum eyelet_status send_text(struct demo_echo_chat_stream *chat, const char *text, struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)text;
    return demo_echo_chat_send(chat, &request, reterr);
}

static void assert_text(struct demo_echo_chat_stream *chat, const char *text)
{
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    if (demo_echo_chat_recv(chat, &reply, &error) != EYELET_GOT_MESSAGE)
        fail_msg("there is no message \"%s\"", text);
    assert_string_equal(reply->text, text);
    demo__say_reply__free_unpacked(reply, NULL);
}

static void assert_failed(struct demo_echo_chat_stream *chat, enum eyelet_status status, const char *why)
{
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    for (unsigned i = 0; i < 2; i++) { /* and so for ever */
        assert_int_equal(demo_echo_chat_recv(chat, &reply, &error), EYELET_GOT_ERROR);
        assert_null(reply);
        assert_int_equal(error.status, status);
        assert_text_has(error.text, why);
    }
    assert_int_equal(send_text(chat, "x", &error), status);
    assert_int_equal(error.status, status);
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static char *large_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static void put_many(struct wire *wire, uint32_t id, unsigned n, const char *text)
{
    for (unsigned i = 0; i < n; i++)
        caller_put_data(wire, id, text);
}

/* A call that waits in vain for @ms, and reads for others meanwhile. */
static void wait_in_vain(uint32_t ms)
{
    assert_int_equal(caller_call(ms, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
}

static void h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other(void **state)
{
    struct demo_echo_chat_stream *full, *nearly;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    full = open_chat(NULL);
    nearly = open_chat(NULL);
    put_many(&wire, 1, EYELET_STREAM_MESSAGES_MAX + 1, "a");
    put_many(&wire, 3, EYELET_STREAM_MESSAGES_MAX, "b");
    caller_say(&wire);
    wait_in_vain(999);
    assert_text(full, "a"); /* in time, and there is a second again for what is over the limit still: nothing */
    caller_say_data(1, "one more than it may");
    wait_in_vain(1500);
    assert_failed(full, EYELET_RESOURCE_EXHAUSTED, "65 messages");
    for (unsigned i = 0; i < EYELET_STREAM_MESSAGES_MAX; i++)
        assert_text(nearly, "b");
    demo_echo_chat_close(full);
    demo_echo_chat_close(nearly);
    caller_assert_usable(9);
}

static void h095_taking_one_a_second_keeps_a_full_stream_alive(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    chat = open_chat(NULL);
    put_many(&wire, 1, EYELET_STREAM_MESSAGES_MAX + 10, "a");
    caller_say(&wire);
    for (unsigned i = 0; i < 10; i++) {
        wait_in_vain(900);
        assert_text(chat, "a");
    }
    wait_in_vain(2000);
    for (unsigned i = 0; i < EYELET_STREAM_MESSAGES_MAX; i++)
        assert_text(chat, "a");
    demo_echo_chat_close(chat);
}

static void h095_limits_are_the_clients_options(void **state)
{
    const struct eyelet_client_opts opts = { .stream_messages_max = 2, .stream_bytes_max = 10 };
    struct demo_echo_chat_stream *by_number, *by_length;

    (void)state;
    caller_open(&opts);
    faults_fake_clock(NOW_NS);
    by_number = open_chat(NULL);
    by_length = open_chat(NULL);
    caller_say_data(1, "");
    caller_say_data(1, "");
    caller_say_data(3, "nine bytes");
    wait_in_vain(2000);
    assert_text(by_number, "");
    assert_failed(by_length, EYELET_RESOURCE_EXHAUSTED, "12 bytes");
    demo_echo_chat_close(by_number);
    demo_echo_chat_close(by_length);
}

static void h095_a_flood_is_not_read_on_until_its_stream_is_over(void **state)
{
    char *text = large_text(MIB), got[32];
    struct demo_echo_chat_stream *chat;
    struct eyelet_counters counters;
    struct wire wire = { 0 };
    pid_t pid;

    (void)state;
    put_many(&wire, 1, 40, text);
    caller_put_reply(&wire, 3, "behind the flood");
    chat = open_chat(NULL);
    pid = fork();
    if (pid == 0) {
        live_send(caller.peer, wire_slice(&wire));
        _exit(0);
    }
    assert_int_equal(caller_call(0, "x", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "behind the flood");
    assert_failed(chat, EYELET_RESOURCE_EXHAUSTED, "messages");
    eyelet_client_get_counters(caller.client, &counters);
    assert_true(counters.late_frames > 20); /* what came after 16 MiB was not kept */
    reap(pid);
    demo_echo_chat_close(chat);
    wire_clear(&wire);
    free(text);
}

static unsigned n_told;

/* What a started call's function does: without it the call that waits would have no reply. */
static void reply_to_another(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error,
                             void *userdata)
{
    const uint32_t *other_id = userdata;
    struct wire wire = { 0 };

    (void)error;
    live_must(status == EYELET_OK, "the started call fails");
    n_told++;
    demo__say_reply__free_unpacked(reply, NULL);
    caller_put_reply(&wire, *other_id, "told");
    caller_say(&wire);
}

static bool is_reading(void)
{
    return (eyelet_client_events(caller.client) & POLLIN) != 0;
}

#define HELD_MAX (16u << 20)
#define COST     (EYELET_INBOX_MESSAGE_COST + 4) /* beside a message's text */
#define SHORT    2000u

/* The peer says @n of these, and a reply to @id if that is not 0; all of it is read. */
static void flood(unsigned n, const char *text, uint32_t id)
{
    struct wire wire = { 0 };

    put_many(&wire, 1, n, text);
    if (id != 0)
        caller_put_reply(&wire, id, "cut off");
    caller_say(&wire);
    wait_in_vain(1);
}

/* So much that no more is taken, with the reply to call 3 in the last piece that was read. Return: calls it took. */
static uint32_t stuff(const char *text)
{
    const size_t len = strlen(text);
    size_t left = HELD_MAX;
    uint32_t n = 0;

    for (; left > len + COST + 5 * SHORT; left -= len + COST, n++)
        flood(1, text, 0);
    flood(1, text + len - (left - 4 * SHORT - COST), 0);
    assert_true(is_reading());
    flood(10, text + len - SHORT, 3);
    assert_false(is_reading());
    return n + 2;
}

static void what_was_cut_off_is_told_before_anything_is_waited_for(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    char *text = large_text(100000), got[32];
    struct demo_echo_chat_stream *chat;
    uint32_t other_id = 0;

    (void)state;
    n_told = 0;
    faults_fake_clock(NOW_NS);
    request.text = (char *)"x";
    chat = open_chat(NULL);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, reply_to_another, &other_id, NULL, NULL),
                     EYELET_OK);
    other_id = 5 + 2 * stuff(text);
    assert_int_equal(n_told, 0);
    assert_text(chat, text);
    assert_true(is_reading());
    assert_int_equal(caller_call(500, "x", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "told");
    demo_echo_chat_close(chat);
    free(text);
}

/* --- lost connections --------------------------------------------------------------------------------------------- */

static void h119_a_stream_outlives_its_client_and_fails(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct demo_echo_count_stream *count = open_count(NULL);

    (void)state;
    caller_say_data(1, "not looked at");
    caller.client = eyelet_client_close(caller.client);
    assert_failed(chat, EYELET_CANCELLED, "closed");
    demo_echo_chat_cancel(chat);
    demo_echo_chat_close(chat);
    demo_echo_count_close(count);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* A whole conversation. Return: whether all of it went well. */
static bool converse(void)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;
    bool is_well;

    if (demo_echo_chat_open(caller.client, NULL, &chat, NULL) != EYELET_OK)
        return false;
    is_well = send_text(chat, "hello", NULL) == EYELET_OK && demo_echo_chat_end(chat, NULL) == EYELET_OK;
    while (is_well && demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_MESSAGE)
        demo__say_reply__free_unpacked(reply, NULL);
    is_well = is_well && demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_END;
    demo_echo_chat_close(chat);
    return is_well;
}

static void h111_every_allocation_of_a_stream_may_fail(void **state)
{
    unsigned n_failed = 0;

    (void)state;
    for (unsigned nth = 1;; nth++) {
        bool is_well, has_failed;

        caller_open(NULL);
        caller_say_data(1, "one");
        caller_say_data(1, "two");
        caller_say_end(1);
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        is_well = converse();
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        if (!has_failed) {
            assert_true(is_well);
            break;
        }
        n_failed += !is_well;
    }
    assert_true(n_failed >= 4); /* the stream, its timer, room to write, messages */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other),
        TEST(h095_taking_one_a_second_keeps_a_full_stream_alive),
        TEST(h095_limits_are_the_clients_options),
        TEST(h095_a_flood_is_not_read_on_until_its_stream_is_over),
        TEST(what_was_cut_off_is_told_before_anything_is_waited_for),
        TEST(h119_a_stream_outlives_its_client_and_fails),
        TEST(h111_every_allocation_of_a_stream_may_fail),
    };

    return cmocka_run_group_tests_name("client_stream", tests, NULL, NULL);
}
