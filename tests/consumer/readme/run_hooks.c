/* Hooks: a call with the token and one without. */
#include "both_ends.h"
#include "hooks.c"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static enum eyelet_status say_with(struct eyelet_client *client, const char *word)
{
    const struct eyelet_metadata metadata = { "token", word };
    const struct eyelet_call_opts opts = { .metadata = &metadata, .n_metadata = 1 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)"hello";
    status = demo_echo_say(client, &opts, &request, &reply, NULL);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = open_server(address, &watched);
    struct eyelet_client *client;
    pthread_t thread;

    must(demo_echo_add(server, &handlers, NULL) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    must(say_with(client, "open sesame") == EYELET_OK, "the token is refused");
    must(say_with(client, "open barley") == EYELET_UNAUTHENTICATED, "any token will do");
    eyelet_client_close(client);
    eyelet_server_stop(server);
    pthread_join(thread, NULL);
    print_counters(server);
    eyelet_server_close(server);
    return 0;
}
