/* Metadata and details: a call that names its tenant, and one that does not. */
#include "both_ends.h"
#include "metadata.c"

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    struct eyelet_server *server = open_server(address, NULL);
    struct eyelet_client *client;
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;
    pthread_t thread;

    must(demo_echo_add(server, &tenant_handlers, NULL) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    must(say_as(client, "blue", &reply, &error) == EYELET_OK, "the call failed");
    printf("%s\n", reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
    must(say_as(client, NULL, &reply, &error) == EYELET_INVALID_ARGUMENT, "nobody wants a tenant");
    print_hints(&error);
    eyelet_client_close(client);
    stop_server(server, thread);
    return 0;
}
