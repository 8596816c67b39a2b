/*
 * What comes out of a session, as a running digest (FNV-1a): two ways through the same bytes must give the same one.
 * And what holds of a session at any time.
 */
#ifndef EYELET_TESTS_SESSION_STORY_H
#define EYELET_TESTS_SESSION_STORY_H

#include <string.h>

#include "core/session.h"
#include "fuzz/fuzz.h"

#define STORY_START    0xcbf29ce484222325u
#define STORY_SLOTS    16
#define STORY_START_NS 1000000000000u

static const struct eyelet_session_limits story_limits = {
    .frame_max = EYELET_SESSION_FRAME_MAX_MIN,
    .body_rate_min = 64 << 10,
    .header_timeout_ns = 5000000000u,
    .body_grace_ns = 5000000000u,
    .call_timeout_ns = 30000000000u,
    .call_timeout_max_ns = 300000000000u,
};

static inline void story_tell(uint64_t *story, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++)
        *story = (*story ^ bytes[i]) * 0x100000001b3u;
}

static inline void story_number(uint64_t *story, uint64_t number)
{
    story_tell(story, &number, sizeof(number));
}

/* Tells @part, which must lie in @whole, bytes and place. */
static inline void story_part(uint64_t *story, struct eyelet_slice part, struct eyelet_slice whole)
{
    story_number(story, part.len);
    if (part.len == 0)
        return;
    FUZZ_CHECK(part.data >= whole.data && part.len <= whole.len);
    FUZZ_CHECK((size_t)(part.data - whole.data) <= whole.len - part.len);
    story_tell(story, part.data, part.len);
}

static inline void story_error(uint64_t *story, const struct eyelet_error *error)
{
    FUZZ_CHECK(error->status != EYELET_OK && error->text[0] != '\0');
    FUZZ_CHECK(strlen(error->text) <= EYELET_ERROR_TEXT_MAX && strchr(error->text, '\n') == NULL);
    story_number(story, error->status);
    story_tell(story, error->text, strlen(error->text));
}

static inline bool story_is_live(const struct eyelet_session *session, uint32_t id)
{
    for (uint32_t i = 0; i < session->n_slots; i++) {
        if (session->slots[i].id == id)
            return true;
    }
    return false;
}

static inline void story_check(const struct eyelet_session *session)
{
    uint32_t n_live = 0;

    for (uint32_t i = 0; i < session->n_slots; i++) {
        uint32_t id = session->slots[i].id;

        n_live += id != 0;
        FUZZ_CHECK(id == 0 || (id % 2 == 1 && id <= session->last_id));
    }
    FUZZ_CHECK(session->n_live == n_live);
    FUZZ_CHECK(session->counters.protocol_errors + session->counters.late_frames <= 2 * session->counters.frames);
}

/* Between two frames nothing is waited for; inside of one there is a time by which more must come. */
static inline void story_check_deadline(const struct eyelet_session *session, size_t have)
{
    bool is_idle = eyelet_frame_is_between(&session->decoder) && have == 0;
    uint64_t deadline_ns = eyelet_session_read_deadline(session);
    struct eyelet_error error;

    FUZZ_CHECK(is_idle == (deadline_ns == EYELET_SESSION_NO_DEADLINE));
    FUZZ_CHECK(is_idle || deadline_ns >= STORY_START_NS + 5000000000u);
    eyelet_session_describe_end(session, have, &error);
    FUZZ_CHECK(error.status == EYELET_UNAVAILABLE);
}

static inline void story_counters(uint64_t *story, const struct eyelet_session *session)
{
    story_number(story, session->counters.frames);
    story_number(story, session->counters.late_frames);
    story_number(story, session->counters.protocol_errors);
    story_number(story, session->n_live);
    story_number(story, session->last_id);
}

#endif
