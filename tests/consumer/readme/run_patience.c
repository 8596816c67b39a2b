/* Cancellation: a silent device, a client that gives up, one whose time is over, and one that waits on. */
#include "both_ends.h"
#include "patience.c"

static enum eyelet_status say_with_patience(struct eyelet_client *client, uint32_t timeout_ms)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)"are you there";
    status = demo_echo_say(client, &opts, &request, &reply, NULL);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct eyelet_server_opts opts = { .threads = 4 };
    struct eyelet_server *server = open_server(address, &opts);
    int device = eventfd(0, EFD_CLOEXEC);
    struct eyelet_client *client;
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;
    pthread_t thread;

    must(device >= 0, "no device");
    must(demo_echo_add(server, &patient_handlers, &device) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, NULL);
    must(say_with_patience(client, 50) == EYELET_DEADLINE_EXCEEDED, "no deadline");
    must(start_and_give_up(client, &reply, &error) == EYELET_CANCELLED, "not cancelled");
    eventfd_write(device, 1);
    must(say_with_patience(client, 60000) == EYELET_OK, "no answer");
    eyelet_client_close(client);
    stop_server(server, thread); /* which waits for all handlers */
    close(device);
    puts("patient");
    return 0;
}
