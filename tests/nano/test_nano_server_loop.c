/*
 * Whose turn it is in a nano server, and who is late, by a clock that moves only where a test says so. The server is
 * processed in the test's own thread; what a peer says was sent before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/nano.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live.h"

#define MS         EYELET_NS_PER_MS
#define START_NS   1000000000000u
#define CANARY     "Canary-of-a-request"
#define TEXT_LARGE 1000
#define RAN_MAX    1000
#define LEFT_MAX   8
#define UNTOUCHED  0xa5

static struct {
    struct eyelet_nano_server *server;
    uint8_t *memory;
    size_t size;
    int fds[3];
    unsigned n_ran;
    char ran[RAN_MAX];            /* first letters of the texts that Say was asked, in the order of its calls */
    unsigned n_canaries[RAN_MAX]; /* in the memory, while each of them ran */
    bool is_answered[RAN_MAX];    /* something lay at the first peer when each of them began */
    unsigned n_sent;
    size_t left[LEFT_MAX]; /* bytes at the first peer once each of these messages was sent */
    unsigned n_received;
    bool is_other_answered;
    enum eyelet_status last_sent;
} loop;

/* --- handlers ----------------------------------------------------------------------------------------------------- */

static unsigned count_in_memory(const char *text)
{
    const uint8_t *at = loop.memory, *end = loop.memory + loop.size;
    unsigned n = 0;

    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        n++;
        at++;
    }
    return n;
}

static void put_text(struct wire *wire, uint32_t id, struct wire_request request, const char *text)
{
    struct wire message = { 0 };

    wire_field_text(&message, 1, text);
    request.payload = wire_slice(&message);
    wire_request(wire, id, &request);
    wire_clear(&message);
}

static void put_say(struct wire *wire, uint32_t id, const char *text)
{
    put_text(wire, id, (struct wire_request){ .service = "demo.Echo", .method = "Say" }, text);
}

static bool has_answer(int fd)
{
    char byte;

    return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static size_t bytes_at(int fd)
{
    int n = 0;

    live_must(ioctl(fd, FIONREAD, &n) == 0, "FIONREAD fails");
    return (size_t)n;
}

/* "slow" takes 10 ms, and brings the second peer the first time; "late" takes 3 s; "stop" stops the server as well. */
static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    struct wire wire = { 0 };

    (void)call;
    (void)userdata;
    assert_true(loop.n_ran < RAN_MAX);
    loop.n_canaries[loop.n_ran] = count_in_memory(CANARY);
    loop.is_answered[loop.n_ran] = loop.fds[0] >= 0 && bytes_at(loop.fds[0]) > 0;
    loop.ran[loop.n_ran++] = request->text[0];
    if (strcmp(request->text, "slow") == 0) {
        faults_advance_ns(10 * MS);
        if (loop.fds[1] < 0) {
            loop.fds[1] = live_connect(folder_path("server"));
            put_say(&wire, 1, "other");
            live_send_wire(loop.fds[1], &wire);
        }
    }
    if (strcmp(request->text, "late") == 0 || strcmp(request->text, "stop") == 0)
        faults_advance_ns(3000 * MS);
    if (strcmp(request->text, "stop") == 0)
        eyelet_nano_server_stop(loop.server);
    if (strcmp(request->text, "large") == 0)
        memset(reply->text, 'x', TEXT_LARGE);
    else
        strcpy(reply->text, request->text);
    return EYELET_OK;
}

/* Each message takes 1 s; with a limit of 1000 the server is stopped meanwhile. */
static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    (void)userdata;
    for (int64_t i = 1; i <= request->limit && loop.last_sent == EYELET_OK; i++) {
        if (i == 1 && request->limit == 1000)
            eyelet_nano_server_stop(loop.server);
        loop.last_sent = demo_echo_count_call_send(call, &(demo_CountReply){ .number = i });
        if (loop.n_sent < LEFT_MAX)
            loop.left[loop.n_sent] = bytes_at(loop.fds[0]);
        faults_advance_ns(1000 * MS);
        loop.n_sent++;
    }
    loop.is_other_answered = has_answer(loop.fds[1]);
    return loop.last_sent;
}

/* A number of 1000 stops the server, and takes 1 s as all that are behind it. */
static enum eyelet_status sum(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata)
{
    const demo_SumRequest *request;
    bool is_slow = false;

    (void)userdata;
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        if (request->number == 1000) {
            is_slow = true;
            eyelet_nano_server_stop(loop.server);
        }
        if (is_slow)
            faults_advance_ns(1000 * MS);
        loop.n_received += is_slow;
    }
    return EYELET_OK;
}

static const struct demo_echo_handlers handlers = { .say = say, .count = count, .sum = sum };

static enum eyelet_status handle_say(struct eyelet_nano_call *call, const void *typed, const void *request, void *reply,
                                     void *userdata)
{
    (void)typed;
    return say(call, request, reply, userdata);
}

/* Say twice; the answer of one of them may be much longer. */
static const struct eyelet_nano_method order_methods[] = {
    { "Large", demo_SayRequest_fields, demo_SayReply_fields, sizeof(demo_SayRequest), sizeof(demo_SayReply), 12000,
      EYELET_UNARY, handle_say },
    { "Small", demo_SayRequest_fields, demo_SayReply_fields, sizeof(demo_SayRequest), sizeof(demo_SayReply),
      demo_SayReply_size, EYELET_UNARY, handle_say },
};
static const struct eyelet_nano_service order_service = { "demo.Order", order_methods, 2 };

/* --- life --------------------------------------------------------------------------------------------------------- */

static int setup(void **state)
{
    loop.server = NULL;
    loop.memory = NULL;
    loop.fds[0] = loop.fds[1] = loop.fds[2] = -1;
    loop.n_ran = loop.n_sent = loop.n_received = 0;
    loop.is_other_answered = false;
    loop.last_sent = EYELET_OK;
    return folder_setup(state);
}

static int teardown(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        if (loop.fds[i] >= 0)
            close(loop.fds[i]);
    }
    eyelet_nano_server_clear(loop.server);
    free(loop.memory);
    return folder_teardown(state);
}

static void start(struct eyelet_nano_server_opts opts)
{
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];

    faults_fake_clock(START_NS);
    opts.message_size = DEMO_ECHO_MESSAGE_SIZE;
    loop.size = EYELET_NANO_SERVER_SIZE(opts.connections_max, opts.calls_max, opts.frame_max, opts.message_size);
    loop.memory = malloc(loop.size);
    assert_non_null(loop.memory);
    memset(loop.memory, UNTOUCHED, loop.size); /* nothing may count on zeroes */
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_nano_server_init(text, &opts, loop.memory, loop.size, &loop.server, NULL), EYELET_OK);
    assert_int_equal(demo_echo_add(loop.server, &handlers, NULL, NULL), EYELET_OK);
    loop.fds[0] = live_connect(folder_path("server"));
}

/* Until nothing is left to do but to wait. */
static void process(void)
{
    do {
        assert_int_equal(eyelet_nano_server_process(loop.server, NULL), EYELET_OK);
    } while (!eyelet_nano_server_is_over(loop.server) && eyelet_nano_server_timeout_ms(loop.server) == 0);
}

static void expect_code(int fd, uint32_t id, int code)
{
    struct live_reply reply;

    assert_true(has_answer(fd));
    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, code);
    live_reply_clear(&reply);
}

/* Everything that has arrived; the number of whole replies in it is known by its length alone. */
static size_t read_all(int fd)
{
    static char room[65536];
    size_t len = 0;
    ssize_t n;

    while ((n = recv(fd, room, sizeof(room), MSG_DONTWAIT)) > 0)
        len += (size_t)n;
    assert_true(n < 0);
    return len;
}

/* @message: used up */
static void put_open(struct wire *wire, uint32_t id, const char *method, uint8_t flags, struct wire *message)
{
    struct wire_request request = { .service = "demo.Echo", .method = method, .payload = wire_slice(message) };
    struct wire envelope = { 0 };

    wire_request_envelope(&envelope, &request);
    wire_frame_of(wire, WIRE_REQUEST, flags, id, &envelope);
    wire_clear(message);
}

static void put_open_sum(struct wire *wire, uint32_t id)
{
    put_open(wire, id, "Sum", WIRE_OPEN | WIRE_NO_DATA, &(struct wire){ 0 });
}

static void put_data(struct wire *wire, uint32_t id, struct eyelet_slice data)
{
    wire_frame(wire, WIRE_DATA, 0, id, data);
}

static void put_end(struct wire *wire, uint32_t id)
{
    wire_frame(wire, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, id, (struct eyelet_slice){ 0 });
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

static const struct eyelet_nano_server_opts usual = { .connections_max = 4, .calls_max = 8, .frame_max = 4096 };

static void h105_others_are_looked_for_between_handlers_that_take_long(void **state)
{
    struct wire wire = { 0 };
    const char *other;

    (void)state;
    start(usual);
    for (uint32_t i = 0; i < 40; i++)
        put_say(&wire, 1 + 2 * i, "slow");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.n_ran, 41);
    other = memchr(loop.ran, 'o', loop.n_ran);
    assert_non_null(other);
    assert_in_range(other - loop.ran, 1, usual.calls_max);
}

static void h117_calls_that_wait_do_not_outlast_the_grace(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    struct wire wire = { 0 };

    (void)state;
    opts.grace_ms = 5000;
    start(opts);
    put_say(&wire, 1, "stop");
    for (uint32_t i = 1; i < 5; i++)
        put_say(&wire, 1 + 2 * i, "late");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_true(eyelet_nano_server_is_over(loop.server));
    assert_int_equal(loop.n_ran, 3); /* it was looked at 3 s, 6 s and 9 s */
    for (uint32_t i = 0; i < 5; i++)
        expect_code(loop.fds[0], 1 + 2 * i, i < 3 ? EYELET_OK : EYELET_UNAVAILABLE);
    assert_int_equal(live_read_to_end(loop.fds[0]), 0);
}

/* What they are told is more than waits to leave at once. */
static void h117_at_the_end_of_the_grace_every_call_is_told(void **state)
{
    const struct eyelet_nano_server_opts opts = {
        .connections_max = 1, .calls_max = 120, .frame_max = 4096, .grace_ms = 1
    };
    struct wire wire = { 0 };
    unsigned n_refused = 0;

    (void)state;
    start(opts);
    put_say(&wire, 1, "late"); /* a turn has 64 frames: meanwhile all others are taken */
    put_say(&wire, 3, "stop");
    put_say(&wire, 5, "late");
    for (uint32_t i = 3; i < opts.calls_max; i++)
        put_say(&wire, 1 + 2 * i, "never");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.n_ran, 3);
    for (uint32_t i = 0; i < opts.calls_max; i++) {
        struct live_reply reply;

        assert_true(live_read_reply(loop.fds[0], &reply));
        n_refused += reply.code == EYELET_UNAVAILABLE;
        live_reply_clear(&reply);
    }
    assert_int_equal(n_refused, opts.calls_max - 3);
    assert_int_equal(live_read_to_end(loop.fds[0]), 0);
}

static void h117_a_handler_whose_peer_always_has_room_hears_of_a_stop(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    struct wire wire = { 0 }, message = { 0 };

    (void)state;
    opts.call_timeout_ms = opts.call_timeout_max_ms = UINT32_MAX;
    opts.grace_ms = 5000;
    start(opts);
    wire_field_number(&message, 1, 1000);
    wire_request(&wire, 1,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Count", .payload = wire_slice(&message) });
    wire_clear(&message);
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.last_sent, EYELET_UNAVAILABLE);
    assert_in_range(loop.n_sent, 2, 8);
    assert_true(eyelet_nano_server_is_over(loop.server));
}

static void h117_a_handler_whose_peer_has_sent_much_hears_of_a_stop(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    struct wire wire = { 0 };

    (void)state;
    opts.grace_ms = 5000;
    start(opts);
    put_open_sum(&wire, 1);
    put_data(&wire, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\xe8\x07", 3 });
    for (unsigned i = 0; i < 20; i++)
        put_data(&wire, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_in_range(loop.n_received, 2, 8);
    expect_code(loop.fds[0], 1, EYELET_UNAVAILABLE);
    assert_true(eyelet_nano_server_is_over(loop.server));
}

static void a_call_that_waits_ends_on_time_behind_a_handler_that_always_has_room(void **state)
{
    struct wire wire = { 0 }, message = { 0 };

    (void)state;
    start(usual);
    wire_field_number(&message, 1, 9);
    wire_request(&wire, 1,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Count", .payload = wire_slice(&message) });
    wire_clear(&message);
    put_text(&wire, 3, (struct wire_request){ .service = "demo.Echo", .method = "Say", .timeout_ns = 2000 * MS },
             "never");
    live_send_wire(loop.fds[0], &wire);
    loop.fds[1] = dup(loop.fds[0]);
    process();
    assert_int_equal(loop.n_sent, 9);
    assert_int_equal(loop.n_ran, 0);
    for (uint32_t i = 0; i < 9; i++) {
        struct live_frame frame;

        assert_true(live_read_frame(loop.fds[0], &frame));
        if (frame.id == 3) { /* its error came between the numbers */
            assert_in_range(i, 1, 8);
            live_frame_clear(&frame);
            return;
        }
        live_frame_clear(&frame);
    }
    fail_msg("the deadline was told after the stream");
}

static void a_peer_is_not_late_with_what_nobody_wanted_to_send_it(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    const unsigned n_calls = 600;
    struct wire wire = { 0 };
    size_t len = 0, reply_len = WIRE_HEAD_LEN + 3 + 3 + TEXT_LARGE;
    unsigned n_reads = 0;

    (void)state;
    opts.call_timeout_ms = opts.call_timeout_max_ms = UINT32_MAX;
    start(opts);
    for (uint32_t i = 0; i < n_calls; i++)
        put_say(&wire, 1 + 2 * i, "large");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_in_range(loop.n_ran, 2, n_calls - 1); /* it waits for the peer */
    while (len < n_calls * reply_len && n_reads++ < n_calls) {
        len += read_all(loop.fds[0]);
        faults_advance_ns(60000 * MS); /* the program does something else, and the peer has room all the time */
        process();
    }
    assert_int_equal(len, n_calls * reply_len);
    assert_int_equal(loop.n_ran, n_calls);
}

/* A peer that takes little by little: there is room for a small answer long before there is for a large one. */
static void answers_leave_in_the_order_of_the_requests_though_some_need_more_room(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    const struct wire_request small = { .service = "demo.Order", .method = "Small" };
    const struct wire_request large = { .service = "demo.Order", .method = "Large" };
    const unsigned n_before = 400, n_behind = 4;
    struct wire wire = { 0 };
    uint8_t room[500];

    (void)state;
    opts.frame_max = 16384;
    opts.call_timeout_ms = opts.call_timeout_max_ms = UINT32_MAX;
    start(opts);
    assert_int_equal(eyelet_nano_server_add_service(loop.server, &order_service, "", NULL, NULL), EYELET_OK);
    for (uint32_t i = 0; i < n_before; i++)
        put_text(&wire, 1 + 2 * i, small, "large");
    put_text(&wire, 1 + 2 * n_before, large, "!");
    for (uint32_t i = 1; i <= n_behind; i++)
        put_text(&wire, 1 + 2 * (n_before + i), small, "small");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_in_range(loop.n_ran, 2, n_before - 1); /* it waits for the peer */
    for (unsigned i = 0; i < 10 * n_before && loop.n_ran <= n_before + n_behind; i++) {
        assert_true(recv(loop.fds[0], room, sizeof(room), MSG_DONTWAIT) > 0);
        process();
    }
    assert_int_equal(loop.n_ran, n_before + 1 + n_behind);
    assert_int_equal(loop.ran[n_before], '!');
}

/* --- full streams ------------------------------------------------------------------------------------------------- */

static void connect_next(int *ret_fd)
{
    process(); /* the one before has its place */
    *ret_fd = live_connect(folder_path("server"));
    process();
}

static void send_sum(int fd, unsigned n_messages)
{
    struct wire wire = { 0 };

    put_open_sum(&wire, 1);
    for (unsigned i = 0; i < n_messages; i++)
        put_data(&wire, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    put_end(&wire, 1);
    live_send_wire(fd, &wire);
}

static void expect_sum(int fd, const char *payload)
{
    struct live_reply reply;

    assert_true(has_answer(fd));
    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.code, EYELET_OK);
    assert_memory_equal(reply.payload.data, payload, strlen(payload));
    live_reply_clear(&reply);
}

/* The second one's handler is first, and takes while the first one's stream fills up; then there is a slow one. */
static void h095_a_stream_is_not_full_by_what_another_handler_took(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(usual);
    connect_next(&loop.fds[1]);
    connect_next(&loop.fds[2]);
    send_sum(loop.fds[0], 1500);
    send_sum(loop.fds[1], 2000);
    put_say(&wire, 1, "late");
    live_send_wire(loop.fds[2], &wire);
    process();
    expect_sum(loop.fds[1], "\x08\xd0\x0f");
    expect_code(loop.fds[2], 1, EYELET_OK);
    expect_sum(loop.fds[0], "\x08\xdc\x0b");
}

/* The end of a stream needs no room behind messages that fill it to the last byte. */
static void h095_a_full_stream_may_end(void **state)
{
    struct eyelet_nano_server_opts opts = usual;
    struct wire wire = { 0 }, envelope = { 0 };
    uint8_t padding[200] = { 0x7a, 0xc5, 0x01 }; /* field 15, unknown, of 197 bytes */
    size_t left;

    (void)state;
    start(opts);
    connect_next(&loop.fds[1]);
    wire_request_envelope(&envelope,
                          &(struct wire_request){ .service = "demo.Echo", .method = "Sum", .timeout_ns = 2000 * MS });
    wire_frame_of(&wire, WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, &envelope);
    live_send_wire(loop.fds[1], &wire); /* place 1 is first: nothing ever comes for it */

    put_open_sum(&wire, 1);
    left = opts.frame_max + EYELET_NANO_FRAME_ROOM - (wire.len - WIRE_HEAD_LEN);
    for (; left >= 2 * 204; left -= 204) {
        put_data(&wire, 1, (struct eyelet_slice){ padding, 200 });
    }
    for (; left >= 6; left -= 6)
        put_data(&wire, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    put_end(&wire, 1);
    live_send_wire(loop.fds[0], &wire);
    process();
    expect_code(loop.fds[1], 1, EYELET_DEADLINE_EXCEEDED);
    expect_code(loop.fds[0], 1, EYELET_OK);
}

/* --- wiping ------------------------------------------------------------------------------------------------------- */

static void h124_what_was_taken_does_not_lie_there_while_the_next_request_waits(void **state)
{
    const struct eyelet_nano_server_opts opts = {
        .connections_max = 1, .calls_max = 1, .frame_max = 4096, .wipe = true
    };
    struct wire wire = { 0 };

    (void)state;
    start(opts);
    put_say(&wire, 1, CANARY);
    put_say(&wire, 3, "more");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.n_ran, 2);
    assert_int_equal(loop.n_canaries[0], 2); /* the request, and the message that was made of it */
    assert_int_equal(loop.n_canaries[1], 1); /* the reply, which had not left */
    assert_int_equal(count_in_memory(CANARY), 0);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static size_t count_touched(void)
{
    size_t n = 0;

    for (size_t i = 0; i < loop.size; i++)
        n += loop.memory[i] != UNTOUCHED;
    return n;
}

/* A connection's table of calls is cleared; of its buffers and its calls' no more is written than came and left. */
static void memory_is_touched_as_it_is_needed_and_used_again(void **state)
{
    const size_t base = EYELET_NANO_ALIGN + EYELET_NANO_SERVER_BASE + DEMO_ECHO_MESSAGE_SIZE;
    const size_t one =
        EYELET_NANO_CONNECTION_BASE + 2 * EYELET_NANO_SLOT_SIZE * usual.calls_max + EYELET_NANO_CALL_BASE + 200;
    struct wire wire = { 0 };
    size_t n_touched;

    (void)state;
    start(usual);
    assert_in_range(count_touched(), 1, EYELET_NANO_SERVER_BASE);
    put_say(&wire, 1, "first");
    live_send_wire(loop.fds[0], &wire);
    process();
    n_touched = count_touched();
    assert_in_range(n_touched, 1, base + one);
    for (uint32_t id = 3; id < 100; id += 2) {
        put_say(&wire, id, "other");
        live_send_wire(loop.fds[0], &wire);
        process();
    }
    assert_in_range(count_touched(), 1, n_touched + 100); /* some bytes were as before by chance */
}

/* --- messages of a handler ---------------------------------------------------------------------------------------- */

static void a_message_has_left_before_the_next(void **state)
{
    struct wire wire = { 0 }, message = { 0 };

    (void)state;
    start(usual);
    wire_field_number(&message, 1, 4);
    put_open(&wire, 1, "Count", 0, &message);
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.n_sent, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(loop.left[i], (i + 1) * (WIRE_HEAD_LEN + 2));
}

static void answers_leave_before_the_next_handler_once_one_was_slow(void **state)
{
    static const bool expected[] = { false, false, false, true };
    struct wire wire = { 0 };

    (void)state;
    start(usual);
    put_say(&wire, 1, "quick");
    put_say(&wire, 3, "late");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_true(read_all(loop.fds[0]) > 0);
    put_say(&wire, 5, "quick");
    put_say(&wire, 7, "next");
    live_send_wire(loop.fds[0], &wire);
    process();
    assert_int_equal(loop.n_ran, 4);
    assert_memory_equal(loop.is_answered, expected, sizeof(expected));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h105_others_are_looked_for_between_handlers_that_take_long),
        TEST(h117_calls_that_wait_do_not_outlast_the_grace),
        TEST(h117_at_the_end_of_the_grace_every_call_is_told),
        TEST(h117_a_handler_whose_peer_always_has_room_hears_of_a_stop),
        TEST(h117_a_handler_whose_peer_has_sent_much_hears_of_a_stop),
        TEST(a_call_that_waits_ends_on_time_behind_a_handler_that_always_has_room),
        TEST(a_peer_is_not_late_with_what_nobody_wanted_to_send_it),
        TEST(answers_leave_in_the_order_of_the_requests_though_some_need_more_room),
        TEST(h095_a_stream_is_not_full_by_what_another_handler_took),
        TEST(h095_a_full_stream_may_end),
        TEST(memory_is_touched_as_it_is_needed_and_used_again),
        TEST(a_message_has_left_before_the_next),
        TEST(answers_leave_before_the_next_handler_once_one_was_slow),
        TEST(h124_what_was_taken_does_not_lie_there_while_the_next_request_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
