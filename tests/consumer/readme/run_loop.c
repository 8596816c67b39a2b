/* Event loops: a thread with three calls in flight. */
#include "both_ends.h"
#include "loop.c"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    if (strcmp(request->text, "three") == 0)
        return eyelet_call_fail(call, EYELET_OUT_OF_RANGE, "too many");
    reply->text = request->text;
    return EYELET_OK;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = open_server(address, NULL);
    char one[] = "one", two[] = "two", three[] = "three";
    char *texts[] = { one, two, three };
    struct eyelet_client *client;
    pthread_t thread;

    must(demo_echo_add(server, &handlers, NULL) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    say_all(client, texts, 3);
    eyelet_client_close(client);
    stop_server(server, thread);
    return 0;
}
