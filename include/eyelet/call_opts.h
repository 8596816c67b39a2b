/*
 * What a caller may say about one call: how long it may take, and what travels beside the request.
 */
#ifndef EYELET_CALL_OPTS_H
#define EYELET_CALL_OPTS_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/metadata.h>

#define EYELET_TIMEOUT_MS_DEFAULT 30000u /* every call has a deadline: 30 s if nobody says otherwise */
#define EYELET_TIMEOUT_MS_MAX 86400000u  /* one day; a longer time is cut to this */

/**
 * struct eyelet_call_opts - how one call behaves; zero means the client's default
 * @timeout_ms:  from now to the end of the call or stream, over waiting for a connection, writing and reading; travels
 *               to the server, which may shorten it. 0 is the client's default, not "no time left": do not call when
 *               there is none
 * @metadata:    pairs that travel with the request; keys are lower-cased on the way
 * @n_metadata:  number of pairs, at most 64, 16 KiB in all
 */
struct eyelet_call_opts {
    uint32_t timeout_ms;
    const struct eyelet_metadata *metadata;
    size_t n_metadata;
};

#endif
