/* Services of protobuf-c-rpc: both ends. */
#include "both_ends.h"
#include "moved.c"

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    struct eyelet_server *server = open_server(address, NULL);
    struct eyelet_client *client;
    struct eyelet_error error;
    pthread_t thread;

    must(add_echo(server) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    must(say_by_service(client, &error) == EYELET_OK, "no service");
    eyelet_client_close(client);
    stop_server(server, thread);
    return 0;
}
