/* Threads: many threads on one client, and answers that come from other threads than the handler's. */
#include "say_once.h"
#include "later.c"

static void *say_some(void *client)
{
    char said[64];

    for (unsigned i = 0; i < 50; i++) {
        must(say_once(client, "hello", said) == EYELET_OK, "a call failed");
        must(strcmp(said, "hello, later") == 0, "another answer");
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    struct eyelet_server *server = open_server(address, &four_threads);
    struct eyelet_client *client;
    pthread_t thread, callers[4];

    must(demo_echo_add(server, &later_handlers, NULL) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    for (unsigned i = 0; i < 4; i++)
        callers[i] = start(say_some, client);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(callers[i], NULL);
    eyelet_client_close(client);
    stop_server(server, thread);
    puts("200 calls");
    return 0;
}
