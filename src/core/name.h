/*
 * Names of services and methods as good peers send them: asked of every call, so it is inline.
 */
#ifndef EYELET_CORE_NAME_H
#define EYELET_CORE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <eyelet/slice.h>

#define EYELET_NAME_MAX 255 /* HOSTILE limit "service, method name", in bytes */

#define EYELET_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Of 8 bytes at once: is one of them NUL, a slash, or no ASCII? Subtracting 1 borrows from a byte that is 0. */
static inline bool eyelet_name_is_odd_word(const uint8_t *bytes)
{
    uint64_t word, slashes;

    memcpy(&word, bytes, sizeof(word));
    slashes = word ^ EYELET_EACH_BYTE('/');
    return ((word | (word - EYELET_EACH_BYTE(1)) | (slashes - EYELET_EACH_BYTE(1))) & EYELET_EACH_BYTE(0x80)) != 0;
}

static inline bool eyelet_name_is_odd_byte(uint8_t byte)
{
    return byte == '\0' || byte == '/' || byte >= 0x80;
}

/* Is there what a name of a good peer does not have? */
static inline bool eyelet_name_has_odd_bytes(struct eyelet_slice name)
{
    size_t at = 0;

    if (name.len >= sizeof(uint64_t)) {
        for (; name.len - at > sizeof(uint64_t); at += sizeof(uint64_t)) {
            if (eyelet_name_is_odd_word(name.data + at))
                return true;
        }
        return eyelet_name_is_odd_word(name.data + name.len - sizeof(uint64_t)); /* it may lie over the one before it */
    }
    for (; at < name.len; at++) {
        if (eyelet_name_is_odd_byte(name.data[at]))
            return true;
    }
    return false;
}

/*
 * eyelet_name_is_plain() - is it ASCII, neither empty nor too long, and without a NUL byte or a slash?
 *
 * Nearly all are. What is wrong with one that is not, if anything, is for eyelet_request_check() to say.
 */
static inline bool eyelet_name_is_plain(struct eyelet_slice name)
{
    return name.len > 0 && name.len <= EYELET_NAME_MAX && !eyelet_name_has_odd_bytes(name);
}

#endif
