/* Stop: a server that ends at a SIGTERM, after a call was answered. */
#include <unistd.h>

#include "say_once.h"
#include "stop.c"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static void *call_and_stop(void *client)
{
    char said[64];

    must(say_once(client, "the last call", said) == EYELET_OK, "the call failed");
    puts(said);
    kill(getpid(), SIGTERM);
    return NULL;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct demo_echo_handlers handlers = { .say = say };
    struct service service = { .server = open_server(address, NULL) };
    struct eyelet_client *client;
    struct eyelet_error error;
    sigset_t signals;
    pthread_t thread;

    must(eyelet_health_open(service.server, &service.health, &error) == EYELET_OK, "no health");
    must(demo_echo_add(service.server, &handlers, NULL) == EYELET_OK, "cannot add");
    client = open_client(address, NULL);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* for the thread that calls, too */
    thread = start(call_and_stop, client);
    must(serve_until_sigterm(&service) == EYELET_OK, "the server failed");
    pthread_join(thread, NULL);
    eyelet_client_close(client);
    eyelet_server_close(service.server);
    eyelet_health_close(service.health);
    return 0;
}
