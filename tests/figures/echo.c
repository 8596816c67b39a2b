/*
 * demo.Echo as a small enclave has it: on eyelet::nano, in static memory, without malloc and stdio. What the figures of
 * the library are taken from. SIGTERM and SIGINT stop it.
 *
 * usage: nano_echo ADDRESS
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "echo.eyelet.h"

static struct eyelet_nano_server *server; /* for the signal handler; set before it can run */

static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    if (request->text[0] == '\0')
        return eyelet_nano_call_fail(call, EYELET_INVALID_ARGUMENT, "text is empty");

    memcpy(reply->text, request->text, strlen(request->text) + 1); /* both are of one size: echo.options */
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    enum eyelet_status status = EYELET_OK;
    demo_CountReply reply = demo_CountReply_init_zero;

    (void)userdata;
    if (request->limit < 0)
        return eyelet_nano_call_fail(call, EYELET_INVALID_ARGUMENT, "limit is below 0");

    while (status == EYELET_OK && reply.number < request->limit) {
        reply.number++;
        status = demo_echo_count_call_send(call, &reply);
    }
    return status;
}

static enum eyelet_status sum(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata)
{
    const demo_SumRequest *request;

    (void)userdata;
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum = (int64_t)((uint64_t)reply->sum + (uint64_t)request->number);
        reply->n_numbers++;
    }
    return EYELET_OK; /* or what receiving failed with */
}

static enum eyelet_status chat(struct eyelet_nano_call *call, void *userdata)
{
    enum eyelet_status status = EYELET_OK;
    const demo_SayRequest *request;

    (void)userdata;
    while (status == EYELET_OK && demo_echo_chat_call_recv(call, &request) == EYELET_GOT_MESSAGE)
        status = demo_echo_chat_call_send(call, (const demo_SayReply *)request); /* one text each */
    return status;
}

static const struct demo_echo_handlers handlers = { .say = say, .count = count, .sum = sum, .chat = chat };

static void stop(int signal_number)
{
    (void)signal_number;
    eyelet_nano_server_stop(server);
}

static int fail(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
    (void)!write(STDERR_FILENO, "\n", 1);
    return 1;
}

int main(int argc, char **argv)
{
    static uint8_t memory[EYELET_NANO_SERVER_SIZE(4, 8, 16384, DEMO_ECHO_MESSAGE_SIZE)];
    static const struct eyelet_nano_server_opts opts = {
        .connections_max = 4,
        .calls_max = 8,
        .frame_max = 16384,
        .message_size = DEMO_ECHO_MESSAGE_SIZE,
    };
    const struct sigaction action = { .sa_handler = stop };
    static struct eyelet_error error;
    enum eyelet_status status;

    if (argc != 2)
        return fail("usage: nano_echo ADDRESS");
    status = eyelet_nano_server_init(argv[1], &opts, memory, sizeof(memory), &server, &error);
    if (status != EYELET_OK)
        return fail(error.text);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    status = demo_echo_add(server, &handlers, NULL, &error);
    if (status == EYELET_OK)
        status = eyelet_nano_server_run(server, &error);
    eyelet_nano_server_clear(server);
    return status == EYELET_OK ? 0 : fail(error.text);
}
