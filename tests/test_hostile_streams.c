/*
 * HOSTILE.md's numbers about streams and deferred calls that take more than their share, and what others on the same
 * server, and on the same connection, notice of it.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"

#define TEXT_LEN   500
#define AHEAD      500    /* messages: more than a socket holds of them, and less than a socket and the queue do */
#define FRAMES_MAX 20000u /* an answer is behind what was queued before it, and not behind a whole stream */

static atomic_uint n_sent;

/* Sends for ever. */
static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    static char text[TEXT_LEN + 1];
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    enum eyelet_status status;

    (void)userdata;
    memset(text, 'x', TEXT_LEN);
    reply.text = text;
    do {
        status = demo_echo_chat_call_send(call, &reply);
        n_sent++;
    } while (status == EYELET_OK);
    return status;
}

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

/* A peer that is always behind: whenever it reads, more waits for it than its socket holds. */
static bool read_slowly_until(int fd, uint32_t id, unsigned *n_read)
{
    struct live_frame frame;
    bool is_it = false;

    for (unsigned n = 0; n < FRAMES_MAX && !is_it; n++) {
        while (n_sent < *n_read + AHEAD)
            sched_yield();
        live_must(live_read_frame(fd, &frame), "the connection has ended");
        is_it = frame.id == id;
        *n_read += !is_it;
        live_frame_clear(&frame);
    }
    return is_it;
}

static void h095_a_stream_whose_reader_is_slow_does_not_hold_up_calls_beside_it(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 4 };
    const struct demo_echo_handlers handlers = { .say = say, .chat = chat };
    struct wire wire = { 0 };
    unsigned n_read = 0;
    int fd;

    (void)state;
    n_sent = 0;
    echo_start(&opts, &handlers, NULL);
    fd = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    live_send_wire(fd, &wire);
    for (uint32_t id = 3; id < 9; id += 2) {
        echo_say(fd, id, "and I?");
        assert_true(read_slowly_until(fd, id, &n_read));
    }
    close(fd);
    assert_int_equal(echo_stop(), EYELET_OK);
}

/* --- deferred calls ----------------------------------------------------------------------------------------------- */

#define LONG_LEN (256u << 10)

/* The owner of a deferred call lets it go as soon as it hears that nobody waits. */
static void let_go(enum eyelet_status why, void *userdata)
{
    struct eyelet_call *call = userdata;

    eyelet_call_on_cancel(call, NULL, NULL);
    eyelet_call_complete(call, why);
}

/* Long ones are for ever. */
static enum eyelet_status keep_long_ones(struct eyelet_call *call, const Demo__SayRequest *request,
                                         Demo__SayReply *reply, void *userdata)
{
    (void)userdata;
    if (strlen(request->text) < LONG_LEN) {
        reply->text = request->text;
        return EYELET_OK;
    }
    (void)eyelet_call_defer(call);
    eyelet_call_on_cancel(call, let_go, call);
    return EYELET_OK;
}

static void h103_deferred_calls_that_hold_all_the_memory_are_those_that_end(void **state)
{
    const struct eyelet_server_opts opts = {
        .threads = 2, .frame_max = 1 << 20, .buffer_max = 4 << 20, .connection_buffer_max = 4 << 20
    };
    const struct demo_echo_handlers handlers = { .say = keep_long_ones };
    char *text = calloc(LONG_LEN + 1, 1);
    int hostile, healthy;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG_LEN);
    echo_start(&opts, &handlers, NULL);
    hostile = echo_connect();
    healthy = echo_connect();
    for (uint32_t id = 1; id < 32; id += 2) { /* each is there twice, as it came and unpacked */
        echo_say(hostile, id, text);
        echo_say(healthy, id, "and I?");
        echo_expect_reply(healthy, id, "and I?");
    }
    for (unsigned n = 0; n < 7; n++) {
        struct live_reply reply;

        assert_true(live_read_reply(hostile, &reply));
        assert_int_equal(reply.code, EYELET_RESOURCE_EXHAUSTED);
        live_reply_clear(&reply);
    }
    close(hostile);
    echo_expect_served(healthy, 101);
    close(healthy);
    assert_int_equal(echo_stop(), EYELET_OK); /* which waits until every deferred call was completed */
    free(text);
}

static void h103_deferred_calls_that_keep_much_do_not_stop_their_connection(void **state)
{
    const struct eyelet_server_opts opts = {
        .threads = 2, .frame_max = 1 << 20, .buffer_max = 64 << 20, .connection_buffer_max = 2 << 20
    };
    const struct demo_echo_handlers handlers = { .say = keep_long_ones };
    char *text = calloc(LONG_LEN + 1, 1);
    unsigned n_refused = 0;
    bool has_answer = false;
    struct live_reply reply;
    int fd;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG_LEN);
    echo_start(&opts, &handlers, NULL);
    fd = echo_connect();
    for (uint32_t id = 1; id < 40; id += 2) /* each is there twice: 20 are five times what may be kept */
        echo_say(fd, id, text);
    echo_say(fd, 41, "and I?");
    do { /* beside them, a short one is answered, and what is too much is refused */
        assert_true(live_read_reply(fd, &reply));
        n_refused += reply.id != 41;
        assert_int_equal(reply.code, reply.id == 41 ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED);
        has_answer |= reply.id == 41;
        live_reply_clear(&reply);
    } while (!has_answer || n_refused < 12);
    close(fd);
    assert_int_equal(echo_stop(), EYELET_OK);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h095_a_stream_whose_reader_is_slow_does_not_hold_up_calls_beside_it),
        TEST(h103_deferred_calls_that_hold_all_the_memory_are_those_that_end),
        TEST(h103_deferred_calls_that_keep_much_do_not_stop_their_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
