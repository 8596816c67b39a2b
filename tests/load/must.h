/*
 * What a load program cannot do without: memory, threads, sockets. Not having it ends the program with a sentence.
 */
#ifndef EYELET_TESTS_LOAD_MUST_H
#define EYELET_TESTS_LOAD_MUST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/client.h>

/* Ends the program, with the sentence, unless @is_true. */
void must(bool is_true, const char *sentence);

/* Zeroed memory. */
void *must_alloc(size_t n, size_t size);

/* A thread, and its end. */
pthread_t must_start(void *(*run)(void *), void *argument);
void must_join(pthread_t thread);

/* CLOCK_MONOTONIC. */
uint64_t must_now_ns(void);

/* A client of @address; the server may only be about to listen. */
struct eyelet_client *must_connect(const char *address, const struct eyelet_client_opts *opts);

/* A folder for sockets; must_remove_folder() wants it empty. */
struct must_folder {
    char path[40];
    char address[80]; /* of a socket in it */
};
void must_make_folder(struct must_folder *ret);
void must_remove_folder(const struct must_folder *folder);

#endif
