/*
 * What is sent, and what happens to each call: all of it made from a number, so that both ends can make it again and
 * compare. Nothing in here is left to chance or to time.
 */
#ifndef EYELET_TESTS_LOAD_PARCEL_H
#define EYELET_TESTS_LOAD_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/status.h>

#include "load.eyelet.h"

#define PARCEL_DOWN      0x80000000u /* in a number: sent by the server */
#define PARCEL_SIZE_MAX  60000u      /* fits into a frame of PLAN_FRAME_MAX, with its envelope */
#define PARCEL_TOO_BIG   70000u      /* does not */
#define PARCEL_ENORMOUS  140000u     /* does not fit into a frame of twice that either */
#define PLAN_FRAME_MAX   65536u
#define PLAN_PARCELS_MAX 40u /* below what may wait in a stream for as long as it likes */

/* A number that follows from these three and looks like none of them. */
uint64_t parcel_hash(uint64_t stream, uint32_t number, uint32_t what);

/* How long the data of a parcel is: mostly short, now and then empty or PARCEL_SIZE_MAX. */
size_t parcel_size(uint64_t stream, uint32_t number);

/* Fills a parcel whose data lie in @room, which holds @len bytes. */
void parcel_fill(Load__Parcel *parcel, uint64_t stream, uint32_t number, uint8_t *room, size_t len);

/* Is it this one, with that many bytes, and each of them right? */
bool parcel_is(const Load__Parcel *parcel, uint64_t stream, uint32_t number, size_t len);

enum plan_act {
    PLAN_ECHO,
    PLAN_SLEEP,
    PLAN_POUR,
    PLAN_GATHER,
    PLAN_CHAT,
};

/* How a call goes. But for PLAN_PLAIN only one side does something about it, so that it can be told how it ends. */
enum plan_fate {
    PLAN_PLAIN,
    PLAN_DEFERRED,    /* echo: answered by another thread */
    PLAN_BIG_REQUEST, /* echo: over the limit */
    PLAN_BIG_REPLY,   /* echo: the same */
    PLAN_BIG_PARCEL,  /* streams: one that is over the limit is tried at @turn, and the stream goes on */
    PLAN_FAIL,        /* the handler fails with @status, of a stream at @turn */
    PLAN_END_EARLY,   /* gather, chat: the handler is content at @turn */
    PLAN_HURRY,       /* sleep: the caller's time is too short */
    PLAN_CANCEL,      /* the caller gives up, a stream at @turn */
    PLAN_CLOSE,       /* streams: the caller closes it at @turn */
};

/**
 * struct plan - a call, from before its beginning
 * @stream:      which one it is
 * @is_started:  echo: not waited for
 * @is_told:     of those: the caller is told of the end and does not collect it
 * @parcels:     streams: in each direction that has one
 * @window:      chat: sent before the answers are received
 * @turn:        after so many parcels something happens
 */
struct plan {
    uint64_t stream;
    enum plan_act act;
    enum plan_fate fate;
    enum eyelet_status status;
    bool is_started;
    bool is_told;
    uint32_t parcels;
    uint32_t window;
    uint32_t turn;
};

struct plan plan_make(uint64_t stream);

/* May a call of this plan end so when nothing disturbs it? */
bool plan_allows(const struct plan *plan, enum eyelet_status status);

#endif
