/* Streams: numbers.c serves, streams.c calls, and what the README leaves to the examples is in here. */
#include "both_ends.h"
#include "numbers.c"
#include "streams.c"

/* In turns. */
static void double_some(struct eyelet_client *client)
{
    Demo__Number number = DEMO__NUMBER__INIT, *answer = NULL;
    struct demo_numbers_twice_stream *stream;
    struct eyelet_error error;

    must(demo_numbers_twice_open(client, NULL, &stream, &error) == EYELET_OK, "twice: cannot open");
    for (number.value = 1; number.value <= 3; number.value++) {
        must(demo_numbers_twice_send(stream, &number, &error) == EYELET_OK, "twice: cannot send");
        must(demo_numbers_twice_recv(stream, &answer, &error) == EYELET_GOT_MESSAGE, "twice: no answer");
        printf("%" PRIu64 "\n", answer->value);
        demo__number__free_unpacked(answer, NULL);
    }
    must(demo_numbers_twice_end(stream, &error) == EYELET_OK, "twice: cannot end");
    must(demo_numbers_twice_recv(stream, &answer, &error) == EYELET_GOT_END, "twice: no end");
    demo_numbers_twice_close(stream);
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    struct eyelet_server *server = open_server(address, NULL);
    struct eyelet_client *client;
    struct eyelet_error error;
    pthread_t thread;

    must(demo_numbers_add(server, &number_handlers, NULL) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    must(print_count(client, 3, &error) == EYELET_OK, "cannot count");
    must(print_sum(client, 100, &error) == EYELET_OK, "cannot add up");
    double_some(client);
    eyelet_client_close(client);
    stop_server(server, thread);
    return 0;
}
