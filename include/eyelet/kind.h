/*
 * The four kinds of method that a .proto file can define, and what receiving from a stream gives.
 */
#ifndef EYELET_KIND_H
#define EYELET_KIND_H

/* Each bit says that one side sends a stream of messages instead of exactly one. */
enum eyelet_kind {
    EYELET_UNARY = 0,         /* one request, one reply */
    EYELET_CLIENT_STREAM = 1, /* many requests, one reply */
    EYELET_SERVER_STREAM = 2, /* one request, many replies */
    EYELET_BIDI_STREAM = 3,   /* many of both, in any order */
};

/* What receiving gave: exactly one of the three. */
enum eyelet_got {
    EYELET_GOT_MESSAGE, /* the next message */
    EYELET_GOT_END,     /* the peer is done and all is well; there will be no more messages */
    EYELET_GOT_ERROR,   /* the stream failed; there will be no more messages */
};

#endif
