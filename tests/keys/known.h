/*
 * The keys that known_key_service makes, one after the other: its randomness is known, and so what it must sign.
 */
#ifndef EYELET_TESTS_KEYS_KNOWN_H
#define EYELET_TESTS_KEYS_KNOWN_H

#include <stdint.h>

#define KNOWN_SIZE 32 /* of a key */

enum {
    KNOWN_RFC_1, /* RFC 4231, 4.2: a shorter key, but HMAC fills up with zeros all the same */
    KNOWN_RFC_2, /* RFC 4231, 4.3 */
    KNOWN_OTHER, /* from here on no two alike, and like nothing that a program's memory has by itself */
};

/* Writes the @n-th key to @ret and nothing of it anywhere else. */
void known_key(unsigned n, uint8_t ret[KNOWN_SIZE]);

#endif
