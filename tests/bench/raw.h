/*
 * What the socket alone costs: messages with a head of eight bytes, in the machine's own order.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum raw_kind {
    RAW_ECHO, /* wanted back */
    RAW_UP,   /* counted, if they have the first one's length */
    RAW_END,  /* how many RAW_UP there were: comes back with a count */
    RAW_DOWN, /* a struct raw_order: so many RAW_UP are wanted */
};

struct raw_head {
    uint32_t kind;
    uint32_t len;
};

struct raw_order {
    uint32_t count;
    uint32_t size;
};

#define RAW_LEN_MAX (1u << 24)
#define RAW_BATCH   (64u << 10) /* bytes that leave with one write, where there are many messages */

/**
 * struct raw_buffer - bytes that came
 * @data:  allocated
 * @cap:   bytes of it
 * @at:    what was taken
 * @end:   what came
 */
struct raw_buffer {
    uint8_t *data;
    size_t cap;
    size_t at;
    size_t end;
};

/* raw_write() - Return: whether all of it went. */
bool raw_write(int fd, const void *data, size_t len);

/* raw_read() - one read, behind what is there; what was taken makes room. Return: whether something came. */
bool raw_read(int fd, struct raw_buffer *buffer);

/**
 * raw_next() - take the next whole message
 * @ret:     its head
 * @ret_at:  where it begins, with its head, in @buffer until the next raw_read(); may be NULL
 *
 * Return: whether there is one; otherwise more has to come.
 */
bool raw_next(struct raw_buffer *buffer, struct raw_head *ret, const uint8_t **ret_at);

/* raw_socket() - for unix://PATH, vsock://CID:PORT or, to listen, vsock://any:PORT: listening or connected; -1 */
int raw_socket(const char *address, bool listens);

#endif
