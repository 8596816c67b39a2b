/*
 * Metadata: pairs of text that travel beside a request, as headers do elsewhere.
 */
#ifndef EYELET_METADATA_H
#define EYELET_METADATA_H

/**
 * struct eyelet_metadata - one pair
 * @key:    1 to 128 bytes of UTF-8 without control bytes; lower-cased when sent, compared without case
 * @value:  at most 8 KiB of UTF-8, which nobody interprets
 *
 * A request carries at most 64 pairs and 16 KiB of keys and values; order and duplicates are kept. Both strings are
 * borrowed for the length of the call.
 */
struct eyelet_metadata {
    const char *key;
    const char *value;
};

#endif
