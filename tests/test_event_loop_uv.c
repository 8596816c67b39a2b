/*
 * A client in a loop of somebody else's: libuv watches its descriptor by uv_poll_t and its deadlines by uv_timer_t. The
 * same few lines would do for GLib or libev. What takes time, a new connection, is left to a thread of libuv's pool.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include <eyelet/vsock.h>

#include "echo.eyelet.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"
#include "support/starts.h"

#define N_CALLS 400u
#define N_HELD  50u /* of a connection at once, with what is read ahead less than a server's calls_max */

/* --- a client in libuv -------------------------------------------------------------------------------------------- */

/**
 * struct driver - what drives a client
 * @socket:   watches the descriptor @fd; a new one for another descriptor
 * @is_lost:  no connection, and @on_lost was called for that
 * @is_done:  nothing more is to be driven
 */
struct driver {
    uv_loop_t loop;
    struct eyelet_client *client;
    uv_poll_t *socket;
    int fd;
    uv_timer_t timer;
    bool is_lost;
    bool is_done;
    void (*on_lost)(struct driver *driver);
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void must(int r)
{
    live_must(r >= 0, r < 0 ? uv_strerror(r) : "");
}

/* The client may close its descriptor, and libuv must not watch one that is closed: before each use of the client. */
static void look_away(struct driver *driver)
{
    if (driver->socket != NULL)
        must(uv_poll_stop(driver->socket));
}

static void process(struct driver *driver);

static void on_socket(uv_poll_t *socket, int status, int events)
{
    (void)status; /* an error of the socket is the client's to find */
    (void)events;
    process(socket->data);
}

static void on_timer(uv_timer_t *timer)
{
    process(timer->data);
}

static void watch_another(struct driver *driver, int fd)
{
    if (driver->socket != NULL)
        uv_close((uv_handle_t *)driver->socket, free_handle);
    driver->socket = NULL;
    driver->fd = fd;
    if (fd < 0)
        return;
    driver->socket = malloc(sizeof(*driver->socket));
    live_must(driver->socket != NULL, "no memory");
    must(uv_poll_init(&driver->loop, driver->socket, fd));
    driver->socket->data = driver;
}

static void watch_socket(struct driver *driver)
{
    short events = eyelet_client_events(driver->client);
    int fd = eyelet_client_fd(driver->client);

    if (fd != driver->fd)
        watch_another(driver, fd);
    if (events != 0)
        must(uv_poll_start(driver->socket,
                           ((events & POLLIN) ? UV_READABLE : 0) | ((events & POLLOUT) ? UV_WRITABLE : 0), on_socket));
}

static void watch_clock(struct driver *driver)
{
    int timeout_ms = eyelet_client_timeout_ms(driver->client);

    uv_update_time(&driver->loop); /* or the timer is early */
    if (timeout_ms >= 0)
        must(uv_timer_start(&driver->timer, on_timer, (uint64_t)timeout_ms, 0));
    else
        must(uv_timer_stop(&driver->timer));
}

/* After each use of the client. */
static void look(struct driver *driver)
{
    if (driver->is_done) {
        watch_another(driver, -1);
        uv_close((uv_handle_t *)&driver->timer, NULL);
        return;
    }
    watch_socket(driver);
    watch_clock(driver);
}

static void process(struct driver *driver)
{
    enum eyelet_status status;

    look_away(driver);
    status = eyelet_client_process(driver->client, NULL);
    look(driver);
    if (status == EYELET_OK || driver->is_lost || driver->is_done)
        return;
    driver->is_lost = true;
    driver->on_lost(driver);
}

/* --- a server ----------------------------------------------------------------------------------------------------- */

static struct live_server live;
static struct starts starts;
static struct driver driver;

static void complete(enum eyelet_status why, void *userdata)
{
    eyelet_call_complete(userdata, why);
}

/* A text that begins with "hold" is answered when nobody waits for it any more. */
static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->text = request->text;
    if (strncmp(request->text, "hold", 4) != 0)
        return EYELET_OK;
    eyelet_call_defer(call);
    eyelet_call_on_cancel(call, complete, call);
    return EYELET_OK;
}

static void start_server(void)
{
    static const struct demo_echo_handlers handlers = { .say = say };
    const struct eyelet_server_opts opts = { .threads = 2, .grace_ms = 1 };
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    live_must(eyelet_server_open(folder_address_text("server"), &opts, &server, &error) == EYELET_OK, "no server");
    live_must(demo_echo_add(server, &handlers, NULL) == EYELET_OK, "no service");
    live_server_start(&live, server);
}

/* --- life of a test ----------------------------------------------------------------------------------------------- */

static void must_not_be_lost(struct driver *lost)
{
    (void)lost;
    live_must(false, "the connection is lost");
}

static void open_driver(void)
{
    struct eyelet_error error;

    driver = (struct driver){ .fd = -1, .on_lost = must_not_be_lost };
    must(uv_loop_init(&driver.loop));
    must(uv_timer_init(&driver.loop, &driver.timer));
    driver.timer.data = &driver;
    if (eyelet_client_open(folder_address_text("server"), NULL, &driver.client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
}

static void run_loop(void)
{
    look(&driver);
    must(uv_run(&driver.loop, UV_RUN_DEFAULT));
    must(uv_loop_close(&driver.loop));
    eyelet_client_close(driver.client);
}

static int setup(void **state)
{
    memset(&starts, 0, sizeof(starts));
    return folder_setup(state);
}

/* --- the tests ---------------------------------------------------------------------------------------------------- */

static void end_when_all_are_told(struct starts *all, struct start *start, void *userdata)
{
    (void)start;
    (void)userdata;
    driver.is_done = starts_in_flight(all) == 0;
}

static void hundreds_of_calls_are_driven_by_libuv(void **state)
{
    (void)state;
    start_server();
    open_driver();
    starts.on_end = end_when_all_are_told;
    starts_begin_many(&starts, driver.client, "call", 0, N_CALLS);
    run_loop();
    assert_int_equal(starts.n_of[EYELET_OK], N_CALLS);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static void deadlines_fire_by_the_timer(void **state)
{
    struct eyelet_address address = folder_address("server");
    struct eyelet_listener silent;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &silent, &error), 0); /* and never accepts */
    open_driver();
    starts.on_end = end_when_all_are_told;
    starts_begin_many(&starts, driver.client, "call", 30, N_CALLS / 2);
    starts_begin_many(&starts, driver.client, "later", 60, N_CALLS / 2);
    run_loop();
    assert_int_equal(starts.n_of[EYELET_DEADLINE_EXCEEDED], N_CALLS);
    assert_false(starts.last.is_remote);
    eyelet_listener_clear(&silent);
}

/* --- a server that is restarted ----------------------------------------------------------------------------------- */

#define N_RESTARTS 4u

static struct {
    unsigned n; /* servers that were ended */
    uv_work_t restarting;
    uv_work_t connecting;
    enum eyelet_status status;
    struct eyelet_error error;
    int placeholder; /* takes the number of the lost descriptor, so that the next one has another */
} restarts;

static void restart_server(uv_work_t *work)
{
    (void)work;
    live_must(live_server_stop(&live) == EYELET_OK, "the server failed");
    start_server();
}

static void ignore_restart(uv_work_t *work, int status)
{
    (void)work;
    must(status);
}

static void reconnect(uv_work_t *work)
{
    (void)work;
    restarts.status = eyelet_client_reconnect(driver.client, 0, &restarts.error);
}

/* N_HELD of these calls are in flight when all others are answered. */
static void start_calls(void)
{
    starts_begin_many(&starts, driver.client, "hold", 0, restarts.n < N_RESTARTS ? N_HELD : 0);
    starts_begin_many(&starts, driver.client, "call", 0, N_CALLS);
}

static void go_on(uv_work_t *work, int status)
{
    (void)work;
    must(status);
    live_must(restarts.status == EYELET_OK, restarts.error.text);
    if (restarts.placeholder >= 0)
        close(restarts.placeholder);
    restarts.placeholder = -1;
    driver.is_lost = false;
    start_calls();
    look(&driver);
}

static void connect_again(struct driver *lost)
{
    live_must(eyelet_client_fd(lost->client) == -1, "a lost connection has a descriptor");
    if (restarts.n % 2 == 0)
        restarts.placeholder = dup(STDERR_FILENO);
    must(uv_queue_work(&lost->loop, &restarts.connecting, reconnect, go_on));
}

static void restart_when_all_others_are_answered(struct starts *all, struct start *start, void *userdata)
{
    (void)userdata;
    if (start->status != EYELET_OK)
        live_must(start->status == EYELET_UNAVAILABLE && strncmp(start->text, "hold", 4) == 0, "an answer is missing");
    if (all->n_of[EYELET_OK] < (restarts.n + 1) * N_CALLS || start->status != EYELET_OK)
        return;
    if (restarts.n == N_RESTARTS) {
        driver.is_done = true;
        return;
    }
    restarts.n++;
    must(uv_queue_work(&driver.loop, &restarts.restarting, restart_server, ignore_restart));
}

static void the_loop_goes_on_with_servers_that_are_restarted(void **state)
{
    (void)state;
    memset(&restarts, 0, sizeof(restarts));
    restarts.placeholder = -1;
    start_server();
    open_driver();
    driver.on_lost = connect_again;
    starts.on_end = restart_when_all_others_are_answered;
    start_calls();
    run_loop();
    assert_int_equal(starts.n_of[EYELET_OK], (N_RESTARTS + 1) * N_CALLS);
    assert_int_equal(starts.n_of[EYELET_UNAVAILABLE], N_RESTARTS * N_HELD);
    assert_int_equal(starts_in_flight(&starts), 0);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

int main(void)
{
#define UV_TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        UV_TEST(hundreds_of_calls_are_driven_by_libuv),
        UV_TEST(deadlines_fire_by_the_timer),
        UV_TEST(the_loop_goes_on_with_servers_that_are_restarted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
