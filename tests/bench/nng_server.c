/*
 * NNG's server: a reply socket with as many contexts as calls may be in flight. It has no streams.
 *
 *     nng_server unix://PATH
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include "caller.h"

#define SCHEME "unix://"

struct answerer {
    nng_ctx context;
    nng_aio *aio;
    bool is_sending;
};

static void check(int result)
{
    if (result != 0) {
        fprintf(stderr, "nng_server: %s\n", nng_strerror(result));
        exit(EXIT_FAILURE);
    }
}

/* What was received is sent, as it is. */
static void go_on(void *userdata)
{
    struct answerer *answerer = userdata;

    if (nng_aio_result(answerer->aio) != 0) {
        if (answerer->is_sending)
            nng_msg_free(nng_aio_get_msg(answerer->aio));
        answerer->is_sending = true;
    }
    answerer->is_sending = !answerer->is_sending;
    if (answerer->is_sending)
        nng_ctx_send(answerer->context, answerer->aio);
    else
        nng_ctx_recv(answerer->context, answerer->aio);
}

int main(int argc, char **argv)
{
    static struct answerer answerers[CALLER_AT_ONCE];
    nng_socket server;
    char url[256];

    if (argc != 2 || strncmp(argv[1], SCHEME, strlen(SCHEME)) != 0) {
        fputs("usage: nng_server unix://PATH\n", stderr);
        return 2;
    }
    snprintf(url, sizeof(url), "ipc://%s", argv[1] + strlen(SCHEME));
    check(nng_rep0_open(&server));
    check(nng_socket_set_size(server, NNG_OPT_RECVMAXSZ, 0)); /* no limit */
    for (size_t i = 0; i < CALLER_AT_ONCE; i++) {
        check(nng_aio_alloc(&answerers[i].aio, go_on, &answerers[i]));
        check(nng_ctx_open(&answerers[i].context, server));
        nng_ctx_recv(answerers[i].context, answerers[i].aio);
    }
    check(nng_listen(server, url, NULL, 0));
    for (;;)
        pause();
}
