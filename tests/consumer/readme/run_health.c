/* Health: the service itself is called in tests/test_health.c; here the echo serves beside it, to a client that would ask. */
#include "say_once.h"
#include "health.c"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = open_server(address, NULL);
    struct eyelet_health *health = NULL;
    struct eyelet_client *client;
    struct eyelet_error error;
    pthread_t thread;
    char said[64];

    must(add_all(server, &handlers, &health, &error) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, &ten_seconds);
    must(say_once(client, "healthy", said) == EYELET_OK, "the call failed");
    puts(said);
    must(eyelet_health_set(health, "demo.Echo", EYELET_HEALTH_NOT_SERVING) == EYELET_OK, "it cannot be set");
    eyelet_client_close(client);
    stop_server(server, thread);
    eyelet_health_close(health);
    return 0;
}
