/*
 * The parent's side of the echo: says TEXT once, prints what came back and how long that took.
 *
 *     parent_echo_client vsock://16:5005 'hello, enclave'
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-echo.sock"
#define TEXT_DEFAULT    "hello, enclave"

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static enum eyelet_status echo(struct eyelet_client *client, char *text, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 5000 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    int64_t start_ns = now_ns();
    enum eyelet_status status;

    request.text = text;
    status = demo_echo_say(client, &opts, &request, &reply, reterr);
    if (status != EYELET_OK)
        return status;

    printf("%s\n%" PRId64 " us there and back\n", reply->text, (now_ns() - start_ns) / 1000);
    demo__say_reply__free_unpacked(reply, NULL);
    return EYELET_OK;
}

static int show_usage(FILE *file, int exit_code)
{
    fputs("usage: parent_echo_client [ADDRESS] [TEXT]   (default: " ADDRESS_DEFAULT " '" TEXT_DEFAULT "')\n", file);
    return exit_code;
}

int main(int argc, char **argv)
{
    char text_default[] = TEXT_DEFAULT;
    const struct eyelet_client_opts opts = { .connect_timeout_ms = 5000 };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return show_usage(stdout, EXIT_SUCCESS);
    if (argc > 3 || (argc > 1 && argv[1][0] == '-'))
        return show_usage(stderr, 2);

    status = eyelet_client_open(argc > 1 ? argv[1] : ADDRESS_DEFAULT, &opts, &client, &error);
    if (status == EYELET_OK)
        status = echo(client, argc > 2 ? argv[2] : text_default, &error);
    eyelet_client_close(client);

    if (status != EYELET_OK) {
        fprintf(stderr, "parent_echo_client: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
