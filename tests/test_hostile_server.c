/*
 * What hostile peers do to a server, byte by byte over its socket, and what they get: HOSTILE.md's numbers. Beside each
 * of them there is a healthy connection that must not notice.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live.h"

#define FRAME_MAX 8192

static struct live_server live;
static int healthy;
static uint32_t healthy_id;
static int hostile;
static atomic_uint n_served;

/* A handler that is to wait says that it waits, and goes on when it is told to. */
static int gate[2];

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    char byte = 0;

    (void)userdata;
    n_served++;
    reply->text = request->text;
    if (strcmp(request->text, "large") == 0) {
        reply->text = eyelet_call_alloc(call, FRAME_MAX / 2 + 1);
        live_must(reply->text != NULL, "no memory for a large reply");
        memset(reply->text, 'l', FRAME_MAX / 2);
    }
    if (strcmp(request->text, "wait") == 0) {
        live_must(write(gate[1], &byte, 1) == 1, "the gate is shut");
        live_must(live_read(gate[1], &byte, 1), "the gate is lost");
    }
    return EYELET_OK;
}

static const struct demo_echo_handlers handlers = { .say = say };

static const struct eyelet_server_opts small = { .frame_max = FRAME_MAX };

static int setup(void **state)
{
    int r = folder_setup(state);

    n_served = 0;
    live_pair(gate);
    return r;
}

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

/* K: the hostile connection lives, and is in step. */
static void assert_keeps(uint32_t next_id)
{
    assert_served_on(hostile, next_id);
    assert_others_live();
}

/* X: it is closed, with @n_bytes said before. */
static void assert_closed(size_t n_bytes)
{
    assert_int_equal(live_read_to_end(hostile), n_bytes);
    assert_others_live();
}

/* Another hostile connection in place of the last. */
static void reconnect(void)
{
    close(hostile);
    hostile = live_connect(folder_path("server"));
}

static void stop(void)
{
    close(healthy);
    close(hostile);
    close(gate[0]);
    close(gate[1]);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static void send_bytes(const void *data, size_t len)
{
    assert_true(live_send(hostile, (struct eyelet_slice){ data, len }));
}

static void send_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, (struct eyelet_slice){ data, len });
    live_send_wire(hostile, &wire);
}

/* --- socket ------------------------------------------------------------------------------------------------------- */

static void h008_h009_an_end_anywhere_in_a_frame_closes_that_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    put_say(&wire, 1, "hello");
    for (size_t cut = 0; cut < wire.len; cut++) {
        assert_true(live_send(hostile, (struct eyelet_slice){ wire.bytes, cut }));
        assert_int_equal(shutdown(hostile, SHUT_WR), 0);
        assert_int_equal(live_read_to_end(hostile), 0);
        reconnect();
    }
    assert_others_live();
    assert_int_equal(n_served, 1);
    wire_clear(&wire);
    stop();
}

static void h012_a_request_and_an_end_are_answered_and_closed(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    put_say(&wire, 1, "last words");
    live_send_wire(hostile, &wire);
    assert_int_equal(shutdown(hostile, SHUT_WR), 0);
    assert_answer(1, EYELET_OK, "");
    assert_closed(0);
    stop();
}

static void h013_a_peer_that_reads_no_more_is_closed_at_the_first_answer(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    assert_int_equal(shutdown(hostile, SHUT_RD), 0);
    put_say(&wire, 1, "hello");
    live_send_wire(hostile, &wire);
    while (live_send(hostile, (struct eyelet_slice){ (const uint8_t *)"\0", 1 })) /* until it is gone */
        sched_yield();
    assert_others_live();
    stop();
}

static void h014_a_request_in_any_two_pieces_is_the_same_request(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    for (size_t cut = 1; cut == 1 || cut < wire.len; cut++) {
        wire_clear(&wire);
        put_say(&wire, 2 * (uint32_t)cut - 1, "hello");
        send_bytes(wire.bytes, cut);
        assert_others_live(); /* and what came first is long read */
        send_bytes(wire.bytes + cut, wire.len - cut);
        assert_answer(2 * (uint32_t)cut - 1, EYELET_OK, "");
    }
    wire_clear(&wire);
    stop();
}

static void h014_h016_one_byte_at_a_time_both_ways(void **state)
{
    (void)state;
    faults_short(FAULT_RECV, 1);
    faults_short(FAULT_SENDMSG, 1);
    start(&small);
    assert_keeps(1);
    assert_keeps(3);
    stop();
}

static void h015_thousands_of_requests_at_once_hold_up_nobody(void **state)
{
    struct wire wire = { 0 };
    const uint32_t n = 5000;

    (void)state;
    start(&small);
    for (uint32_t i = 0; i < n; i++)
        put_say(&wire, 2 * i + 1, "me first");
    for (size_t at = 0; at < wire.len;) { /* what fits, and never more than the socket takes */
        ssize_t some = send(hostile, wire.bytes + at, wire.len - at, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (some > 0)
            at += (size_t)some;
        assert_others_live(); /* each time while the other's requests wait */
        for (uint8_t room[65536]; some <= 0 && recv(hostile, room, sizeof(room), MSG_DONTWAIT) > 0;)
            continue;
    }
    while (n_served < n + (healthy_id - 1) / 2) { /* all of them are served in the end */
        for (uint8_t room[65536]; recv(hostile, room, sizeof(room), MSG_DONTWAIT) > 0;)
            continue;
        assert_others_live();
    }
    wire_clear(&wire);
    stop();
}

static void h018_a_peer_that_is_reset_is_closed(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    assert_keeps(1);
    faults_fail(FAULT_RECV, 1, ECONNRESET);
    put_say(&wire, 3, "never read");
    live_send_wire(hostile, &wire);
    assert_closed(0);
    stop();
}

/* Sends bytes with a descriptor beside them. */
static void send_with_descriptor(struct wire *wire)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct iovec iov = { .iov_base = wire->bytes, .iov_len = wire->len };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
    };

    memcpy(CMSG_DATA(&control.head), &gate[0], sizeof(int));
    assert_int_equal(sendmsg(hostile, &message, MSG_NOSIGNAL), (ssize_t)wire->len);
    wire_clear(wire);
}

static void h019_descriptors_that_a_peer_sends_are_dropped(void **state)
{
    struct wire wire = { 0 };
    unsigned fds;

    (void)state;
    start(&small);
    assert_keeps(1);
    fds = faults_open_fds();
    for (uint32_t id = 3; id < 100; id += 2) {
        put_say(&wire, id, "take this");
        send_with_descriptor(&wire);
        assert_answer(id, EYELET_OK, "");
    }
    assert_int_equal(faults_open_fds(), fds);
    stop();
}

/* The server is in a handler of the healthy connection, until go_on(): what is sent meanwhile is one event to it. */
static void keep_busy(void)
{
    struct wire wire = { 0 };
    char byte;

    put_say(&wire, healthy_id, "wait");
    live_send_wire(healthy, &wire);
    assert_true(live_read(gate[0], &byte, 1));
}

static void go_on(void)
{
    assert_int_equal(write(gate[0], "", 1), 1);
    assert_answer_on(healthy, healthy_id, EYELET_OK, "");
    healthy_id += 2;
}

static void h019_a_read_that_descriptors_cut_short_is_not_the_last(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    assert_keeps(1);
    keep_busy();
    put_say(&wire, 3, "take this"); /* unix(7): no read goes beyond bytes that came with descriptors */
    send_with_descriptor(&wire);
    put_say(&wire, 5, "and serve this");
    live_send_wire(hostile, &wire);
    go_on();
    assert_answer(3, EYELET_OK, "");
    assert_answer(5, EYELET_OK, "");
    stop();
}

static void h012_an_end_that_comes_with_the_last_bytes_is_not_overlooked(void **state)
{
    (void)state;
    start(&small);
    assert_keeps(1);
    keep_busy();
    send_frame(77, 0, 3, "abc", 3);
    assert_int_equal(shutdown(hostile, SHUT_WR), 0);
    go_on();
    assert_closed(0);
    stop();
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static void h032_a_request_of_length_0_is_no_request_and_the_connection_lives(void **state)
{
    (void)state;
    start(&small);
    send_frame(WIRE_REQUEST, 0, 1, NULL, 0);
    assert_answer(1, EYELET_INVALID_ARGUMENT, "service name is empty");
    assert_keeps(3);
    stop();
}

static char *long_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

static void h033_h034_the_limit_is_taken_and_one_more_is_skipped(void **state)
{
    /* service 11, method 5, payload and text 3 each: what is left for the text */
    char *fits = long_text(FRAME_MAX - 22), *too_long = long_text(FRAME_MAX - 21);
    struct wire wire = { 0 };
    struct live_reply reply;

    (void)state;
    start(&small);
    put_say(&wire, 1, fits);
    assert_int_equal(eyelet_get_be32(wire.bytes), FRAME_MAX);
    live_send_wire(hostile, &wire);
    assert_true(live_read_reply(hostile, &reply));
    assert_int_equal(reply.code, EYELET_OK);
    assert_int_equal(reply.payload.len, FRAME_MAX - 22 + 3);
    live_reply_clear(&reply);
    put_say(&wire, 3, too_long);
    live_send_wire(hostile, &wire);
    assert_answer(3, EYELET_RESOURCE_EXHAUSTED, "8193");
    assert_keeps(5);

    wire_frame_head(&wire, WIRE_REQUEST, 0, 7, EYELET_FRAME_DATA_MAX);
    wire_fill(&wire, 0x55, EYELET_FRAME_DATA_MAX);
    live_send_wire(hostile, &wire);
    assert_answer(7, EYELET_RESOURCE_EXHAUSTED, "16777215");
    assert_keeps(9);
    free(fits);
    free(too_long);
    stop();
}

static void h036_h049_what_is_no_frame_is_closed_without_a_word(void **state)
{
    static const char *const hellos[] = { "\x01",
                                          "\xff\xff\xff\xff",
                                          "GET / HTTP/1.1\r\n\r\n",
                                          "\x16\x03\x01\x02",
                                          "SSH-2.0-OpenSSH_9.2\r\n",
                                          "PRI * HTTP/2.0\r\n\r\n" };

    (void)state;
    start(&small);
    for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
        send_bytes(hellos[i], strlen(hellos[i]));
        assert_closed(0);
        reconnect();
    }
    stop();
}

static void h037_a_head_that_stalls_is_closed(void **state)
{
    const struct eyelet_server_opts opts = { .header_timeout_ms = 20 };

    (void)state;
    start(&opts);
    for (size_t n = 1; n < WIRE_HEAD_LEN; n++) {
        send_bytes("\0\0\0\0\0\0\0\0\0\0", n);
        assert_closed(0);
        reconnect();
    }
    stop();
}

static void h038_data_that_stalls_is_closed(void **state)
{
    const struct eyelet_server_opts opts = { .body_grace_ms = 20, .body_rate_min = 1 << 20 };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 4 << 20);
    wire_fill(&wire, 'x', 1000);
    live_send_wire(hostile, &wire);
    assert_closed(0);
    reconnect();
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 5 << 20); /* over the limit: skipped, at the same rate */
    wire_fill(&wire, 'x', 1000);
    live_send_wire(hostile, &wire);
    assert_answer(1, EYELET_RESOURCE_EXHAUSTED, "");
    assert_closed(0);
    stop();
}

static void h039_200_announcements_of_4_mib_cost_little(void **state)
{
    struct wire wire = { 0 };
    int fds[200];
    unsigned n_allocs;

    (void)state;
    start(NULL);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 4 << 20);
    for (size_t i = 0; i < 200; i++) {
        fds[i] = live_connect(folder_path("server"));
        assert_true(live_send(fds[i], wire_slice(&wire)));
    }
    assert_others_live();
    n_allocs = faults_count(FAULT_ALLOC);
    for (size_t i = 0; i < 200; i++)
        assert_true(live_send(fds[i], (struct eyelet_slice){ (const uint8_t *)"\x0a\x04name", 6 }));
    assert_others_live();
    assert_true(faults_count(FAULT_ALLOC) - n_allocs < 1000); /* test_serving asserts what they hold */
    for (size_t i = 0; i < 200; i++)
        close(fds[i]);
    wire_clear(&wire);
    stop();
}

static void h040_h041_h042_what_is_not_for_a_server_is_passed_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    send_frame(0, 0, 1, "abc", 3);
    send_frame(4, 0, 1, NULL, 0);
    send_frame(255, 0xff, 2, "abc", 3);
    send_frame(WIRE_RESPONSE, 0, 1, "abc", 3);
    put_say(&wire, 1, "hello");
    wire.bytes[9] = 0xf8;
    live_send_wire(hostile, &wire);
    assert_answer(1, EYELET_OK, "");
    assert_keeps(3);
    stop();
}

static void h044_h045_h046_ids_are_odd_and_grow(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    put_say(&wire, 0, "zero");
    put_say(&wire, 2, "even");
    live_send_wire(hostile, &wire);
    assert_answer(0, EYELET_INVALID_ARGUMENT, "odd");
    assert_answer(2, EYELET_INVALID_ARGUMENT, "odd");
    assert_keeps(5);
    put_say(&wire, 5, "again");
    put_say(&wire, 3, "smaller");
    live_send_wire(hostile, &wire);
    assert_answer(5, EYELET_INVALID_ARGUMENT, "not higher");
    assert_answer(3, EYELET_INVALID_ARGUMENT, "not higher");
    assert_keeps(UINT32_MAX);
    put_say(&wire, UINT32_MAX, "again");
    put_say(&wire, 7, "from the start");
    live_send_wire(hostile, &wire);
    assert_answer(UINT32_MAX, EYELET_INVALID_ARGUMENT, "not higher");
    assert_answer(7, EYELET_INVALID_ARGUMENT, "not higher");
    assert_others_live();
    stop();
}

static void h048_h050_h107_too_many_errors_close_the_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    for (unsigned i = 0; i < 200; i++)
        wire_frame(&wire, 9, 0, 1, (struct eyelet_slice){ 0 });
    live_send(hostile, wire_slice(&wire)); /* it may be gone before the last */
    assert_closed(0);
    wire_clear(&wire);

    reconnect();
    for (unsigned i = 0; i < 200; i++)
        put_say(&wire, 2, "even, and each provokes an answer");
    live_send(hostile, wire_slice(&wire));
    assert_true(live_read_to_end(hostile) < 40 * 100);
    assert_others_live();
    wire_clear(&wire);
    stop();
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static void h083_h084_data_for_nobody(void **state)
{
    (void)state;
    start(&small);
    assert_keeps(1);
    send_frame(WIRE_DATA, 0, 1, "late", 4); /* for a call that is over: a race */
    send_frame(WIRE_DATA, 0, 9, "never opened", 12);
    send_frame(WIRE_DATA, 0, 9, "once is enough", 14);
    assert_answer(9, EYELET_INVALID_ARGUMENT, "never opened");
    assert_keeps(11);
    stop();
}

static void h089_h090_streams_to_a_unary_method(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    put_say(&wire, 1, "open");
    wire.bytes[9] = WIRE_OPEN;
    live_send_wire(hostile, &wire);
    assert_answer(1, EYELET_INVALID_ARGUMENT, "unary");
    put_say(&wire, 3, "open and closed");
    wire.bytes[9] = WIRE_OPEN | WIRE_CLOSED;
    live_send_wire(hostile, &wire);
    assert_answer(3, EYELET_INVALID_ARGUMENT, "0x03");
    assert_int_equal(n_served, 0);
    assert_keeps(5);
    stop();
}

/* --- envelope ----------------------------------------------------------------------------------------------------- */

static void h051_what_is_no_request_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        { "\x0a", 1 },
        { "\x0a\x05xy", 4 },
        { "\x00\x00", 2 },
        { "\x0b", 1 },
        { "\x0e\x00", 2 },
        { "\x08\x01", 2 },
        { "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 },
        { "\x0a\xff\xff\xff\xff\x0f", 6 },
    };

    (void)state;
    start(&small);
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        send_frame(WIRE_REQUEST, 0, 2 * i + 1, bad[i].bytes, bad[i].len);
        assert_answer(2 * i + 1, EYELET_INVALID_ARGUMENT, "");
    }
    assert_keeps(101);
    stop();
}

static void send_request(uint32_t id, const struct wire_request *request)
{
    struct wire wire = { 0 };

    wire_request(&wire, id, request);
    live_send_wire(hostile, &wire);
}

static void h053_names_that_are_none_are_refused_and_shown_escaped(void **state)
{
    char *name = long_text(256);

    (void)state;
    start(&small);
    send_request(1, &(struct wire_request){ .service = "demo.Echo" });
    assert_answer(1, EYELET_INVALID_ARGUMENT, "method name is empty");
    send_request(3, &(struct wire_request){ .service = name, .method = "Say" });
    assert_answer(3, EYELET_INVALID_ARGUMENT, "256 bytes");
    send_request(5, &(struct wire_request){ .service = "/demo.Echo", .method = "Say" });
    assert_answer(5, EYELET_INVALID_ARGUMENT, "slash");
    send_request(7, &(struct wire_request){ .service = "demo.Echo", .method = "S\xff" });
    assert_answer(7, EYELET_INVALID_ARGUMENT, "S\\xff");
    assert_keeps(9);
    free(name);
    stop();
}

static void h054_what_is_unknown_is_named(void **state)
{
    (void)state;
    start(&small);
    send_request(1, &(struct wire_request){ .service = "demo.Nobody", .method = "Say" });
    assert_answer(1, EYELET_UNIMPLEMENTED, "demo.Nobody");
    send_request(3, &(struct wire_request){ .service = "demo.Echo", .method = "say\n" });
    assert_answer(3, EYELET_UNIMPLEMENTED, "say\\x0a");
    assert_keeps(5);
    stop();
}

static void h055_h056_h057_fields_twice_unknown_or_absent(void **state)
{
    struct wire envelope = { 0 }, wire = { 0 };

    (void)state;
    start(&small);
    wire_field_text(&envelope, 1, "demo.Nobody");
    wire_field_text(&envelope, 99, "unknown");
    wire_field_number(&envelope, 98, 12345);
    wire_field_text(&envelope, 1, "demo.Echo");
    wire_field_text(&envelope, 2, "Say");
    wire_frame_of(&wire, WIRE_REQUEST, 0, 1, &envelope);
    live_send_wire(hostile, &wire);
    assert_answer(1, EYELET_OK, "");
    assert_int_equal(n_served, 1);
    assert_keeps(3);
    stop();
}

static void h058_h059_h060_timeouts_of_any_size(void **state)
{
    struct wire_request request = { .service = "demo.Echo", .method = "Say" };

    (void)state;
    start(&small);
    request.timeout_ns = -1;
    send_request(1, &request);
    assert_answer(1, EYELET_DEADLINE_EXCEEDED, "-1");
    request.timeout_ns = INT64_MIN;
    send_request(3, &request);
    assert_answer(3, EYELET_DEADLINE_EXCEEDED, "");
    request.timeout_ns = 1;
    send_request(5, &request);
    assert_answer(5, EYELET_DEADLINE_EXCEEDED, "");
    assert_int_equal(n_served, 0);
    request.timeout_ns = INT64_MAX;
    send_request(7, &request);
    assert_answer(7, EYELET_OK, "");
    request.timeout_ns = 0;
    send_request(9, &request);
    assert_answer(9, EYELET_OK, "");
    assert_int_equal(n_served, 2);
    assert_keeps(11);
    stop();
}

static void h061_h062_metadata_over_its_limits_or_with_bad_keys(void **state)
{
    static struct wire_pair many[65];
    struct wire_pair pairs[2] = { { "same", "one" }, { "SAME", "two" } };
    struct wire_request request = { .service = "demo.Echo", .method = "Say", .metadata = pairs, .n_metadata = 2 };

    (void)state;
    start(NULL);
    send_request(1, &request);
    assert_answer(1, EYELET_OK, "");
    pairs[1].key = "";
    send_request(3, &request);
    assert_answer(3, EYELET_INVALID_ARGUMENT, "metadata key");
    pairs[1].key = "a\x01";
    send_request(5, &request);
    assert_answer(5, EYELET_INVALID_ARGUMENT, "a\\x01");
    for (size_t i = 0; i < 65; i++)
        many[i] = (struct wire_pair){ "k", "v" };
    request.metadata = many;
    request.n_metadata = 65;
    send_request(7, &request);
    assert_answer(7, EYELET_RESOURCE_EXHAUSTED, "64 pairs");
    request.n_metadata = 64;
    send_request(9, &request);
    assert_answer(9, EYELET_OK, "");
    assert_keeps(11);
    stop();
}

static void send_payload(uint32_t id, const char *bytes, size_t len)
{
    send_request(id, &(struct wire_request){
                         .service = "demo.Echo", .method = "Say", .payload = { (const uint8_t *)bytes, len } });
}

static void h071_h072_h076_payloads_that_are_no_message(void **state)
{
    (void)state;
    start(&small);
    send_payload(1, "\x0a\x05xy", 4);
    assert_answer(1, EYELET_INTERNAL, "demo.SayRequest");
    send_payload(3, "\x0a\x02\xff\xfe", 4);
    assert_answer(3, EYELET_INTERNAL, "");
    send_payload(5, "\x0a\x01\x00", 3);
    assert_answer(5, EYELET_INTERNAL, "");
    send_payload(7, "\x08\x01", 2);
    assert_answer(7, EYELET_INTERNAL, "");
    assert_int_equal(n_served, 0);
    assert_keeps(9);
    stop();
}

/* --- exhaustion --------------------------------------------------------------------------------------------------- */

static void h104_a_peer_that_never_reads_is_closed_and_costs_the_others_nothing(void **state)
{
    const struct eyelet_server_opts opts = { .frame_max = FRAME_MAX, .write_stall_ms = 100 };
    struct wire wire = { 0 };
    bool is_closed = false;
    uint32_t id = 1;

    (void)state;
    start(&opts);
    put_say(&wire, id, "large");
    while (!is_closed) { /* as fast as it goes, and on until the server has had enough */
        ssize_t n = send(hostile, wire.bytes, wire.len, MSG_DONTWAIT | MSG_NOSIGNAL);

        is_closed = n < 0 && errno != EAGAIN;
        live_must(n < 0 || (size_t)n == wire.len, "a small frame was cut by a stream socket");
        if (n > 0) {
            id += 2;
            wire_clear(&wire);
            put_say(&wire, id, "large");
        }
        if (n < 0 || id % 101 == 0)
            assert_others_live();
    }
    assert_true(n_served < 10000 + healthy_id);
    assert_others_live();
    wire_clear(&wire);
    stop();
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

static void h050_a_flood_of_data_for_a_call_that_is_over_closes_the_connection(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(&small);
    assert_keeps(1);
    for (unsigned i = 0; i < 100; i++)
        wire_frame_head(&wire, WIRE_DATA, 0, 1, 0);
    while (live_send(hostile, wire_slice(&wire))) /* it ends, since nobody is late so often */
        continue;
    assert_closed(0);
    wire_clear(&wire);
    stop();
}

static void h101_h103_many_slow_peers_and_one_that_is_served(void **state)
{
    struct wire wire = { 0 };
    int fds[100];

    (void)state;
    start(&small);
    put_say(&wire, 1, "slowly");
    for (size_t i = 0; i < 100; i++)
        fds[i] = live_connect(folder_path("server"));
    for (size_t at = 0; at < wire.len; at++) {
        for (size_t i = 0; i < 100; i++)
            assert_true(live_send(fds[i], (struct eyelet_slice){ wire.bytes + at, 1 }));
        assert_others_live();
    }
    for (size_t i = 0; i < 100; i++) {
        assert_answer_on(fds[i], 1, EYELET_OK, "");
        close(fds[i]);
    }
    wire_clear(&wire);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h008_h009_an_end_anywhere_in_a_frame_closes_that_connection),
        TEST(h012_a_request_and_an_end_are_answered_and_closed),
        TEST(h012_an_end_that_comes_with_the_last_bytes_is_not_overlooked),
        TEST(h013_a_peer_that_reads_no_more_is_closed_at_the_first_answer),
        TEST(h014_a_request_in_any_two_pieces_is_the_same_request),
        TEST(h014_h016_one_byte_at_a_time_both_ways),
        TEST(h015_thousands_of_requests_at_once_hold_up_nobody),
        TEST(h018_a_peer_that_is_reset_is_closed),
        TEST(h019_descriptors_that_a_peer_sends_are_dropped),
        TEST(h019_a_read_that_descriptors_cut_short_is_not_the_last),
        TEST(h032_a_request_of_length_0_is_no_request_and_the_connection_lives),
        TEST(h033_h034_the_limit_is_taken_and_one_more_is_skipped),
        TEST(h036_h049_what_is_no_frame_is_closed_without_a_word),
        TEST(h037_a_head_that_stalls_is_closed),
        TEST(h038_data_that_stalls_is_closed),
        TEST(h039_200_announcements_of_4_mib_cost_little),
        TEST(h040_h041_h042_what_is_not_for_a_server_is_passed_over),
        TEST(h044_h045_h046_ids_are_odd_and_grow),
        TEST(h048_h050_h107_too_many_errors_close_the_connection),
        TEST(h083_h084_data_for_nobody),
        TEST(h089_h090_streams_to_a_unary_method),
        TEST(h051_what_is_no_request_is_refused),
        TEST(h053_names_that_are_none_are_refused_and_shown_escaped),
        TEST(h054_what_is_unknown_is_named),
        TEST(h055_h056_h057_fields_twice_unknown_or_absent),
        TEST(h058_h059_h060_timeouts_of_any_size),
        TEST(h061_h062_metadata_over_its_limits_or_with_bad_keys),
        TEST(h071_h072_h076_payloads_that_are_no_message),
        TEST(h104_a_peer_that_never_reads_is_closed_and_costs_the_others_nothing),
        TEST(buffer_max_refuses_what_outgrows_it_and_nobody_else),
        TEST(h104_slow_readers_that_hold_all_the_memory_are_those_who_lose_it),
        TEST(h015_pipelined_calls_beside_slow_readers_are_all_answered),
        TEST(h050_a_flood_of_data_for_a_call_that_is_over_closes_the_connection),
        TEST(h101_h103_many_slow_peers_and_one_that_is_served),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
