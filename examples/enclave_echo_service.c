/*
 * The enclave's side of the echo: answers demo.Echo until SIGINT or SIGTERM.
 *
 *     enclave_echo_service vsock://any:5005
 */
#include <signal.h>
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

static void stop(int signal_number)
{
    (void)signal_number;
    eyelet_server_stop(server);
}

static enum eyelet_status serve(void)
{
    static const struct demo_echo_handlers handlers = { .say = say };
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

static int show_usage(FILE *file, int exit_code)
{
    fputs("usage: enclave_echo_service [ADDRESS]   (default: " ADDRESS_DEFAULT ")\n", file);
    return exit_code;
}

int main(int argc, char **argv)
{
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return show_usage(stdout, EXIT_SUCCESS);
    if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
        return show_usage(stderr, 2);

    status = eyelet_server_open(argc > 1 ? argv[1] : ADDRESS_DEFAULT, NULL, &server, &error);
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
