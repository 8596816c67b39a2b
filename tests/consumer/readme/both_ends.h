/*
 * What the programs of this folder share: a server in a thread and a client, of this one process.
 */
#ifndef BOTH_ENDS_H
#define BOTH_ENDS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/eyelet.h>

/* Ends the program with the sentence unless @is_true. */
static inline void must(bool is_true, const char *sentence)
{
    if (is_true)
        return;
    fprintf(stderr, "%s\n", sentence);
    exit(1);
}

static inline struct eyelet_server *open_server(const char *address, const struct eyelet_server_opts *opts)
{
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    must(eyelet_server_open(address, opts, &server, &error) == EYELET_OK, "cannot listen");
    return server;
}

static inline struct eyelet_client *open_client(const char *address, const struct eyelet_client_opts *opts)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error;

    must(eyelet_client_open(address, opts, &client, &error) == EYELET_OK, "cannot connect");
    return client;
}

static inline void *run_server(void *server)
{
    must(eyelet_server_run(server) == EYELET_OK, "cannot serve");
    return NULL;
}

static inline pthread_t start(void *(*function)(void *argument), void *argument)
{
    pthread_t thread;

    must(pthread_create(&thread, NULL, function, argument) == 0, "no thread");
    return thread;
}

static inline void stop_server(struct eyelet_server *server, pthread_t thread)
{
    eyelet_server_stop(server);
    pthread_join(thread, NULL);
    eyelet_server_close(server);
}

#endif
