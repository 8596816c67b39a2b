#include "parcel.h"

#include <string.h>

enum {
    WHAT_SIZE_CLASS,
    WHAT_SIZE,
    WHAT_DATA,
    WHAT_ACT,
    WHAT_FATE,
    WHAT_STATUS,
    WHAT_WAY,
    WHAT_PARCELS,
    WHAT_WINDOW,
    WHAT_TURN,
};

/* splitmix64's finalizer, by Sebastiano Vigna, who gave it away */
static uint64_t stir(uint64_t value)
{
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

uint64_t parcel_hash(uint64_t stream, uint32_t number, uint32_t what)
{
    return stir(stir(stream) ^ ((uint64_t)what << 32 | number));
}

/* A number from @low to @high. */
static uint32_t pick(uint64_t stream, uint32_t what, uint32_t low, uint32_t high)
{
    return low + (uint32_t)(parcel_hash(stream, 0, what) % (high - low + 1));
}

size_t parcel_size(uint64_t stream, uint32_t number)
{
    static const uint32_t limits[16] = { 1,   256, 256,  256,  256,  256,  256,   256,
                                         256, 256, 4096, 4096, 4096, 4096, 16384, PARCEL_SIZE_MAX + 1 };
    uint32_t limit = limits[parcel_hash(stream, number, WHAT_SIZE_CLASS) % 16];

    return (size_t)(parcel_hash(stream, number, WHAT_SIZE) % limit);
}

/* Eight bytes of data at a time. */
static uint64_t word_at(uint64_t start, size_t at)
{
    return stir(start + at);
}

void parcel_fill(Load__Parcel *parcel, uint64_t stream, uint32_t number, uint8_t *room, size_t len)
{
    uint64_t start = parcel_hash(stream, number, WHAT_DATA);

    for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
        uint64_t word = word_at(start, at);
        memcpy(room + at, &word, len - at < sizeof(word) ? len - at : sizeof(word));
    }
    load__parcel__init(parcel);
    parcel->stream = stream;
    parcel->number = number;
    parcel->data = (ProtobufCBinaryData){ .len = len, .data = room };
}

bool parcel_is(const Load__Parcel *parcel, uint64_t stream, uint32_t number, size_t len)
{
    uint64_t start = parcel_hash(stream, number, WHAT_DATA);

    if (parcel->stream != stream || parcel->number != number || parcel->data.len != len)
        return false;
    for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
        uint64_t word = word_at(start, at);
        if (memcmp(parcel->data.data + at, &word, len - at < sizeof(word) ? len - at : sizeof(word)) != 0)
            return false;
    }
    return true;
}

static enum plan_act choose_act(uint64_t stream)
{
    uint32_t chance = pick(stream, WHAT_ACT, 0, 99);

    if (chance < 70)
        return PLAN_ECHO;
    if (chance < 73)
        return PLAN_SLEEP;
    if (chance < 81)
        return PLAN_POUR;
    return chance < 89 ? PLAN_GATHER : PLAN_CHAT;
}

/* Most calls go plainly; the others share what their kind of call knows. */
static enum plan_fate choose_fate(uint64_t stream, enum plan_act act)
{
    static const enum plan_fate fates[][6] = {
        [PLAN_ECHO] = { PLAN_DEFERRED, PLAN_DEFERRED, PLAN_BIG_REQUEST, PLAN_BIG_REPLY, PLAN_FAIL, PLAN_CANCEL },
        [PLAN_SLEEP] = { PLAN_PLAIN, PLAN_PLAIN, PLAN_PLAIN, PLAN_HURRY, PLAN_FAIL, PLAN_HURRY },
        [PLAN_POUR] = { PLAN_BIG_PARCEL, PLAN_FAIL, PLAN_FAIL, PLAN_CANCEL, PLAN_CANCEL, PLAN_CLOSE },
        [PLAN_GATHER] = { PLAN_BIG_PARCEL, PLAN_FAIL, PLAN_END_EARLY, PLAN_END_EARLY, PLAN_CANCEL, PLAN_CLOSE },
        [PLAN_CHAT] = { PLAN_BIG_PARCEL, PLAN_FAIL, PLAN_END_EARLY, PLAN_END_EARLY, PLAN_CANCEL, PLAN_CLOSE },
    };
    uint32_t chance = pick(stream, WHAT_FATE, 0, 17);

    return chance < 6 ? fates[act][chance] : PLAN_PLAIN;
}

struct plan plan_make(uint64_t stream)
{
    struct plan plan = { .stream = stream, .act = choose_act(stream) };
    uint32_t way = pick(stream, WHAT_WAY, 0, 3);

    plan.fate = choose_fate(stream, plan.act);
    plan.status = (enum eyelet_status)pick(stream, WHAT_STATUS, 1, EYELET_STATUS_MAX);
    plan.is_told = way == 3;
    plan.is_started = plan.act == PLAN_ECHO && (way >= 2 || plan.fate == PLAN_CANCEL);
    plan.parcels = pick(stream, WHAT_PARCELS, 1, PLAN_PARCELS_MAX);
    plan.window = pick(stream, WHAT_WINDOW, 1, PLAN_PARCELS_MAX);
    plan.turn = pick(stream, WHAT_TURN, 0, plan.parcels - 1);
    return plan;
}

bool plan_allows(const struct plan *plan, enum eyelet_status status)
{
    switch (plan->fate) {
    case PLAN_PLAIN:
    case PLAN_DEFERRED:
    case PLAN_BIG_PARCEL:
    case PLAN_END_EARLY:
        return status == EYELET_OK;
    case PLAN_BIG_REQUEST:
    case PLAN_BIG_REPLY:
        return status == EYELET_RESOURCE_EXHAUSTED;
    case PLAN_FAIL:
        return status == plan->status;
    case PLAN_HURRY:
        return status == EYELET_DEADLINE_EXCEEDED;
    case PLAN_CANCEL:
        /* Before the end of a stream that it had to feed; otherwise the end may have been there already. */
        return status == EYELET_CANCELLED ||
               (status == EYELET_OK && plan->act != PLAN_GATHER && plan->act != PLAN_CHAT);
    case PLAN_CLOSE:
        return status == EYELET_CANCELLED;
    }
    return false;
}
