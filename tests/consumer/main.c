/*
 * A program outside eyelet's tree, as a user writes it: one thread serves, the other calls, over a unix socket.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <eyelet/eyelet.h>

#include "mirror.eyelet.h"

static enum eyelet_status turn(struct eyelet_call *call, const Hall__TurnRequest *request, Hall__TurnReply *reply,
                               void *userdata)
{
    size_t len = strlen(request->text);

    (void)userdata;
    reply->text = eyelet_call_alloc(call, len + 1);
    if (!reply->text)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for %zu bytes", len + 1);

    for (size_t i = 0; i < len; i++)
        reply->text[i] = request->text[len - 1 - i];
    return EYELET_OK;
}

static void *serve(void *server)
{
    eyelet_server_run(server);
    return NULL;
}

static enum eyelet_status call_mirror(const char *address, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 10000 };
    Hall__TurnRequest request = HALL__TURN_REQUEST__INIT;
    Hall__TurnReply *reply = NULL;
    struct eyelet_client *client = NULL;
    enum eyelet_status status;
    char text[] = "eyelet";

    status = eyelet_client_open(address, NULL, &client, reterr);
    if (status != EYELET_OK)
        return status;

    request.text = text;
    status = hall_mirror_turn(client, &opts, &request, &reply, reterr);
    if (status == EYELET_OK) {
        puts(reply->text);
        hall__turn_reply__free_unpacked(reply, NULL);
    }
    eyelet_client_close(client);
    return status;
}

int main(int argc, char **argv)
{
    const struct hall_mirror_handlers handlers = { .turn = turn };
    struct eyelet_server *server = NULL;
    struct eyelet_error error = { 0 };
    enum eyelet_status status;
    pthread_t thread;

    if (argc != 2) {
        fprintf(stderr, "usage: %s ADDRESS\n", argv[0]);
        return 2;
    }

    status = eyelet_server_open(argv[1], NULL, &server, &error);
    if (status == EYELET_OK)
        status = hall_mirror_add(server, &handlers, NULL);
    if (status != EYELET_OK || pthread_create(&thread, NULL, serve, server) != 0) {
        fprintf(stderr, "cannot serve: %s\n", error.text);
        return 1;
    }

    status = call_mirror(argv[1], &error);
    if (status != EYELET_OK)
        fprintf(stderr, "cannot call: %s\n", error.text);

    eyelet_server_stop(server);
    pthread_join(thread, NULL);
    eyelet_server_close(server);
    return status == EYELET_OK ? 0 : 1;
}
