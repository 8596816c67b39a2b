/*
 * eyelet's side of the interop tests as a server: demo.Echo and interop.Trial, until SIGTERM.
 *
 *     interop_server ADDRESS
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"
#include "interop.eyelet.h"

static struct eyelet_server *server; /* for the signal handler; set before it can run */

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static enum eyelet_status fail(struct eyelet_call *call, const Interop__FailRequest *request, Interop__Nothing *reply,
                               void *userdata)
{
    (void)reply;
    (void)userdata;
    return eyelet_call_fail(call, (enum eyelet_status)request->code, "%s", request->message);
}

static enum eyelet_status sleep_awhile(struct eyelet_call *call, const Interop__SleepRequest *request,
                                       Interop__Nothing *reply, void *userdata)
{
    uint32_t left_ms;

    (void)reply;
    (void)userdata;
    puts("sleeping");
    fflush(stdout);
    left_ms = eyelet_call_time_left_ms(call);
    poll(NULL, 0, (int)(request->time_ms < left_ms ? request->time_ms : left_ms));
    return EYELET_OK;
}

static enum eyelet_status time_left(struct eyelet_call *call, const Interop__Nothing *request,
                                    Interop__TimeLeftReply *reply, void *userdata)
{
    (void)request;
    (void)userdata;
    reply->time_left_ms = eyelet_call_time_left_ms(call);
    return EYELET_OK;
}

static enum eyelet_status metadata(struct eyelet_call *call, const Interop__MetadataRequest *request,
                                   Interop__MetadataReply *reply, void *userdata)
{
    struct eyelet_slice value;

    (void)userdata;
    while (eyelet_call_metadata(call, request->key, reply->n_values, &value))
        reply->n_values++;
    reply->values = eyelet_call_alloc(call, reply->n_values * sizeof(*reply->values));
    if (!reply->values)
        return EYELET_RESOURCE_EXHAUSTED;

    for (size_t i = 0; i < reply->n_values; i++) {
        eyelet_call_metadata(call, request->key, i, &value);
        reply->values[i] = eyelet_call_printf(call, "%.*s", (int)value.len, (const char *)value.data);
        if (!reply->values[i])
            return EYELET_RESOURCE_EXHAUSTED;
    }
    return EYELET_OK;
}

static enum eyelet_status big(struct eyelet_call *call, const Interop__BigRequest *request, Interop__BigReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->data.data = eyelet_call_alloc(call, request->data_len);
    if (!reply->data.data)
        return EYELET_RESOURCE_EXHAUSTED;

    reply->data.len = request->data_len;
    return EYELET_OK;
}

static void stop(int signal_number)
{
    (void)signal_number;
    eyelet_server_stop(server);
}

static enum eyelet_status serve(void)
{
    static const struct demo_echo_handlers echo_handlers = { .say = say };
    static const struct interop_trial_handlers trial_handlers = {
        .fail = fail, .sleep = sleep_awhile, .time_left = time_left, .metadata = metadata, .big = big
    };
    const struct sigaction action = { .sa_handler = stop };
    enum eyelet_status status;

    status = demo_echo_add(server, &echo_handlers, NULL);
    if (status == EYELET_OK)
        status = interop_trial_add(server, &trial_handlers, NULL);
    if (status != EYELET_OK)
        return status;

    sigaction(SIGTERM, &action, NULL);
    puts("listening");
    fflush(stdout);
    return eyelet_server_run(server);
}

int main(int argc, char **argv)
{
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc != 2) {
        fputs("usage: interop_server ADDRESS\n", stderr);
        return 2;
    }
    status = eyelet_server_open(argv[1], NULL, &server, &error);
    if (status != EYELET_OK) {
        fprintf(stderr, "interop_server: %s\n", error.text);
        return EXIT_FAILURE;
    }
    status = serve();
    signal(SIGTERM, SIG_IGN); /* nobody may stop what is being closed */
    eyelet_server_close(server);
    return status == EYELET_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
