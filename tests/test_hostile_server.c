/*
 * What peers can do to the memory that a server may buffer in, and what they get. Beside each of them there is a
 * healthy connection that must not notice. What hostile peers do else is in conformance/.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "support/folder.h"
#include "support/live_server.h"

#define FRAME_MAX 8192

static struct live_server live;
static int healthy;
static uint32_t healthy_id;
static int hostile;

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->text = request->text;
    if (strcmp(request->text, "large") == 0) {
        reply->text = eyelet_call_alloc(call, FRAME_MAX / 2 + 1);
        live_must(reply->text != NULL, "no memory for a large reply");
        memset(reply->text, 'l', FRAME_MAX / 2);
    }
    return EYELET_OK;
}

static const struct demo_echo_handlers handlers = { .say = say };

static void start(const struct eyelet_server_opts *opts)
{
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_server *server = NULL;

    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_server_open(text, opts, &server, NULL), EYELET_OK);
    assert_int_equal(demo_echo_add(server, &handlers, NULL), EYELET_OK);
    live_server_start(&live, server);
    healthy = live_connect(folder_path("server"));
    healthy_id = 1;
    hostile = live_connect(folder_path("server"));
}

static void put_say(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void assert_answer_on(int fd, uint32_t id, int code, const char *text_part)
{
    struct live_reply reply;

    assert_true(live_read_reply(fd, &reply));
    if (reply.id != id || reply.code != code)
        fail_msg("id %u, code %d (%s), not id %u, code %d", reply.id, reply.code, reply.text, id, code);
    assert_text_has(reply.text, text_part);
    live_reply_clear(&reply);
}

static void assert_answer(uint32_t id, int code, const char *text_part)
{
    assert_answer_on(hostile, id, code, text_part);
}

static void assert_served_on(int fd, uint32_t id)
{
    struct wire wire = { 0 };

    put_say(&wire, id, "hello");
    live_send_wire(fd, &wire);
    assert_answer_on(fd, id, EYELET_OK, "");
}

/* The other connection is served as ever. */
static void assert_others_live(void)
{
    assert_served_on(healthy, healthy_id);
    healthy_id += 2;
}

/* The hostile connection lives, and is in step. */
static void assert_keeps(uint32_t next_id)
{
    assert_served_on(hostile, next_id);
    assert_others_live();
}

static void stop(void)
{
    close(healthy);
    close(hostile);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static void send_bytes(const void *data, size_t len)
{
    assert_true(live_send(hostile, (struct eyelet_slice){ data, len }));
}

static char *long_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

static void buffer_max_refuses_what_outgrows_it_and_nobody_else(void **state)
{
    const struct eyelet_server_opts opts = { .buffer_max = 450000, .frame_max = 410000 };
    struct wire first = { 0 }, second = { 0 };
    char *text = long_text(100000), *longer = long_text(400000);
    int other;

    (void)state;
    start(&opts);
    other = live_connect(folder_path("server"));
    put_say(&first, 1, text);
    put_say(&second, 1, longer);
    send_bytes(first.bytes, 90000);
    assert_others_live(); /* the unfinished one is read, and held */
    assert_true(live_send(other, (struct eyelet_slice){ second.bytes, 390000 }));
    assert_answer_on(other, 1, EYELET_RESOURCE_EXHAUSTED, "no room");
    send_bytes(first.bytes + 90000, first.len - 90000); /* who held less loses nothing */
    assert_answer(1, EYELET_OK, "");
    assert_true(live_send(other, (struct eyelet_slice){ second.bytes + 390000, second.len - 390000 }));
    assert_served_on(other, 3);
    assert_others_live();
    close(other);
    wire_clear(&first);
    wire_clear(&second);
    free(text);
    free(longer);
    stop();
}

static unsigned count_hung_up(const int *fds, unsigned n)
{
    unsigned n_hung_up = 0;

    for (unsigned i = 0; i < n; i++) {
        struct pollfd one = { .fd = fds[i] };

        n_hung_up += ppoll(&one, 1, &(struct timespec){ 0 }, NULL) == 1 && (one.revents & POLLHUP) != 0;
    }
    return n_hung_up;
}

static void h104_slow_readers_that_hold_all_the_memory_are_those_who_lose_it(void **state)
{
    const struct eyelet_server_opts opts = {
        .frame_max = FRAME_MAX,
        .buffer_max = 1 << 20,
        .write_stall_ms = 10 * LIVE_PATIENCE_MS, /* nobody is closed for being slow */
    };
    struct wire wire = { 0 };
    int fds[8];

    (void)state;
    start(&opts);
    for (uint32_t i = 0; i < 400; i++) /* 1.6 MB of answers, and refusals when there is no room for more */
        put_say(&wire, 2 * i + 1, "large");
    for (unsigned round = 0; round < 2; round++) { /* what they held is there again */
        for (unsigned i = 0; i < 8; i++) {
            fds[i] = live_connect(folder_path("server"));
            assert_true(live_send(fds[i], wire_slice(&wire)));
            assert_others_live();
        }
        while (count_hung_up(fds, 8) < 6)
            assert_others_live();
        assert_served_on(hostile, 2 * round + 1);
        for (unsigned i = 0; i < 8; i++)
            close(fds[i]);
    }
    wire_clear(&wire);
    stop();
}

static void h015_pipelined_calls_beside_slow_readers_are_all_answered(void **state)
{
    const struct eyelet_server_opts opts = { .frame_max = FRAME_MAX, .buffer_max = 2 << 20 };
    struct wire slow = { 0 }, wire = { 0 };
    const uint32_t n = 3000;
    size_t sent = 0;
    int fds[4];

    (void)state;
    start(&opts);
    for (uint32_t i = 0; i < 400; i++)
        put_say(&slow, 2 * i + 1, "large");
    for (unsigned i = 0; i < 4; i++) {
        fds[i] = live_connect(folder_path("server"));
        assert_true(live_send(fds[i], wire_slice(&slow)));
    }
    for (uint32_t i = 0; i < n; i++)
        put_say(&wire, 2 * i + 1, "one of thousands");
    for (uint32_t i = 0; i < n; i++) { /* as many in flight as the socket takes, with frames cut anywhere */
        while (sent < wire.len) {
            ssize_t some = send(hostile, wire.bytes + sent, wire.len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

            if (some <= 0)
                break;
            sent += (size_t)some;
        }
        assert_answer(2 * i + 1, EYELET_OK, "");
    }
    assert_keeps(2 * n + 1);
    for (unsigned i = 0; i < 4; i++)
        close(fds[i]);
    wire_clear(&slow);
    wire_clear(&wire);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(buffer_max_refuses_what_outgrows_it_and_nobody_else),
        TEST(h104_slow_readers_that_hold_all_the_memory_are_those_who_lose_it),
        TEST(h015_pipelined_calls_beside_slow_readers_are_all_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
