/*
 * A server of demo.Echo in a thread of its own, with what its peers say and hear, and gates at which its handlers wait.
 */
#ifndef EYELET_TESTS_ECHO_H
#define EYELET_TESTS_ECHO_H

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"
#include "support/gate.h"
#include "support/live_server.h"
#include "support/spoken.h"

/* Starts the server on "server" in the folder, see folder.h; stops it and gives what running it gave. */
void echo_start(const struct eyelet_server_opts *opts, const struct demo_echo_handlers *handlers, void *userdata);
enum eyelet_status echo_stop(void);
struct eyelet_server *echo_server(void);

/* A peer; the other one may find that the server has stopped. */
int echo_connect(void);
bool echo_try_connect(int *ret);

/* Numbers of the server's; eyelet_server_get_counters() until @is_so says so of them. */
struct eyelet_counters echo_counters(void);
void echo_await(bool (*is_so)(const struct eyelet_counters *counters));

#endif
