/*
 * What a peer may take of a session: time, errors, calls in flight, room; and the table of live calls against a model.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "support/script.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define S           1000000000ull /* nanoseconds */
#define START       SCRIPT_START_NS

static const struct wire_request say = { .service = "demo.Echo", .method = "Say" };

static void hear_request(struct listener *listener, uint32_t id)
{
    struct wire wire = { 0 };

    wire_request(&wire, id, &say);
    listener_note(listener, wire_slice(&wire));
    wire_clear(&wire);
}

static void hear_frame(struct listener *listener, uint8_t type, uint32_t id)
{
    struct wire wire = { 0 };

    wire_frame_head(&wire, type, 0, id, 0);
    listener_note(listener, wire_slice(&wire));
    wire_clear(&wire);
}

static void hear_fill(struct listener *listener, size_t len)
{
    struct wire wire = { 0 };

    wire_fill(&wire, 'x', len);
    listener_note(listener, wire_slice(&wire));
    wire_clear(&wire);
}

static bool is_broken(const struct listener *listener)
{
    return strstr(listener->story, "broken RESOURCE_EXHAUSTED") != NULL;
}

/* --- deadlines of calls ------------------------------------------------------------------------------------------- */

/* The deadline that a server gives to a request with @timeout_ns. */
static uint64_t deadline_of(const struct eyelet_session_limits *limits, uint64_t now_ns, int64_t timeout_ns)
{
    struct wire_request request = say;
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    request.timeout_ns = timeout_ns;
    wire_request(&wire, 1, &request);
    listener_init(&listener, EYELET_SESSION_SERVER, limits, 0);
    listener.now_ns = now_ns;
    listener_hear(&listener, wire_slice(&wire));
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_CALL);
    listener_clear(&listener);
    wire_clear(&wire);
    return event.deadline_ns;
}

static void h059_a_request_without_a_timeout_gets_the_servers(void **state)
{
    struct eyelet_session_limits limits = script_limits;
    struct eyelet_session_event event;
    struct listener listener;

    (void)state;
    assert_true(deadline_of(&limits, START, 0) == START + 30 * S);
    limits.call_timeout_ns = 600 * S; /* over the longest: the longest holds */
    assert_true(deadline_of(&limits, START, 0) == START + 300 * S);

    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0); /* timeout_nano: 0 on the wire is none, too */
    listener_hear(&listener, (struct eyelet_slice){ (const uint8_t *)"\0\0\0\x12\0\0\0\x01\x01\0"
                                                                     "\x0a\x09"
                                                                     "demo.Echo"
                                                                     "\x12\x03"
                                                                     "Say\x20\0",
                                                    28 });
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_CALL);
    assert_true(event.deadline_ns == START + 30 * S);
    listener_clear(&listener);
}

static void h060_a_timeout_counts_from_the_arrival_up_to_the_longest(void **state)
{
    static const struct {
        int64_t timeout_ns;
        uint64_t expected_ns;
    } table[] = {
        { 1, START + 1 },
        { 5 * (int64_t)S, START + 5 * S },
        { 300 * (int64_t)S, START + 300 * S },
        { 300 * (int64_t)S + 1, START + 300 * S },
        { INT64_MAX, START + 300 * S },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++)
        assert_true(deadline_of(&script_limits, START, table[i].timeout_ns) == table[i].expected_ns);
}

static void h060_a_deadline_past_the_end_of_the_clock_is_its_end(void **state)
{
    struct eyelet_session_limits limits = script_limits;

    (void)state;
    limits.call_timeout_ns = limits.call_timeout_max_ns = UINT64_MAX;
    assert_true(deadline_of(&limits, START, 0) == UINT64_MAX);
    assert_true(deadline_of(&limits, START, INT64_MAX) == START + INT64_MAX);
    assert_true(deadline_of(&limits, 1ull << 63, INT64_MAX) == UINT64_MAX);
    assert_true(deadline_of(&script_limits, UINT64_MAX - 1, 5) == UINT64_MAX);
}

static void the_clock_of_a_call_starts_when_it_is_whole(void **state)
{
    struct wire_request request = say;
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    request.timeout_ns = 7;
    wire_request(&wire, 1, &request);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_hear(&listener, (struct eyelet_slice){ wire.bytes, 12 });
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_MORE);
    listener.now_ns += 2 * S;
    listener_hear(&listener, (struct eyelet_slice){ wire.bytes + 12, wire.len - 12 });
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_CALL);
    assert_true(event.deadline_ns == START + 2 * S + 7);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- deadlines of reading ----------------------------------------------------------------------------------------- */

static void check_deadline(const struct listener *listener, uint64_t expected_ns)
{
    assert_true(eyelet_session_read_deadline(&listener->session) == expected_ns);
}

static void an_idle_connection_has_no_deadline(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    check_deadline(&listener, EYELET_SESSION_NO_DEADLINE);
    hear_request(&listener, 1);
    check_deadline(&listener, EYELET_SESSION_NO_DEADLINE);
    listener_clear(&listener);
}

static void h037_a_head_has_5_s_from_its_first_byte(void **state)
{
    static const uint8_t head[] = { 0, 0, 0, 5, 0, 0, 0, 1, 1, 0 };
    struct eyelet_error error;
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (size_t i = 0; i < sizeof(head) - 1; i++) {
        listener_note(&listener, (struct eyelet_slice){ head + i, 1 });
        check_deadline(&listener, START + 5 * S); /* more bytes do not move it */
        listener.now_ns += S / 2;
    }
    eyelet_session_describe_timeout(&listener.session, &error);
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    assert_string_equal(error.text, "peer began the head of a frame and stalled");

    listener_note(&listener, (struct eyelet_slice){ head + 9, 1 });
    check_deadline(&listener, listener.now_ns + 5 * S); /* now it is the data's */
    listener_clear(&listener);
}

static void h037_the_next_head_has_its_own_time(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    wire_request(&wire, 1, &say);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 3, 0);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, (struct eyelet_slice){ wire.bytes, 3 });
    listener.now_ns += 3 * S;
    listener_note(&listener, (struct eyelet_slice){ wire.bytes + 3, wire.len - 10 - 3 + 4 });
    assert_string_equal(listener.story, "call 1 demo.Echo/Say \"\"");
    check_deadline(&listener, START + 3 * S + 5 * S);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* Data of a frame, wanted or not: 5 s, and after that 64 KiB in each second. */
static void check_rate(uint8_t type, uint32_t data_len, uint32_t frame_max)
{
    struct eyelet_session_limits limits = script_limits;
    struct eyelet_error error;
    struct listener listener;
    struct wire wire = { 0 };

    limits.frame_max = frame_max;
    wire_frame_head(&wire, type, 0, 1, data_len);
    listener_init(&listener, EYELET_SESSION_SERVER, &limits, 0);
    listener_note(&listener, wire_slice(&wire));
    check_deadline(&listener, START + 5 * S);
    listener.now_ns += S;
    hear_fill(&listener, 1);
    check_deadline(&listener, START + 5 * S + S / 65536);
    hear_fill(&listener, 65535);
    check_deadline(&listener, START + 6 * S);
    listener.now_ns += 4 * S;
    hear_fill(&listener, 3 * 65536);
    check_deadline(&listener, START + 9 * S);

    eyelet_session_describe_timeout(&listener.session, &error);
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    assert_non_null(strstr(error.text, "(262144 of"));
    hear_fill(&listener, data_len - 4 * 65536);
    check_deadline(&listener, EYELET_SESSION_NO_DEADLINE);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void h038_data_has_5_s_and_then_a_rate(void **state)
{
    (void)state;
    check_rate(WIRE_REQUEST, 1u << 20, 1u << 20);
}

static void h038_data_that_is_skipped_has_the_same_rate(void **state)
{
    (void)state;
    check_rate(WIRE_REQUEST, 1u << 20, 4096);     /* over the limit */
    check_rate(77, 1u << 20, 1u << 20);           /* of a type of the future */
    check_rate(WIRE_DATA, (16u << 20) - 1, 4096); /* for no stream, as long as can be */
}

static void time_without_reading_does_not_count(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    eyelet_session_resume_reading(&listener.session, START + 9 * S);
    check_deadline(&listener, EYELET_SESSION_NO_DEADLINE);

    listener_note(&listener, (struct eyelet_slice){ (const uint8_t *)"\0", 1 });
    eyelet_session_resume_reading(&listener.session, START + 20 * S);
    check_deadline(&listener, START + 25 * S);

    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 4096);
    listener.now_ns = START + 21 * S;
    listener_note(&listener, (struct eyelet_slice){ wire.bytes + 1, wire.len - 1 });
    hear_fill(&listener, 1024);
    check_deadline(&listener, START + 26 * S + S / 64);
    eyelet_session_resume_reading(&listener.session, START + 60 * S);
    check_deadline(&listener, START + 65 * S + S / 64);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void a_reply_that_is_given_up_still_has_to_come_in_time(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 1);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 4096);
    wire_fill(&wire, 'x', 1024);
    listener_note(&listener, wire_slice(&wire));
    assert_true(eyelet_session_finish(&listener.session, 1));
    hear_fill(&listener, 1024);
    check_deadline(&listener, START + 5 * S + S / 32);
    assert_int_equal(listener.taken, listener.held.len); /* nothing of it is kept any more */
    hear_fill(&listener, 2048);
    check_deadline(&listener, EYELET_SESSION_NO_DEADLINE);
    assert_string_equal(listener.story, "");
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- the error budget --------------------------------------------------------------------------------------------- */

static void h048_32_errors_at_once_are_borne_and_the_33rd_breaks(void **state)
{
    static const enum eyelet_session_role roles[] = { EYELET_SESSION_CLIENT, EYELET_SESSION_SERVER };

    (void)state;
    for (size_t role = 0; role < N_OF(roles); role++) {
        struct eyelet_session_event event;
        struct listener listener;
        struct wire wire = { 0 };

        listener_init(&listener, roles[role], NULL, 0);
        for (unsigned i = 0; i < 32; i++)
            hear_frame(&listener, 99, 1);
        assert_string_equal(listener.story, "");
        assert_int_equal(listener.session.counters.protocol_errors, 32);

        wire_frame_head(&wire, 99, 0, 1, 0);
        listener_hear(&listener, wire_slice(&wire));
        assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_BROKEN);
        assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
        assert_string_equal(event.error.text, "peer made more than 32 protocol errors");
        listener_clear(&listener);
        wire_clear(&wire);
    }
}

static void h048_the_budget_refills_by_2_in_a_second(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (unsigned i = 0; i < 32; i++)
        hear_frame(&listener, 99, 1);
    for (unsigned i = 0; i < 100; i++) { /* one in each half second goes on for ever */
        listener.now_ns += S / 2;
        hear_frame(&listener, 99, 1);
        assert_false(is_broken(&listener));
    }
    listener.now_ns += S / 2 - 1;
    hear_frame(&listener, 99, 1);
    assert_true(is_broken(&listener));
    listener_clear(&listener);
}

static void h048_the_budget_is_never_more_than_32(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener.now_ns += 3600 * S;
    for (unsigned i = 0; i < 32; i++)
        hear_frame(&listener, 99, 1);
    assert_false(is_broken(&listener));
    hear_frame(&listener, 99, 1);
    assert_true(is_broken(&listener));
    listener_clear(&listener);
}

/* Each is one error: the 33rd of its kind is not answered any more. */
static void h048_every_refusal_that_is_the_peers_fault_is_charged(void **state)
{
    static const struct {
        uint8_t type;
        uint8_t flags;
        uint32_t id;
    } bad[] = {
        { WIRE_REQUEST, 0, 2 },                       /* an even id */
        { WIRE_REQUEST, WIRE_OPEN | WIRE_CLOSED, 1 }, /* both flags; from then on an id used again */
        { WIRE_REQUEST, 0, 0xffffffff },              /* no names; then used again */
        { WIRE_DATA, 0, 0 },                          /* data for no stream */
        { WIRE_RESPONSE, 0, 1 },                      /* never a client's */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(bad); i++) {
        struct listener listener;
        struct wire wire = { 0 };

        wire_frame_head(&wire, bad[i].type, bad[i].flags, bad[i].id, 0);
        listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
        for (unsigned n = 0; n < 32; n++) {
            listener.story[0] = '\0';
            listener_note(&listener, wire_slice(&wire));
            assert_false(is_broken(&listener));
        }
        listener.story[0] = '\0';
        listener_note(&listener, wire_slice(&wire));
        assert_string_equal(listener.story, "broken RESOURCE_EXHAUSTED");
        listener_clear(&listener);
        wire_clear(&wire);
    }
}

static void h048_envelopes_that_do_not_parse_are_charged(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (uint32_t n = 0; n < 33; n++) {
        struct wire wire = { 0 };

        assert_false(is_broken(&listener));
        wire_frame(&wire, WIRE_REQUEST, 0, 2 * n + 1, (struct eyelet_slice){ (const uint8_t *)"\x0a", 1 });
        listener_note(&listener, wire_slice(&wire));
        wire_clear(&wire);
    }
    assert_true(is_broken(&listener));
    assert_int_equal(listener.session.n_live, 0);
    listener_clear(&listener);
}

static void h050_a_flood_of_data_for_no_stream_breaks(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    for (uint32_t id = 1; id < 2000; id += 2)
        wire_frame_head(&wire, WIRE_DATA, 0, id, 0);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, wire_slice(&wire));
    assert_true(is_broken(&listener));
    assert_int_equal(listener.taken, 33 * WIRE_HEAD_LEN); /* the rest was not even looked at */
    listener_clear(&listener);
    wire_clear(&wire);
}

static void late_frames_are_not_charged(void **state)
{
    struct listener server, client;

    (void)state;
    listener_init(&server, EYELET_SESSION_SERVER, NULL, 0);
    listener_init(&client, EYELET_SESSION_CLIENT, NULL, 1);
    hear_request(&server, 1);
    assert_true(eyelet_session_finish(&server.session, 1));
    assert_true(eyelet_session_finish(&client.session, 1));
    for (unsigned i = 0; i < 1000; i++) {
        hear_frame(&server, WIRE_DATA, 1);
        hear_frame(&client, i % 2 == 0 ? WIRE_RESPONSE : WIRE_DATA, 1);
    }
    assert_string_equal(server.story, "call 1 demo.Echo/Say \"\"");
    assert_string_equal(client.story, "");
    assert_int_equal(server.session.counters.late_frames, 1000);
    assert_int_equal(client.session.counters.late_frames, 1000);
    assert_int_equal(server.session.counters.protocol_errors + client.session.counters.protocol_errors, 0);
    listener_clear(&server);
    listener_clear(&client);
}

/* A session of @role that hears frames for a stream that is over, until it breaks. Return: how many it took. */
static unsigned late_until_broken(struct listener *listener, uint8_t type)
{
    unsigned n = 0;

    listener->story[0] = '\0';
    while (!is_broken(listener)) {
        hear_frame(listener, type, 1);
        n++;
        assert_true(n < 10000);
    }
    return n;
}

/* Call number 0 is over and nothing more is owed for it. */
static void end_first_call(struct listener *listener)
{
    if (listener->session.role == EYELET_SESSION_CLIENT) {
        hear_frame(listener, WIRE_RESPONSE, 1);
    } else {
        hear_request(listener, 1);
        assert_true(eyelet_session_finish(&listener->session, 1));
    }
    assert_int_equal(listener->session.n_live, 0);
}

static void h050_1024_late_frames_at_once_are_free_and_then_they_are_errors(void **state)
{
    (void)state;
    for (unsigned role = 0; role < 2; role++) {
        enum eyelet_session_role roles[] = { EYELET_SESSION_SERVER, EYELET_SESSION_CLIENT };
        uint8_t type = roles[role] == EYELET_SESSION_SERVER ? WIRE_DATA : WIRE_RESPONSE;
        struct listener listener;

        listener_init(&listener, roles[role], NULL, roles[role] == EYELET_SESSION_CLIENT);
        end_first_call(&listener);
        for (unsigned i = 0; i < 1024; i++)
            hear_frame(&listener, type, 1);
        assert_int_equal(listener.session.counters.protocol_errors, 0);
        hear_frame(&listener, type, 1);
        assert_int_equal(listener.session.counters.protocol_errors, 1);
        assert_int_equal(late_until_broken(&listener, type), 32);
        assert_int_equal(listener.session.counters.late_frames, 1024 + 33);
        listener_clear(&listener);
    }
}

static void h050_late_frames_may_come_1000_in_a_second_for_ever(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 1);
    end_first_call(&listener);
    listener.now_ns += 3600 * S; /* and no more than 1024 are ever saved up */
    for (unsigned i = 0; i < 1024; i++)
        hear_frame(&listener, WIRE_RESPONSE, 1);
    for (unsigned i = 0; i < 5000; i++) {
        listener.now_ns += S / 1000;
        hear_frame(&listener, WIRE_RESPONSE, 1);
    }
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    assert_int_equal(late_until_broken(&listener, WIRE_RESPONSE), 33);
    listener_clear(&listener);
}

static void an_absence_gives_a_peer_no_more_than_a_new_beginning(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, (struct eyelet_slice){ (const uint8_t *)"\0\0\0", 3 });
    eyelet_session_forgive(&listener.session, 8 * S, START + 9 * S);
    check_deadline(&listener, START + 8 * S + 5 * S);
    eyelet_session_forgive(&listener.session, 8 * S, START + 9 * S); /* it had one second left when that began */
    check_deadline(&listener, START + 9 * S + 5 * S);
    listener_clear(&listener);
}

static void h061_too_much_metadata_is_refused_and_not_charged(void **state)
{
    struct wire_pair pairs[65];
    struct wire_request request = say;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    for (size_t i = 0; i < N_OF(pairs); i++)
        pairs[i] = (struct wire_pair){ "key", "value" };
    request.metadata = pairs;
    request.n_metadata = N_OF(pairs);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (uint32_t id = 1; id < 200; id += 2) {
        listener.story[0] = '\0';
        wire_request(&wire, id, &request);
        listener_note(&listener, wire_slice(&wire));
        wire_clear(&wire);
    }
    assert_string_equal(listener.story, "refuse 199 RESOURCE_EXHAUSTED");
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
}

static void what_is_not_the_peers_fault_is_not_charged(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (uint32_t id = 1; id <= 2 * SCRIPT_SLOTS; id += 2)
        hear_request(&listener, id);
    for (uint32_t id = 2 * SCRIPT_SLOTS + 1; id < 200; id += 2) { /* over the calls in flight */
        listener.story[0] = '\0';
        hear_request(&listener, id);
    }
    eyelet_session_stop(&listener.session);
    for (uint32_t id = 201; id < 400; id += 2) { /* stopping */
        listener.story[0] = '\0';
        hear_request(&listener, id);
    }
    assert_string_equal(listener.story, "refuse 399 UNAVAILABLE");
    for (uint32_t id = 401; id < 600; id += 2) { /* over the limit */
        listener.story[0] = '\0';
        wire_frame_head(&wire, WIRE_REQUEST, 0, id, SCRIPT_FRAME_MAX + 1);
        wire_fill(&wire, 'x', SCRIPT_FRAME_MAX + 1);
        listener_note(&listener, wire_slice(&wire));
        wire_clear(&wire);
    }
    assert_string_equal(listener.story, "refuse 599 RESOURCE_EXHAUSTED");
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
}

/* --- calls in flight, and room ------------------------------------------------------------------------------------ */

static void h103_a_call_over_those_in_flight_is_refused_until_one_is_over(void **state)
{
    static struct eyelet_slot slots[128];
    const char *text = "128 calls are in flight on this connection already";
    struct eyelet_session_event event;
    struct eyelet_session session;
    struct wire wire = { 0 };
    struct eyelet_slice in;

    (void)state;
    for (uint32_t n = 0; n < 130; n++)
        wire_request(&wire, 2 * n + 1, &say);
    eyelet_session_init(&session, EYELET_SESSION_SERVER, &script_limits, slots, N_OF(slots));
    in = wire_slice(&wire);
    for (unsigned n = 0; n < 128; n++) {
        assert_int_equal(eyelet_session_feed(&session, &in, START, &event), EYELET_SESSION_CALL);
        assert_int_equal(eyelet_session_accept(&session, &event, EYELET_UNARY, NULL, NULL), EYELET_OK);
    }
    assert_int_equal(eyelet_session_feed(&session, &in, START, &event), EYELET_SESSION_REFUSE);
    assert_int_equal(event.id, 257);
    assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
    assert_string_equal(event.error.text, text);

    assert_true(eyelet_session_finish(&session, 101));
    assert_int_equal(eyelet_session_feed(&session, &in, START, &event), EYELET_SESSION_CALL);
    assert_int_equal(event.id, 259);
    assert_int_equal(session.n_live, 128);
    for (uint32_t n = 0; n < 130; n++)
        assert_int_equal(eyelet_session_finish(&session, 2 * n + 1), n != 50 && n != 128);
    assert_int_equal(session.n_live, 0);
    wire_clear(&wire);
}

static void a_server_without_room_refuses_the_frame_and_goes_on(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, 4000);
    wire_fill(&wire, 'x', 100);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, wire_slice(&wire));
    assert_int_equal(listener.held.len - listener.taken, 100);

    assert_int_equal(eyelet_session_refuse_data(&listener.session, &event), EYELET_SESSION_REFUSE);
    assert_int_equal(event.kind, EYELET_SESSION_REFUSE);
    assert_int_equal(event.id, 1);
    assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_MORE);
    assert_int_equal(listener.taken, listener.held.len); /* what was there is let go */
    check_deadline(&listener, START + 5 * S + 100 * S / 65536);

    hear_fill(&listener, 3900);
    hear_request(&listener, 1);
    hear_request(&listener, 3);
    assert_string_equal(listener.story, "refuse 1 INVALID_ARGUMENT; call 3 demo.Echo/Say \"\"");
    listener_clear(&listener);
    wire_clear(&wire);
}

static void a_client_without_room_fails_the_call_and_goes_on(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 3, 4000);
    wire_fill(&wire, 'x', 100);
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 2);
    listener_note(&listener, wire_slice(&wire));
    assert_int_equal(eyelet_session_refuse_data(&listener.session, &event), EYELET_SESSION_FAILED);
    assert_ptr_equal(event.owner, &listener.calls[1]);
    assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
    assert_string_equal(event.error.text, "no room for a frame of 4000 bytes");
    assert_false(eyelet_session_finish(&listener.session, 3));
    listener_check(&listener);

    hear_fill(&listener, 3900);
    hear_frame(&listener, WIRE_RESPONSE, 1);
    assert_string_equal(listener.story, "reply #0 0 \"\"");
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- the table of live calls -------------------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *seed) /* xorshift64 */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

static bool *live_of(bool *live, uint32_t id)
{
    return &live[id >> 1];
}

/* Opens ids that lie at random distances, so that they meet in places, around the end of the table too. */
static void table_round(uint64_t *seed, uint32_t n_slots)
{
    static bool live[1 << 16];
    static struct eyelet_slot slots[64];
    struct eyelet_session_event event;
    struct eyelet_session session;
    uint32_t next_id = 1, n_live = 0;

    memset(live, 0, sizeof(live));
    eyelet_session_init(&session, EYELET_SESSION_SERVER, &script_limits, slots, n_slots);
    for (unsigned step = 0; step < 2000; step++) {
        if (next_random(seed) % 2 == 0) {
            struct wire wire = { 0 };
            struct eyelet_slice in;

            wire_request(&wire, next_id, &say);
            in = wire_slice(&wire);
            assert_int_equal(eyelet_session_feed(&session, &in, START, &event),
                             n_live < n_slots ? EYELET_SESSION_CALL : EYELET_SESSION_REFUSE);
            if (event.kind == EYELET_SESSION_CALL)
                assert_int_equal(eyelet_session_accept(&session, &event, EYELET_UNARY, NULL, NULL), EYELET_OK);
            assert_int_equal(eyelet_session_feed(&session, &in, START, &event), EYELET_SESSION_MORE);
            if (n_live < n_slots) {
                *live_of(live, next_id) = true;
                n_live++;
            }
            next_id += 2 + 2 * (next_random(seed) % 24 == 0 ? n_slots - 1 : next_random(seed) % 3);
            wire_clear(&wire);
        } else {
            uint32_t back = 2 * (next_random(seed) % (3 * n_slots));
            uint32_t id = next_id > back ? next_id - back : 1;

            assert_int_equal(eyelet_session_finish(&session, id), *live_of(live, id));
            n_live -= *live_of(live, id);
            *live_of(live, id) = false;
        }
        assert_int_equal(session.n_live, n_live);
    }
    for (uint32_t id = 1; id <= next_id; id += 2)
        assert_int_equal(eyelet_session_finish(&session, id), *live_of(live, id));
    assert_int_equal(session.n_live, 0);
}

static void the_table_agrees_with_a_model_at_every_size(void **state)
{
    uint64_t seed = 0x9e3779b97f4a7c15;

    (void)state;
    for (uint32_t n_slots = 1; n_slots <= 64; n_slots *= 2) {
        for (unsigned round = 0; round < 8; round++)
            table_round(&seed, n_slots);
    }
}

/* Every order in which the calls of a full table can end, from every place at which it can begin. */
static void a_full_table_is_emptied_in_every_order(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 4; first++) {
        for (unsigned order = 0; order < 256; order++) { /* four picks of four; picks of ended calls find nothing */
            struct eyelet_slot slots[4];
            struct eyelet_session session;
            struct eyelet_session_event event;
            struct wire wire = { 0 };
            struct eyelet_slice in;
            bool is_live[4] = { true, true, true, true };

            for (uint32_t n = 0; n < 4; n++)
                wire_request(&wire, 2 * (first + 3 * n) + 1, &say); /* places first, first + 3, first + 2, ... */
            in = wire_slice(&wire);
            eyelet_session_init(&session, EYELET_SESSION_SERVER, &script_limits, slots, 4);
            while (eyelet_session_feed(&session, &in, START, &event) != EYELET_SESSION_MORE) {
                assert_int_equal(event.kind, EYELET_SESSION_CALL);
                assert_int_equal(eyelet_session_accept(&session, &event, EYELET_UNARY, NULL, NULL), EYELET_OK);
            }
            for (unsigned pick = 0; pick < 4; pick++) {
                unsigned n = order >> (2 * pick) & 3;

                assert_int_equal(eyelet_session_finish(&session, 2 * (first + 3 * n) + 1), is_live[n]);
                is_live[n] = false;
            }
            for (unsigned n = 0; n < 4; n++)
                assert_int_equal(eyelet_session_finish(&session, 2 * (first + 3 * n) + 1), is_live[n]);
            assert_int_equal(session.n_live, 0);
            wire_clear(&wire);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(h059_a_request_without_a_timeout_gets_the_servers),
        cmocka_unit_test(h060_a_timeout_counts_from_the_arrival_up_to_the_longest),
        cmocka_unit_test(h060_a_deadline_past_the_end_of_the_clock_is_its_end),
        cmocka_unit_test(the_clock_of_a_call_starts_when_it_is_whole),
        cmocka_unit_test(an_idle_connection_has_no_deadline),
        cmocka_unit_test(h037_a_head_has_5_s_from_its_first_byte),
        cmocka_unit_test(h037_the_next_head_has_its_own_time),
        cmocka_unit_test(h038_data_has_5_s_and_then_a_rate),
        cmocka_unit_test(h038_data_that_is_skipped_has_the_same_rate),
        cmocka_unit_test(time_without_reading_does_not_count),
        cmocka_unit_test(a_reply_that_is_given_up_still_has_to_come_in_time),
        cmocka_unit_test(h048_32_errors_at_once_are_borne_and_the_33rd_breaks),
        cmocka_unit_test(h048_the_budget_refills_by_2_in_a_second),
        cmocka_unit_test(h048_the_budget_is_never_more_than_32),
        cmocka_unit_test(h048_every_refusal_that_is_the_peers_fault_is_charged),
        cmocka_unit_test(h048_envelopes_that_do_not_parse_are_charged),
        cmocka_unit_test(h050_a_flood_of_data_for_no_stream_breaks),
        cmocka_unit_test(late_frames_are_not_charged),
        cmocka_unit_test(h050_1024_late_frames_at_once_are_free_and_then_they_are_errors),
        cmocka_unit_test(h050_late_frames_may_come_1000_in_a_second_for_ever),
        cmocka_unit_test(an_absence_gives_a_peer_no_more_than_a_new_beginning),
        cmocka_unit_test(h061_too_much_metadata_is_refused_and_not_charged),
        cmocka_unit_test(what_is_not_the_peers_fault_is_not_charged),
        cmocka_unit_test(h103_a_call_over_those_in_flight_is_refused_until_one_is_over),
        cmocka_unit_test(a_server_without_room_refuses_the_frame_and_goes_on),
        cmocka_unit_test(a_client_without_room_fails_the_call_and_goes_on),
        cmocka_unit_test(the_table_agrees_with_a_model_at_every_size),
        cmocka_unit_test(a_full_table_is_emptied_in_every_order),
    };

    return cmocka_run_group_tests_name("session, limits", tests, NULL, NULL);
}
