#include "support/live_server.h"

static void *run(void *argument)
{
    struct live_server *live = argument;

    live->status = eyelet_server_run(live->server);
    return NULL;
}

void live_server_start(struct live_server *live, struct eyelet_server *server)
{
    live->server = server;
    live_must(pthread_create(&live->thread, NULL, run, live) == 0, "no thread for the server");
}

enum eyelet_status live_server_stop(struct live_server *live)
{
    eyelet_server_stop(live->server);
    live_must(pthread_join(live->thread, NULL) == 0, "the server's thread is lost");
    live->server = eyelet_server_close(live->server);
    return live->status;
}
