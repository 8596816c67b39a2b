/*
 * Borrowed bytes: the one way in which eyelet passes bytes that somebody else owns.
 */
#ifndef EYELET_SLICE_H
#define EYELET_SLICE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct eyelet_slice - bytes that belong to somebody else
 * @data:  first byte; may be NULL when @len is 0
 * @len:   number of bytes
 *
 * A slice never owns and is never freed. Whoever hands one out says how long it lives. It is not a C string: no NUL
 * byte follows it, and NUL bytes may be in it.
 */
struct eyelet_slice {
    const uint8_t *data;
    size_t len;
};

#endif
