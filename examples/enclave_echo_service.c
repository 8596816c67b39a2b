/*
 * The enclave's side of the echo: answers demo.Echo, its three streams included, until SIGINT or SIGTERM.
 *
 *     enclave_echo_service --threads 4 vsock://any:5005
 */
#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-echo.sock"

static struct eyelet_server *server; /* for the signal handler; set before it can run */

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    if (request->text[0] == '\0')
        return eyelet_call_fail(call, EYELET_INVALID_ARGUMENT, "text is empty");

    reply->text = request->text; /* borrowed: both live until the reply is sent */
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata)
{
    Demo__CountReply reply = DEMO__COUNT_REPLY__INIT;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    if (request->limit < 0)
        return eyelet_call_fail(call, EYELET_INVALID_ARGUMENT, "limit is below 0");

    while (status == EYELET_OK && reply.number < request->limit) {
        reply.number++;
        status = demo_echo_count_call_send(call, &reply); /* waits while the peer is slow */
    }
    return status; /* of the sending: the call's own end, if it came first */
}

static enum eyelet_status sum(struct eyelet_call *call, Demo__SumReply *reply, void *userdata)
{
    const Demo__SumRequest *request;

    (void)userdata;
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        if (__builtin_add_overflow(reply->sum, request->number, &reply->sum))
            return eyelet_call_fail(call, EYELET_OUT_OF_RANGE, "sum is out of range");
        reply->n_numbers++;
    }
    return EYELET_OK; /* after an end; after an error the call fails with that */
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    enum eyelet_status status = EYELET_OK;
    const Demo__SayRequest *request;

    (void)userdata;
    while (status == EYELET_OK && demo_echo_chat_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply.text = request->text;
        status = demo_echo_chat_call_send(call, &reply);
    }
    return status;
}

static void stop(int signal_number)
{
    (void)signal_number;
    eyelet_server_stop(server);
}

static enum eyelet_status serve(void)
{
    static const struct demo_echo_handlers handlers = { .say = say, .count = count, .sum = sum, .chat = chat };
    const struct sigaction action = { .sa_handler = stop };
    enum eyelet_status status;

    status = demo_echo_add(server, &handlers, NULL);
    if (status != EYELET_OK)
        return status;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    printf("listening on %s\n", eyelet_server_address(server));
    fflush(stdout);
    return eyelet_server_run(server);
}

static bool parse_threads(const char *text, uint32_t *ret)
{
    unsigned long n_threads;
    char *end;

    n_threads = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || n_threads == 0 || n_threads > UINT32_MAX)
        return false;
    *ret = (uint32_t)n_threads;
    return true;
}

static int show_usage(FILE *file, int exit_code)
{
    fputs("usage: enclave_echo_service [--threads N] [ADDRESS]   (default: one thread, " ADDRESS_DEFAULT ")\n", file);
    return exit_code;
}

int main(int argc, char **argv)
{
    struct eyelet_server_opts opts = { 0 };
    struct eyelet_error error;
    enum eyelet_status status;
    int i = 1;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return show_usage(stdout, EXIT_SUCCESS);
    if (argc > 2 && strcmp(argv[1], "--threads") == 0 && parse_threads(argv[2], &opts.threads))
        i = 3;
    if (argc > i + 1 || (argc > i && argv[i][0] == '-'))
        return show_usage(stderr, 2);

    status = eyelet_server_open(argc > i ? argv[i] : ADDRESS_DEFAULT, &opts, &server, &error);
    if (status != EYELET_OK) {
        fprintf(stderr, "enclave_echo_service: %s\n", error.text);
        return EXIT_FAILURE;
    }

    status = serve();
    if (status != EYELET_OK)
        fprintf(stderr, "enclave_echo_service: cannot serve: %s\n", eyelet_status_name(status));
    signal(SIGINT, SIG_IGN); /* nobody may stop what is being closed */
    signal(SIGTERM, SIG_IGN);
    eyelet_server_close(server);
    return status == EYELET_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
