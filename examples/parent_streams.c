/*
 * A parent that uses the three kinds of stream: the enclave counts, adds up, and chats.
 *
 *     parent_streams vsock://16:5005
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-echo.sock"

static const struct eyelet_call_opts opts = { .timeout_ms = 5000 }; /* for a stream from its opening to its end */

/* One request, many replies. */
static enum eyelet_status count_to(struct eyelet_client *client, int64_t limit, struct eyelet_error *reterr)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *stream;
    Demo__CountReply *reply;
    enum eyelet_status status;
    enum eyelet_got got;

    request.limit = limit;
    status = demo_echo_count_open(client, &opts, &request, &stream, reterr);
    if (status != EYELET_OK)
        return status;

    while ((got = demo_echo_count_recv(stream, &reply, reterr)) == EYELET_GOT_MESSAGE) {
        printf("counted %" PRId64 "\n", reply->number);
        demo__count_reply__free_unpacked(reply, NULL);
    }
    demo_echo_count_close(stream);
    return got == EYELET_GOT_END ? EYELET_OK : reterr->status;
}

/* Many requests, one reply. */
static enum eyelet_status add_up(struct eyelet_client *client, int64_t limit, struct eyelet_error *reterr)
{
    Demo__SumRequest request = DEMO__SUM_REQUEST__INIT;
    struct demo_echo_sum_stream *stream;
    Demo__SumReply *reply;
    enum eyelet_status status;

    status = demo_echo_sum_open(client, &opts, &stream, reterr);
    if (status != EYELET_OK)
        return status;

    while (status == EYELET_OK && request.number < limit) {
        request.number++;
        status = demo_echo_sum_send(stream, &request, reterr);
    }
    if (status == EYELET_OK)
        status = demo_echo_sum_end(stream, reterr);
    if (status == EYELET_OK && demo_echo_sum_recv(stream, &reply, reterr) != EYELET_GOT_MESSAGE)
        status = reterr->status;
    if (status == EYELET_OK) {
        printf("the sum of %" PRId64 " numbers is %" PRId64 "\n", reply->n_numbers, reply->sum);
        demo__sum_reply__free_unpacked(reply, NULL);
    }
    demo_echo_sum_close(stream);
    return status;
}

/* Many of both: the enclave answers while this side still speaks. */
static enum eyelet_status chat(struct eyelet_client *client, struct eyelet_error *reterr)
{
    char texts[][32] = { "a first word", "another one", "the last one" };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *stream;
    Demo__SayReply *reply;
    enum eyelet_status status;
    enum eyelet_got got;

    status = demo_echo_chat_open(client, &opts, &stream, reterr);
    if (status != EYELET_OK)
        return status;

    for (size_t i = 0; status == EYELET_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
        request.text = texts[i];
        status = demo_echo_chat_send(stream, &request, reterr);
    }
    if (status == EYELET_OK)
        status = demo_echo_chat_end(stream, reterr);
    while (status == EYELET_OK && (got = demo_echo_chat_recv(stream, &reply, reterr)) != EYELET_GOT_END) {
        if (got == EYELET_GOT_ERROR) {
            status = reterr->status;
        } else {
            printf("%s\n", reply->text);
            demo__say_reply__free_unpacked(reply, NULL);
        }
    }
    demo_echo_chat_close(stream);
    return status;
}

int main(int argc, char **argv)
{
    const struct eyelet_client_opts client_opts = { .connect_timeout_ms = 5000 };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fputs("usage: parent_streams [ADDRESS]   (default: " ADDRESS_DEFAULT ")\n", stderr);
        return 2;
    }
    status = eyelet_client_open(argc > 1 ? argv[1] : ADDRESS_DEFAULT, &client_opts, &client, &error);
    if (status == EYELET_OK)
        status = count_to(client, 5, &error);
    if (status == EYELET_OK)
        status = add_up(client, 5, &error);
    if (status == EYELET_OK)
        status = chat(client, &error);
    eyelet_client_close(client);

    if (status != EYELET_OK) {
        fprintf(stderr, "parent_streams: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
