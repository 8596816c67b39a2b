/*
 * A server of demo.Echo in a thread of its own, peers that speak bytes to it, and gates at which its handlers wait.
 */
#ifndef EYELET_TESTS_ECHO_H
#define EYELET_TESTS_ECHO_H

#include <pthread.h>
#include <stdint.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"
#include "support/live.h"

/**
 * struct gate - where handlers wait until the test lets them go on; initialized with GATE
 * @n_came:  how many came
 * @n_open:  how many more may pass
 */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned n_came;
    unsigned n_open;
};

#define GATE                                                                                                           \
    {                                                                                                                  \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0                                                      \
    }

/* Nobody came, nobody may pass. */
void gate_reset(struct gate *gate);

/* A handler: comes, and waits until it may pass. */
void gate_pass(struct gate *gate);

/* The test: waits until @n have come since the reset; lets @n pass. */
void gate_await(struct gate *gate, unsigned n);
void gate_open(struct gate *gate, unsigned n);

/* Starts the server on "server" in the folder, see folder.h; stops it and gives what running it gave. */
void echo_start(const struct eyelet_server_opts *opts, const struct demo_echo_handlers *handlers, void *userdata);
enum eyelet_status echo_stop(void);
struct eyelet_server *echo_server(void);

/* A peer; the other one may find that the server has stopped. */
int echo_connect(void);
bool echo_try_connect(int *ret);

/* A request of @method, with @text or @number in it, or with nothing. */
void echo_put_text(struct wire *wire, uint32_t id, const char *method, uint8_t flags, const char *text);
void echo_put_number(struct wire *wire, uint32_t id, const char *method, uint8_t flags, uint64_t number);
void echo_put_open(struct wire *wire, uint32_t id, const char *method);

/* What follows on a stream. */
void echo_put_data_text(struct wire *wire, uint32_t id, const char *text);
void echo_put_data_number(struct wire *wire, uint32_t id, uint64_t number);
void echo_put_end(struct wire *wire, uint32_t id);

/* Say, sent. */
void echo_say(int fd, uint32_t id, const char *text);

/* What must come next: a reply with a text, an error with a part of its text, a message of a stream, its end. */
void echo_expect_reply(int fd, uint32_t id, const char *text);
void echo_expect_error(int fd, uint32_t id, enum eyelet_status status, const char *text_part);
void echo_expect_text(int fd, uint32_t id, const char *text);
void echo_expect_number(int fd, uint32_t id, uint64_t number);
void echo_expect_end(int fd, uint32_t id);

/* A call that is served, so that all that was sent before on this connection has been read. */
void echo_expect_served(int fd, uint32_t id);

/* Numbers of the server's; eyelet_server_get_counters() until @is_so says so of them. */
struct eyelet_counters echo_counters(void);
void echo_await(bool (*is_so)(const struct eyelet_counters *counters));

#endif
