/*
 * How deep the stack of a server's loop and of a client's calls gets, as painted stacks show: each runs on a stack filled
 * with one byte, through everything that peers do, and the deepest byte that is another one afterwards is looked for.
 * Handlers are small here, and count as if they were the library's; so does what libc takes.
 *
 * tests/checks/stack.py works out the same from what the compiler says, whichever way a call goes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "support/live.h"
#include "support/spoken.h"

#define STACK_MAX   4096u /* what is promised */
#define STACK_SIZE  (256u << 10)
#define STACK_PAINT 0xa5
#define FRAME_MAX   EYELET_NANO_FRAME_MIN

/* --- painted stacks ----------------------------------------------------------------------------------------------- */

/**
 * struct painted - a thread on a painted stack
 * @run:   what it does
 * @top:   where its stack was when that was called
 */
struct painted {
    uint8_t *stack;
    uint8_t *top;
    void (*run)(void);
    pthread_t thread;
};

static __attribute__((noinline)) void *run_painted(void *argument)
{
    struct painted *painted = argument;

    painted->top = __builtin_frame_address(0);
    painted->run();
    return NULL;
}

static void painted_start(struct painted *painted, void (*run)(void))
{
    pthread_attr_t attributes;

    painted->run = run;
    painted->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    live_must(painted->stack != MAP_FAILED, "no memory for a stack");
    memset(painted->stack, STACK_PAINT, STACK_SIZE);
    live_must(pthread_attr_init(&attributes) == 0 &&
                  pthread_attr_setstack(&attributes, painted->stack, STACK_SIZE) == 0 &&
                  pthread_create(&painted->thread, &attributes, run_painted, painted) == 0,
              "no thread");
    pthread_attr_destroy(&attributes);
}

/* Waits for its end. Return: bytes of stack below the call of its function. */
static size_t painted_join(struct painted *painted)
{
    const uint8_t *deepest = painted->stack;
    size_t depth;

    live_must(pthread_join(painted->thread, NULL) == 0, "a thread is lost");
    while (*deepest == STACK_PAINT)
        deepest++;
    depth = (size_t)(painted->top - deepest);
    munmap(painted->stack, STACK_SIZE);
    return depth;
}

static size_t depth_of(void (*run)(void))
{
    struct painted painted;

    painted_start(&painted, run);
    return painted_join(&painted);
}

static void do_nothing(void)
{
}

static void take_5000_bytes(void)
{
    volatile char room[5000];

    room[0] = 1;
    (void)room[0];
}

static void the_paint_shows_what_a_function_takes(void **state)
{
    (void)state;
    assert_in_range(depth_of(do_nothing), 0, 200);
    assert_in_range(depth_of(take_5000_bytes), 5000, 5200);
}

/* --- the service -------------------------------------------------------------------------------------------------- */

static char folder[32], path[48], address[64], nowhere[64];
static char long_text[1025]; /* 1,024 times a byte that is shown as four */
static struct eyelet_nano_server *server;
static uint8_t server_memory[EYELET_NANO_SERVER_SIZE(4, 8, FRAME_MAX, DEMO_ECHO_MESSAGE_SIZE)];
static struct eyelet_error server_error;
static enum eyelet_status server_status;

static enum eyelet_status fail_at_length(struct eyelet_nano_call *call)
{
    static const uint8_t value[900];

    (void)eyelet_nano_call_add_detail(call, "type.googleapis.com/figures.Detail",
                                      (struct eyelet_slice){ value, sizeof(value) });
    return eyelet_nano_call_fail(call, EYELET_ABORTED, "%05d %-8x %s %.*s", -7, 0xabcu, "words", 1024, long_text);
}

static void ask_all(struct eyelet_nano_call *call)
{
    static struct eyelet_slice key, value;

    for (size_t i = 0; eyelet_nano_call_metadata_at(call, i, &key, &value); i++)
        ;
    (void)eyelet_nano_call_metadata(call, "key", 63, &value);
    (void)eyelet_nano_call_is_cancelled(call);
    (void)eyelet_nano_call_time_left_ms(call);
}

static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    if (strcmp(request->text, "fail") == 0)
        return fail_at_length(call);
    if (strcmp(request->text, "ask") == 0)
        ask_all(call);
    memcpy(reply->text, request->text, sizeof(reply->text));
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    static demo_CountReply reply;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    for (reply.number = 1; status == EYELET_OK && reply.number <= request->limit; reply.number++)
        status = demo_echo_count_call_send(call, &reply);
    return status;
}

static enum eyelet_status sum(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata)
{
    static const demo_SumRequest *request;

    (void)userdata;
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        reply->n_numbers++;
    }
    return EYELET_OK;
}

static enum eyelet_status chat(struct eyelet_nano_call *call, void *userdata)
{
    static const demo_SayRequest *request;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    while (status == EYELET_OK && demo_echo_chat_call_recv(call, &request) == EYELET_GOT_MESSAGE)
        status = demo_echo_chat_call_send(call, (const demo_SayReply *)request); /* one text each */
    return status;
}

static enum eyelet_status check(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
                                void *userdata)
{
    (void)userdata;
    if (type == &demo_SayRequest_msg && ((const demo_SayRequest *)request)->text[0] == '\0')
        return eyelet_nano_call_fail(call, EYELET_INVALID_ARGUMENT, "text is empty");
    return EYELET_OK;
}

static bool welcome(const struct eyelet_peer *peer, void *userdata)
{
    (void)userdata;
    return peer->family == EYELET_FAMILY_UNIX;
}

static void count_broken(const struct eyelet_peer *peer, const struct eyelet_error *why, void *userdata)
{
    (void)peer;
    (void)why;
    ++*(unsigned *)userdata;
}

static unsigned n_broken;

/* The folder has no socket before, so that it can be started again and again. */
static void init_server(void)
{
    static const struct demo_echo_handlers handlers = { say, count, sum, chat, check };
    static const struct eyelet_nano_server_opts opts = {
        .wipe = true,
        .frame_max = FRAME_MAX,
        .message_size = DEMO_ECHO_MESSAGE_SIZE,
        .grace_ms = 50,
        .accept = welcome,
        .on_broken = count_broken,
        .on_broken_userdata = &n_broken,
    };

    server_status = eyelet_nano_server_init(address, &opts, server_memory, sizeof(server_memory), &server, &server_error);
    live_must(server_status == EYELET_OK, server_error.text);
    server_status = demo_echo_add(server, &handlers, NULL, &server_error);
    live_must(server_status == EYELET_OK, server_error.text);
}

static void run_server(void)
{
    server_status = eyelet_nano_server_run(server, &server_error);
}

/* --- what callers do ---------------------------------------------------------------------------------------------- */

static void calls_of_every_kind(void)
{
    struct wire wire = { 0 };
    char longest[1025];
    int fd = live_connect(path);

    memset(longest, 'x', 1024);
    longest[1024] = '\0';
    echo_say(fd, 1, longest);
    echo_expect_reply(fd, 1, longest);
    echo_put_number(&wire, 3, "Count", WIRE_CLOSED, 3);
    live_send_wire(fd, &wire);
    for (uint64_t i = 1; i <= 3; i++)
        echo_expect_number(fd, 3, i);
    echo_expect_end(fd, 3);

    echo_put_open(&wire, 5, "Chat");
    echo_put_data_text(&wire, 5, longest);
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 5, longest);
    echo_say(fd, 7, "waits behind it"); /* the loop that goes round in the handler takes it */
    echo_put_end(&wire, 5);
    live_send_wire(fd, &wire);
    echo_expect_end(fd, 5);
    echo_expect_reply(fd, 7, "waits behind it");

    echo_put_open(&wire, 9, "Sum");
    echo_put_data_number(&wire, 9, 40);
    echo_put_data_number(&wire, 9, 2);
    echo_put_end(&wire, 9);
    live_send_wire(fd, &wire);
    {
        struct live_reply reply;
        live_must(live_read_reply(fd, &reply) && reply.id == 9 && reply.code == 0, "no sum");
        live_reply_clear(&reply);
    }
    close(fd);
}

static void errors_with_the_longest_texts(void)
{
    struct wire wire = { 0 }, payload = { 0 };
    char name[256];
    int fd = live_connect(path);

    echo_say(fd, 1, "fail");
    echo_expect_error(fd, 1, EYELET_ABORTED, "words");
    echo_say(fd, 3, "");
    echo_expect_error(fd, 3, EYELET_INVALID_ARGUMENT, "empty");

    memset(name, 'n', sizeof(name));
    name[255] = '\0';
    wire_request(&wire, 5, &(struct wire_request){ .service = name, .method = name });
    wire_request(&wire, 7, &(struct wire_request){ .service = "demo.Echo", .method = name });
    memset(name, 1, sizeof(name) - 1);
    wire_request(&wire, 9, &(struct wire_request){ .service = name, .method = "Say" });
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 5, EYELET_UNIMPLEMENTED, "");
    echo_expect_error(fd, 7, EYELET_UNIMPLEMENTED, "");
    echo_expect_error(fd, 9, EYELET_UNIMPLEMENTED, "");

    wire_field_bytes(&payload, 1, "\xff", 1);
    wire_request(&wire, 11, &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
    wire_put(&payload, "\x0a\x20short", 7);
    wire_request(&wire, 13, &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
    wire_fill(&payload, 0xff, 20);
    wire_frame_of(&wire, WIRE_REQUEST, 0, 15, &payload);
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 15, EYELET_INVALID_ARGUMENT, ""); /* at once; the others are calls, which have their turn */
    echo_expect_error(fd, 11, EYELET_INTERNAL, "UTF-8");
    echo_expect_error(fd, 13, EYELET_INTERNAL, "");
    close(fd);
}

static void requests_with_metadata(void)
{
    struct wire_pair pairs[65];
    struct wire wire = { 0 }, payload = { 0 };
    int fd = live_connect(path);

    for (size_t i = 0; i < 65; i++)
        pairs[i] = (struct wire_pair){ "key", "value" };
    wire_field_text(&payload, 1, "ask");
    wire_request(&wire, 1, &(struct wire_request){ "demo.Echo", "Say", wire_slice(&payload), 0, pairs, 64 });
    wire_request(&wire, 3, &(struct wire_request){ "demo.Echo", "Say", wire_slice(&payload), 0, pairs, 65 });
    pairs[0].key = "k\x01y";
    wire_request(&wire, 5, &(struct wire_request){ "demo.Echo", "Say", wire_slice(&payload), 0, pairs, 1 });
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 3, EYELET_RESOURCE_EXHAUSTED, "64 pairs");
    echo_expect_error(fd, 5, EYELET_INVALID_ARGUMENT, "");
    echo_expect_reply(fd, 1, "ask");
    wire_clear(&payload);
    close(fd);
}

static void frames_that_are_refused(void)
{
    struct wire wire = { 0 }, data = { 0 };
    int fd = live_connect(path);

    wire_fill(&data, 'x', FRAME_MAX + 1);
    wire_frame_of(&wire, WIRE_REQUEST, 0, 1, &data);
    wire_frame(&wire, WIRE_DATA, 0, 3, (struct eyelet_slice){ 0 });
    wire_frame(&wire, 77, 0, 5, (struct eyelet_slice){ 0 });
    echo_put_text(&wire, 8, "Say", 0, "even");
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 1, EYELET_RESOURCE_EXHAUSTED, "");
    echo_expect_error(fd, 3, EYELET_INVALID_ARGUMENT, "");
    echo_expect_error(fd, 8, EYELET_INVALID_ARGUMENT, "");
    echo_expect_served(fd, 9);
    close(fd);
}

static void deadlines(void)
{
    struct wire wire = { 0 };
    size_t at;
    int fd = live_connect(path);

    wire_request(&wire, 1, &(struct wire_request){ .service = "demo.Echo", .method = "Say", .timeout_ns = 1 });
    at = wire.len;
    wire_request(&wire, 3, &(struct wire_request){ .service = "demo.Echo", .method = "Sum", .timeout_ns = 20000000 });
    wire.bytes[at + 9] = WIRE_OPEN | WIRE_NO_DATA;
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "");
    echo_expect_error(fd, 3, EYELET_DEADLINE_EXCEEDED, "");
    close(fd);
}

static void peers_that_break(void)
{
    static const uint8_t hello[] = { 0x16, 3, 1 };
    struct wire wire = { 0 };
    int fd = live_connect(path);

    live_send(fd, (struct eyelet_slice){ hello, sizeof(hello) });
    live_read_to_end(fd);
    close(fd);

    fd = live_connect(path);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 100);
    wire_put(&wire, "half of it", 10);
    live_send_wire(fd, &wire);
    close(fd);

    fd = live_connect(path);
    echo_put_open(&wire, 1, "Chat"); /* and is gone while the handler waits */
    live_send_wire(fd, &wire);
    close(fd);

    fd = live_connect(path);
    for (uint32_t i = 0; i < 200; i++) /* more than anybody may do wrong: HOSTILE H048 */
        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ 0 });
    live_send(fd, wire_slice(&wire));
    wire_clear(&wire);
    live_read_to_end(fd);
    close(fd);
}

/* A stop, with a handler that waits for its stream. Return: what that stream is read from. */
static int stop_in_mid_call(void)
{
    struct wire wire = { 0 };
    int fd = live_connect(path);

    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 1, "here");
    eyelet_nano_server_stop(server);
    return fd;
}

static void a_server_stays_within_4_kib(void **state)
{
    struct painted painted;
    size_t init_depth = depth_of(init_server), depth;
    int fd;

    (void)state;
    n_broken = 0;
    painted_start(&painted, run_server);
    calls_of_every_kind();
    errors_with_the_longest_texts();
    requests_with_metadata();
    frames_that_are_refused();
    deadlines();
    peers_that_break();
    fd = stop_in_mid_call();
    depth = painted_join(&painted);
    echo_expect_error(fd, 1, EYELET_UNAVAILABLE, "stopping");
    close(fd);
    eyelet_nano_server_clear(server);

    print_message("stack of a server: %zu bytes, of its beginning %zu\n", depth, init_depth);
    assert_int_equal(server_status, EYELET_OK);
    assert_true(n_broken >= 2);
    assert_in_range(depth, 500, STACK_MAX);
    assert_in_range(init_depth, 500, STACK_MAX);
}

/* --- what a client does ------------------------------------------------------------------------------------------- */

static struct eyelet_nano_client *client;
static uint8_t client_memory[EYELET_NANO_CLIENT_SIZE(2, 1, FRAME_MAX)];
static struct eyelet_error client_error;
static demo_SayRequest say_request;
static demo_SayReply say_reply;
static unsigned n_told;

static void must_be(enum eyelet_status status, enum eyelet_status wanted)
{
    live_must(status == wanted, status == EYELET_OK ? "that was to fail" : client_error.text);
}

static void said(enum eyelet_status status, demo_SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    (void)status;
    (void)reply;
    (void)error;
    (void)userdata;
    n_told++;
}

static void init_client(void)
{
    static const struct eyelet_nano_client_opts opts = {
        .reconnect = true,
        .wipe = true,
        .connect_timeout_ms = 50,
        .calls_max = 2,
        .streams_max = 1,
        .frame_max = FRAME_MAX,
    };

    must_be(eyelet_nano_client_init(nowhere, &opts, client_memory, sizeof(client_memory),
                                    &client, &client_error),
            EYELET_UNAVAILABLE);
    must_be(eyelet_nano_client_init("vsock://\x01\x02:5005", &opts, client_memory, sizeof(client_memory), &client,
                                    &client_error),
            EYELET_INVALID_ARGUMENT);
    must_be(eyelet_nano_client_init(address, &opts, client_memory, sizeof(client_memory), &client, &client_error),
            EYELET_OK);
}

static void call_unary(void)
{
    static struct eyelet_metadata pairs[64];
    static struct eyelet_call_opts opts = { .metadata = pairs, .n_metadata = 64 };
    struct eyelet_nano_pending *pending = NULL;

    for (size_t i = 0; i < 64; i++)
        pairs[i] = (struct eyelet_metadata){ "key", "value" };
    strcpy(say_request.text, "ask");
    must_be(demo_echo_say(client, &opts, &say_request, &say_reply, &client_error), EYELET_OK);
    for (size_t i = 0; i < 8; i++)
        pairs[i].value = long_text;
    must_be(demo_echo_say(client, &opts, &say_request, &say_reply, &client_error), EYELET_RESOURCE_EXHAUSTED);
    pairs[0].key = long_text;
    must_be(demo_echo_say(client, &opts, &say_request, &say_reply, &client_error), EYELET_INVALID_ARGUMENT);
    strcpy(say_request.text, "fail");
    must_be(demo_echo_say(client, NULL, &say_request, &say_reply, &client_error), EYELET_ABORTED);
    must_be(demo_echo_say_start(client, NULL, &say_request, &say_reply, said, NULL, NULL, &client_error), EYELET_OK);
    must_be(demo_echo_say_start(client, NULL, &say_request, &say_reply, NULL, NULL, &pending, &client_error), EYELET_OK);
    must_be(demo_echo_say(client, NULL, &say_request, &say_reply, &client_error), EYELET_RESOURCE_EXHAUSTED);
    must_be(demo_echo_say_collect(pending, &client_error), EYELET_ABORTED);
    eyelet_nano_client_process(client, &client_error);
}

static void call_streams(void)
{
    static const demo_CountRequest limit = { 3 };
    static const demo_SumRequest number = { 42 };
    static demo_CountReply counted;
    static demo_SumReply summed;
    struct demo_echo_count_stream *counting = NULL;
    struct demo_echo_sum_stream *summing = NULL;
    struct demo_echo_chat_stream *chatting = NULL;

    must_be(demo_echo_count_open(client, NULL, &limit, &counting, &client_error), EYELET_OK);
    must_be(demo_echo_sum_open(client, NULL, &summing, &client_error), EYELET_RESOURCE_EXHAUSTED);
    while (demo_echo_count_recv(counting, &counted, &client_error) == EYELET_GOT_MESSAGE)
        ;
    demo_echo_count_close(counting);
    must_be(demo_echo_sum_open(client, NULL, &summing, &client_error), EYELET_OK);
    must_be(demo_echo_sum_send(summing, &number, &client_error), EYELET_OK);
    must_be(demo_echo_sum_end(summing, &client_error), EYELET_OK);
    live_must(demo_echo_sum_recv(summing, &summed, &client_error) == EYELET_GOT_MESSAGE && summed.sum == 42, "no sum");
    demo_echo_sum_close(summing);
    must_be(demo_echo_chat_open(client, &(struct eyelet_call_opts){ .timeout_ms = 20 }, &chatting, &client_error),
            EYELET_OK);
    live_must(demo_echo_chat_recv(chatting, &say_reply, &client_error) == EYELET_GOT_ERROR, "nobody said anything");
    must_be(client_error.status, EYELET_DEADLINE_EXCEEDED);
    demo_echo_chat_close(chatting);
}

static void lose_the_server(void)
{
    static const struct eyelet_call_opts opts = { .timeout_ms = 50 };

    eyelet_nano_server_stop(server);
    strcpy(say_request.text, "anybody?");
    for (unsigned n_failed = 0; n_failed < 3;) /* it drains, ends the connection, and is gone */
        n_failed += demo_echo_say(client, &opts, &say_request, &say_reply, &client_error) != EYELET_OK;
    eyelet_nano_client_clear(client);
}

static void run_client(void)
{
    call_unary();
    call_streams();
    lose_the_server();
}

/* A server that says what it should not. */
static void *speak_badly(void *argument)
{
    int fd = *(int *)argument;
    struct wire wire = { 0 }, data = { 0 };
    struct live_frame frame;

    live_must(live_read_frame(fd, &frame), "no request");
    live_frame_clear(&frame);
    wire_fill(&data, 'x', FRAME_MAX + 1);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, &data);
    live_send_wire(fd, &wire);
    live_must(live_read_frame(fd, &frame), "no request");
    live_frame_clear(&frame);
    wire_response(&wire, 3, &(struct wire_response){ .code = 77, .message = long_text });
    live_send_wire(fd, &wire);
    live_must(live_read_frame(fd, &frame), "no request");
    live_frame_clear(&frame);
    wire_put(&wire, "\x01", 1);
    live_send_wire(fd, &wire);
    live_read_to_end(fd);
    return NULL;
}

static char connected[32];

static void call_the_bad_server(void)
{
    static const struct eyelet_nano_client_opts opts = { .calls_max = 2, .streams_max = 1, .frame_max = FRAME_MAX };

    strcpy(say_request.text, "hello");
    must_be(eyelet_nano_client_init(connected, &opts, client_memory, sizeof(client_memory), &client, &client_error),
            EYELET_OK);
    must_be(demo_echo_say(client, NULL, &say_request, &say_reply, &client_error), EYELET_RESOURCE_EXHAUSTED);
    must_be(demo_echo_say(client, NULL, &say_request, &say_reply, &client_error), EYELET_UNKNOWN);
    must_be(demo_echo_say(client, NULL, &say_request, &say_reply, &client_error), EYELET_UNAVAILABLE);
    eyelet_nano_client_clear(client);
}

static size_t depth_of_calls_to_a_bad_server(void)
{
    pthread_t thread;
    size_t depth;
    int fds[2];

    live_pair(fds);
    live_must(pthread_create(&thread, NULL, speak_badly, &fds[1]) == 0, "no thread");
    snprintf(connected, sizeof(connected), "fd://%d", fds[0]);
    depth = depth_of(call_the_bad_server);
    close(fds[0]); /* the client had a duplicate */
    pthread_join(thread, NULL);
    close(fds[1]);
    return depth;
}

static void a_client_stays_within_4_kib(void **state)
{
    struct painted painted;
    size_t init_depth, depth, bad_depth;

    (void)state;
    n_told = 0;
    init_server();
    painted_start(&painted, run_server);
    init_depth = depth_of(init_client);
    depth = depth_of(run_client);
    painted_join(&painted);
    eyelet_nano_server_clear(server);
    bad_depth = depth_of_calls_to_a_bad_server();

    print_message("stack of a client: %zu bytes, %zu with a bad server, of its beginning %zu\n", depth, bad_depth,
                  init_depth);
    assert_int_equal(n_told, 1);
    assert_in_range(depth, 500, STACK_MAX);
    assert_in_range(bad_depth, 500, STACK_MAX);
    assert_in_range(init_depth, 500, STACK_MAX);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/eyelet-figures-XXXXXX");
    memset(long_text, 1, sizeof(long_text) - 1);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/echo", folder);
    snprintf(address, sizeof(address), "unix://%s", path);
    snprintf(nowhere, sizeof(nowhere), "unix://%s/nobody", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_paint_shows_what_a_function_takes),
        cmocka_unit_test(a_server_stays_within_4_kib),
        cmocka_unit_test(a_client_stays_within_4_kib),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
