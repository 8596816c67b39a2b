/* Errors and deadlines: a client whose server is restarted. */
#include "again.c"
#include "say_once.h"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static struct eyelet_server *serve(const char *address, pthread_t *thread)
{
    static const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = open_server(address, NULL);

    must(demo_echo_add(server, &handlers, NULL) == EYELET_OK, "cannot add");
    *thread = start(run_server, server);
    return server;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    struct eyelet_server *server;
    struct eyelet_client *client;
    pthread_t thread;
    char said[64];

    server = serve(address, &thread);
    client = open_client(address, &again);
    must(say_once(client, "once", said) == EYELET_OK, "the first call failed");
    puts(said);
    stop_server(server, thread);

    server = serve(address, &thread);
    must(say_once(client, "and again", said) == EYELET_OK, "the call after the restart failed");
    puts(said);
    eyelet_client_close(client);
    stop_server(server, thread);
    return 0;
}
