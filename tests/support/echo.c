/*
 * What must not happen here ends the program with a sentence, so that it may be used from any thread.
 */
#include "support/echo.h"

#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support/folder.h"

static struct live_server live;
static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* while it runs, for any thread */

/* --- server ------------------------------------------------------------------------------------------------------- */

void echo_start(const struct eyelet_server_opts *opts, const struct demo_echo_handlers *handlers, void *userdata)
{
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_server *server = NULL;

    live_must(strlen(folder_path("server")) < sizeof(path), "the path of the socket is too long");
    strcpy(path, folder_path("server"));
    live_must(eyelet_address_format(&address, text, sizeof(text)) == 0, "the folder's name is too long");
    live_must(eyelet_server_open(text, opts, &server, NULL) == EYELET_OK, "the server does not open");
    live_must(demo_echo_add(server, handlers, userdata) == EYELET_OK, "the service cannot be added");
    live_server_start(&live, server);
}

enum eyelet_status echo_stop(void)
{
    return live_server_stop(&live);
}

struct eyelet_server *echo_server(void)
{
    return live.server;
}

int echo_connect(void)
{
    return live_connect(path);
}

bool echo_try_connect(int *ret)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    live_must(fd >= 0, "no socket");
    memcpy(address.sun_path, path, sizeof(path));
    *ret = fd;
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    close(fd);
    return false;
}

/* --- counters ----------------------------------------------------------------------------------------------------- */

struct eyelet_counters echo_counters(void)
{
    struct eyelet_counters counters;

    eyelet_server_get_counters(live.server, &counters);
    return counters;
}

void echo_await(bool (*is_so)(const struct eyelet_counters *counters))
{
    time_t until = time(NULL) + LIVE_PATIENCE_MS / 1000;

    for (;;) {
        struct eyelet_counters counters = echo_counters();

        if (is_so(&counters))
            return;
        live_must(time(NULL) < until, "what was awaited does not come about: something hangs");
        sched_yield();
    }
}
