/*
 * A client of one library and the server of one, in a process of its own: usage: combinations SERVER, which is a
 * program that server.c was made into. What either does by itself is in the files beside this folder; here it is that
 * they agree.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/address.h>

#include "conformance/client.h"
#include "support/folder.h"
#include "support/live.h"

static const char *server_program;
static char address[EYELET_ADDRESS_TEXT_MAX];
static pid_t server;

static void start_server(void)
{
    server = fork();
    live_must(server >= 0, "no process for a server");
    if (server > 0)
        return;
    execl(server_program, server_program, address, NULL);
    _exit(127);
}

static void stop_server(void)
{
    int status;

    assert_int_equal(kill(server, SIGTERM), 0);
    assert_int_equal(waitpid(server, &status, 0), server);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int setup(void **state)
{
    const struct client_opts opts = { .reconnect = true };
    struct eyelet_address parts;
    struct eyelet_error error;

    if (folder_setup(state) < 0)
        return -1;
    parts = folder_address("server");
    eyelet_address_format(&parts, address, sizeof(address));
    start_server();
    if (client_open(address, &opts, &error) == EYELET_OK)
        return 0;
    print_error("%s\n", error.text);
    return -1;
}

static int teardown(void **state)
{
    client_close();
    stop_server();
    return folder_teardown(state);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void assert_echoed(const char *text)
{
    static char got[CLIENT_TEXT_MAX + 1];
    struct eyelet_error error;

    if (client_say(NULL, text, got, sizeof(got), &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_string_equal(got, text);
}

static void calls_are_answered(void **state)
{
    char text[32];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "call %u", i);
        assert_echoed(text);
    }
    assert_echoed("\xe2\x82\xac and \xf0\x9f\x8e\x89, \x01 and \x7f");
}

static void messages_are_empty_or_as_long_as_they_may_be(void **state)
{
    char *text = malloc(CLIENT_TEXT_MAX + 1), got[8] = "?";

    (void)state;
    assert_non_null(text);
    memset(text, 'm', CLIENT_TEXT_MAX);
    text[CLIENT_TEXT_MAX] = '\0';
    assert_echoed(text);
    free(text);
    assert_int_equal(client_say(NULL, "nothing", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "");
}

static void assert_detail(const struct eyelet_error *error)
{
    struct eyelet_slice url, value;
    size_t cursor = 0;

    assert_true(eyelet_error_next_detail(error, &cursor, &url, &value));
    assert_int_equal(url.len, strlen("type.googleapis.com/demo.Reason"));
    assert_memory_equal(url.data, "type.googleapis.com/demo.Reason", url.len);
    assert_int_equal(value.len, 3);
    assert_memory_equal(value.data, "why", 3);
    assert_false(eyelet_error_next_detail(error, &cursor, &url, &value));
}

static void errors_come_with_text_and_details(void **state)
{
    struct eyelet_error error;
    char text[16];

    (void)state;
    for (int code = 1; code <= EYELET_STATUS_MAX; code++) {
        snprintf(text, sizeof(text), "fail %d", code);
        assert_int_equal(client_say(NULL, text, NULL, 0, &error), code);
        assert_true(error.is_remote);
        assert_string_equal(error.text, text);
        assert_detail(&error);
    }
    assert_int_equal(client_say(NULL, "", NULL, 0, &error), EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "text is empty");
    assert_detail(&error);
    assert_echoed("and on");
}

static void metadata_and_time_travel(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "X-Key", "one" }, { "other", "" }, { "x-key", "two" } };
    const struct eyelet_call_opts opts = { .timeout_ms = 25000, .metadata = metadata, .n_metadata = 3 };
    char got[64];

    (void)state;
    assert_int_equal(client_say(&opts, "describe", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "x-key=one;other=;x-key=two;25 s");
}

static void a_deadline_ends_a_call_at_both_ends(void **state)
{
    const struct eyelet_call_opts soon = { .timeout_ms = 50 };
    struct eyelet_error error;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(client_say(&soon, "work", NULL, 0, &error), EYELET_DEADLINE_EXCEEDED);
        assert_echoed("the handler has noticed");
    }
}

static void a_call_is_cancelled(void **state)
{
    const struct eyelet_call_opts soon = { .timeout_ms = 100 };
    struct client_pending *pending = NULL;
    char got[32];

    (void)state;
    assert_int_equal(client_start(&soon, "work", NULL, NULL, &pending, NULL), EYELET_OK);
    client_cancel(pending);
    assert_int_equal(client_collect(pending, got, sizeof(got), NULL), EYELET_CANCELLED);
    assert_echoed("and on");
}

static void calls_in_flight_are_collected_in_any_order(void **state)
{
    struct client_pending *pending[8];
    char text[8][16], got[16];

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        snprintf(text[i], sizeof(text[i]), "number %u", i);
        assert_int_equal(client_start(NULL, text[i], NULL, NULL, &pending[i], NULL), EYELET_OK);
    }
    for (unsigned i = 8; i-- > 0;) {
        assert_int_equal(client_collect(pending[i], got, sizeof(got), NULL), EYELET_OK);
        assert_string_equal(got, text[i]);
    }
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static struct client_stream *open_stream(enum client_method method, int64_t limit)
{
    struct client_stream *stream = NULL;
    struct eyelet_error error;

    if (client_stream_open(method, NULL, limit, &stream, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return stream;
}

static void a_stream_of_replies(void **state)
{
    struct client_stream *count = open_stream(CLIENT_COUNT, 5000);
    struct eyelet_error error;
    int64_t number;

    (void)state;
    for (int64_t i = 1; i <= 5000; i++) {
        assert_int_equal(client_stream_recv_number(count, &number, NULL), EYELET_GOT_MESSAGE);
        assert_int_equal(number, i);
    }
    assert_int_equal(client_stream_recv_number(count, &number, NULL), EYELET_GOT_END);
    client_stream_close(count);

    count = open_stream(CLIENT_COUNT, 0);
    assert_int_equal(client_stream_recv_number(count, &number, NULL), EYELET_GOT_END);
    client_stream_close(count);

    count = open_stream(CLIENT_COUNT, -1);
    assert_int_equal(client_stream_recv_number(count, &number, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_OUT_OF_RANGE);
    assert_detail(&error);
    client_stream_close(count);
}

static void a_stream_of_requests(void **state)
{
    struct client_stream *sum = open_stream(CLIENT_SUM, 0);
    int64_t total, n;

    (void)state;
    for (int64_t i = 0; i < 5000; i++) /* the first is an empty message */
        assert_int_equal(client_stream_send_number(sum, i % 2 == 0 ? i : -i, NULL), EYELET_OK);
    assert_int_equal(client_stream_end(sum, NULL), EYELET_OK);
    assert_int_equal(client_stream_recv_sum(sum, &total, &n, NULL), EYELET_GOT_MESSAGE);
    assert_int_equal(total, -2500);
    assert_int_equal(n, 5000);
    assert_int_equal(client_stream_recv_sum(sum, &total, &n, NULL), EYELET_GOT_END);
    client_stream_close(sum);
}

static void assert_text(struct client_stream *chat, const char *text)
{
    static char got[CLIENT_TEXT_MAX + 1];

    assert_int_equal(client_stream_recv_text(chat, got, sizeof(got), NULL), EYELET_GOT_MESSAGE);
    assert_string_equal(got, text);
}

static void a_stream_of_both(void **state)
{
    struct client_stream *chat = open_stream(CLIENT_CHAT, 0);
    char *text = malloc(CLIENT_TEXT_MAX + 1), short_text[32];

    (void)state;
    assert_non_null(text);
    memset(text, 'm', CLIENT_TEXT_MAX);
    text[CLIENT_TEXT_MAX] = '\0';
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(short_text, sizeof(short_text), "message %u", i);
        assert_int_equal(client_stream_send_text(chat, short_text, NULL), EYELET_OK);
        assert_text(chat, short_text);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(client_stream_send_text(chat, "", NULL), EYELET_OK);
        assert_int_equal(client_stream_send_text(chat, "two ahead", NULL), EYELET_OK);
        assert_text(chat, "");
        assert_int_equal(client_stream_send_text(chat, text, NULL), EYELET_OK);
        assert_text(chat, "two ahead");
        assert_text(chat, text);
    }
    assert_int_equal(client_stream_end(chat, NULL), EYELET_OK);
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, NULL), EYELET_GOT_END);
    client_stream_close(chat);
    free(text);
}

static void a_server_ends_a_stream_early(void **state)
{
    struct client_stream *chat = open_stream(CLIENT_CHAT, 0);
    struct eyelet_error error;

    (void)state;
    assert_int_equal(client_stream_send_text(chat, "good", NULL), EYELET_OK);
    assert_int_equal(client_stream_send_text(chat, "enough", NULL), EYELET_OK);
    assert_text(chat, "good");
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, NULL), EYELET_GOT_END);
    assert_int_equal(client_stream_send_text(chat, "too late", &error), EYELET_OUT_OF_RANGE);
    client_stream_close(chat);

    chat = open_stream(CLIENT_CHAT, 0);
    assert_int_equal(client_stream_send_text(chat, "good", NULL), EYELET_OK);
    assert_int_equal(client_stream_send_text(chat, "bad", NULL), EYELET_OK);
    assert_text(chat, "good");
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_ABORTED);
    assert_string_equal(error.text, "that was bad");
    assert_detail(&error);
    client_stream_close(chat);
    assert_echoed("and on");
}

static void a_deadline_in_mid_stream_ends_it_at_both_ends(void **state)
{
    const struct eyelet_call_opts soon = { .timeout_ms = 100 };
    struct client_stream *chat = NULL;
    struct eyelet_error error;
    char got[8];

    (void)state;
    assert_int_equal(client_stream_open(CLIENT_CHAT, &soon, 0, &chat, NULL), EYELET_OK);
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    client_stream_close(chat);
    assert_int_equal(client_say(NULL, "ended", got, sizeof(got), NULL), EYELET_OK); /* its only thread is back */
    assert_string_equal(got, "1");
}

static void a_cancelled_stream_ends_at_the_server(void **state)
{
    struct client_stream *chat = open_stream(CLIENT_CHAT, 0);
    char got[8];

    (void)state;
    assert_int_equal(client_stream_send_text(chat, "here", NULL), EYELET_OK);
    assert_text(chat, "here");
    client_stream_cancel(chat);
    client_stream_close(chat);
    assert_int_equal(client_say(NULL, "ended", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "1");
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void a_client_finds_its_server_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_echoed("here");
        stop_server();
        start_server();
    }
    assert_echoed("and here");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_are_answered),
        TEST(messages_are_empty_or_as_long_as_they_may_be),
        TEST(errors_come_with_text_and_details),
        TEST(metadata_and_time_travel),
        TEST(a_deadline_ends_a_call_at_both_ends),
        TEST(a_call_is_cancelled),
        TEST(calls_in_flight_are_collected_in_any_order),
        TEST(a_stream_of_replies),
        TEST(a_stream_of_requests),
        TEST(a_stream_of_both),
        TEST(a_server_ends_a_stream_early),
        TEST(a_deadline_in_mid_stream_ends_it_at_both_ends),
        TEST(a_cancelled_stream_ends_at_the_server),
        TEST(a_client_finds_its_server_again),
    };

    if (argc != 2) {
        fprintf(stderr, "usage: %s SERVER\n", argv[0]);
        return 2;
    }
    server_program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
