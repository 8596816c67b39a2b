/*
 * How deep the client's functions go: each is run on a stack that was painted before. The distribution's nanopb counts,
 * and so do libc's system calls; a sanitizer's frames would say nothing, so that this is built without one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"

#define STACK_MAX 4096 /* what the library may use, without functions that are told */
#define PAINT     0x5a

static uint8_t stack[65536] __attribute__((aligned(64)));
static ucontext_t here, there;

static const struct eyelet_nano_client_opts opts = { .calls_max = 2, .streams_max = 1, .connect_timeout_ms = 50 };
static char address[64];
static demo_SayRequest request = { .text = "hello" };
static demo_SayReply reply;
static struct eyelet_error error;
static enum eyelet_status status;
static enum eyelet_got got;
static struct demo_echo_chat_stream *chat;
static struct eyelet_nano_pending *pending;
static const struct eyelet_metadata pairs[] = { { "Key", "value" }, { "Other", "value" } };
static const struct eyelet_call_opts soon = { .timeout_ms = 10, .metadata = pairs, .n_metadata = 2 };

static void do_init(void)
{
    status = eyelet_nano_client_init(address, &opts, caller.memory + 1, caller.size, &caller.client, &error);
}

static void do_call(void)
{
    status = demo_echo_say(caller.client, &soon, &request, &reply, &error);
}

static void do_start(void)
{
    status = demo_echo_say_start(caller.client, &soon, &request, &reply, NULL, NULL, &pending, &error);
}

static void do_collect(void)
{
    status = demo_echo_say_collect(pending, &error);
}

static void do_open(void)
{
    status = demo_echo_chat_open(caller.client, NULL, &chat, &error);
}

static void do_send(void)
{
    status = demo_echo_chat_send(chat, &request, &error);
}

static void do_recv(void)
{
    got = demo_echo_chat_recv(chat, &reply, &error);
}

static void do_close(void)
{
    demo_echo_chat_close(chat);
}

static void do_process(void)
{
    status = eyelet_nano_client_process(caller.client, &error);
}

static void do_clear(void)
{
    eyelet_nano_client_clear(caller.client);
}

/* Runs @act; it may use no more than STACK_MAX bytes. */
static void run(const char *name, void (*act)(void))
{
    static size_t untouched; /* a register would not survive a setcontext() */

    untouched = 0;
    memset(stack, PAINT, sizeof(stack));
    assert_int_equal(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof(stack);
    there.uc_link = &here;
    makecontext(&there, act, 0);
    assert_int_equal(swapcontext(&here, &there), 0);
    while (stack[untouched] == PAINT)
        untouched++;
    printf("%-24s %5zu bytes of stack\n", name, sizeof(stack) - untouched);
    assert_in_range(sizeof(stack) - untouched, 1, STACK_MAX);
}

static void say_error_with_detail(uint32_t id)
{
    struct wire status_part = { 0 }, envelope = { 0 }, wire = { 0 };

    wire_field_number(&status_part, 1, EYELET_ABORTED);
    wire_field_text(&status_part, 2, "because");
    wire_field_bytes(&status_part, 3, "\x0a\x01t\x12\x01v", 6);
    wire_field_bytes(&envelope, 1, status_part.bytes, status_part.len);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, id, &envelope);
    caller_say(&wire);
    wire_clear(&status_part);
}

static void a_client_uses_at_most_4_kib_of_stack(void **state)
{
    int fds[2];

    (void)state;
    caller_close();
    caller_allocate(&opts);
    snprintf(address, sizeof(address), "unix:///nobody/is/there");
    run("init, in vain", do_init);
    assert_int_equal(status, EYELET_UNAVAILABLE);
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    run("init", do_init);
    assert_int_equal(status, EYELET_OK);
    close(fds[0]);
    caller.peer = fds[1];

    caller_say_reply(1, "welcome");
    run("call", do_call);
    assert_int_equal(status, EYELET_OK);
    caller_say_frame(WIRE_RESPONSE, 0, 3, "\x12\x03\x0a\x01\xff", 5);
    run("call, bad reply", do_call);
    assert_int_equal(status, EYELET_INTERNAL);
    say_error_with_detail(5);
    run("call, remote error", do_call);
    assert_int_equal(status, EYELET_ABORTED);
    run("call, deadline", do_call);
    assert_int_equal(status, EYELET_DEADLINE_EXCEEDED);
    run("start", do_start);
    run("collect, deadline", do_collect);
    assert_int_equal(status, EYELET_DEADLINE_EXCEEDED);

    run("open", do_open);
    run("send", do_send);
    caller_say_data(11, "a message");
    run("recv", do_recv);
    assert_int_equal(got, EYELET_GOT_MESSAGE);
    caller_say_frame(WIRE_DATA, 0, 11, "\x0a\x01\xff", 3);
    run("recv, bad message", do_recv);
    assert_int_equal(got, EYELET_GOT_ERROR);
    run("close", do_close);
    run("process", do_process);
    run("open", do_open);
    caller_hang_up();
    run("recv, lost", do_recv);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    run("call, lost", do_call);
    run("close", do_close);
    run("clear", do_clear);
    caller.client = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_client_uses_at_most_4_kib_of_stack, caller_setup, caller_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
