#include "must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void must(bool is_true, const char *sentence)
{
    if (is_true)
        return;
    fprintf(stderr, "load: %s\n", sentence);
    abort();
}

void *must_alloc(size_t n, size_t size)
{
    void *memory = calloc(n, size);

    must(memory != NULL, "no memory");
    return memory;
}

pthread_t must_start(void *(*run)(void *), void *argument)
{
    pthread_t thread;

    must(pthread_create(&thread, NULL, run, argument) == 0, "no thread");
    return thread;
}

void must_join(pthread_t thread)
{
    must(pthread_join(thread, NULL) == 0, "a thread is lost");
}

uint64_t must_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct eyelet_client *must_connect(const char *address, const struct eyelet_client_opts *opts)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error;

    if (eyelet_client_open(address, opts, &client, &error) != EYELET_OK)
        must(false, error.text);
    return client;
}

void must_make_folder(struct must_folder *ret)
{
    strcpy(ret->path, "/tmp/eyelet-load-XXXXXX");
    must(mkdtemp(ret->path) != NULL, "no folder for the socket");
    snprintf(ret->address, sizeof(ret->address), "unix://%s/depot", ret->path);
}

void must_remove_folder(const struct must_folder *folder)
{
    must(rmdir(folder->path) == 0, "something is left in the folder of the socket");
}
