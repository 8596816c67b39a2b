/*
 * A server of the main library in a thread of its own.
 */
#ifndef EYELET_TESTS_LIVE_SERVER_H
#define EYELET_TESTS_LIVE_SERVER_H

#include <pthread.h>

#include <eyelet/eyelet.h>

#include "support/live.h"

/**
 * struct live_server - a server and the thread that runs it
 */
struct live_server {
    struct eyelet_server *server;
    pthread_t thread;
    enum eyelet_status status;
};

/* Runs @server in a thread; stops it, waits for the thread, closes it, and gives what eyelet_server_run() returned. */
void live_server_start(struct live_server *live, struct eyelet_server *server);
enum eyelet_status live_server_stop(struct live_server *live);

#endif
