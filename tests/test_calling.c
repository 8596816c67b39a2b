/*
 * One client and many threads, against a peer in a thread of its own: whose answer it is, who reads for whom, and what
 * becomes of all of them when one cancels or closes.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "rpc/calling.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

#define N_THREADS 8

/* --- threads that call -------------------------------------------------------------------------------------------- */

struct worker {
    pthread_t thread;
    unsigned number;
    unsigned n_calls;
    enum eyelet_status status; /* of the last call */
    struct eyelet_error error;
    bool is_mixed_up; /* an answer was somebody else's */
    struct demo_echo_chat_stream *chat;
};

static struct worker workers[N_THREADS];

static void start_workers(void *(*run)(void *), unsigned n, unsigned n_calls)
{
    for (unsigned i = 0; i < n; i++) {
        workers[i] = (struct worker){ .number = i, .n_calls = n_calls };
        assert_int_equal(pthread_create(&workers[i].thread, NULL, run, &workers[i]), 0);
    }
}

static void join_workers(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        pthread_join(workers[i].thread, NULL);
}

static void *call_with_own_text(void *argument)
{
    struct worker *worker = argument;
    char text[32], got[32];

    for (unsigned i = 0; i < worker->n_calls; i++) {
        snprintf(text, sizeof(text), "%u of %u", i, worker->number);
        worker->status = caller_call(LIVE_PATIENCE_MS, text, got, sizeof(got), &worker->error);
        if (worker->status != EYELET_OK)
            break;
        worker->is_mixed_up |= strcmp(text, got) != 0;
    }
    return NULL;
}

/* --- peers -------------------------------------------------------------------------------------------------------- */

/* The text of a request that was received: its last field is the payload, whose last field is the text. */
static void text_of(const struct live_frame *frame, char text[32])
{
    const uint8_t *payload = memrchr(frame->data, 0x1a, frame->len);
    size_t len = payload != NULL ? payload[3] : 0;

    live_must(payload != NULL && len < 32 && payload + 4 + len == frame->data + frame->len, "a request without a text");
    memcpy(text, payload + 4, len);
    text[len] = '\0';
}

/* Collects one request of each thread, and answers them backwards; ever again. */
static void *answer_backwards(void *argument)
{
    unsigned n_rounds = *(const unsigned *)argument;

    for (unsigned round = 0; round < n_rounds; round++) {
        char texts[N_THREADS][32];
        uint32_t ids[N_THREADS];
        struct live_frame frame;

        for (size_t i = 0; i < N_THREADS; i++) {
            live_must(live_read_frame(caller.peer, &frame), "the client is gone");
            ids[i] = frame.id;
            text_of(&frame, texts[i]);
            live_frame_clear(&frame);
        }
        for (size_t i = N_THREADS; i-- > 0;)
            caller_say_reply(ids[i], texts[i]);
    }
    return NULL;
}

/* Answers every request with its text, and sends back all that comes on a stream, until the end of the connection. */
static void *answer_all(void *argument)
{
    struct live_frame frame;
    char text[32];

    (void)argument;
    while (live_read_frame(caller.peer, &frame)) {
        struct wire wire = { 0 };
        bool is_there;

        if (frame.type == WIRE_DATA) {
            wire_frame(&wire, WIRE_DATA, frame.flags, frame.id, (struct eyelet_slice){ frame.data, frame.len });
        } else if (frame.flags == 0) {
            text_of(&frame, text);
            caller_put_reply(&wire, frame.id, text);
        }
        live_frame_clear(&frame);
        is_there = live_send(caller.peer, wire_slice(&wire));
        wire_clear(&wire);
        if (!is_there)
            break;
    }
    return NULL;
}

/* Until so many calls and streams are in flight: their threads are in the client, or about to be. */
static void wait_for_calls(unsigned n)
{
    struct eyelet_counters counters;

    do {
        sched_yield();
        eyelet_client_get_counters(caller.client, &counters);
    } while (counters.calls_open < n);
}

/* Closes the client while the peer's thread answers, and waits for that. */
static void close_and_join(pthread_t peer)
{
    caller.client = eyelet_client_close(caller.client);
    pthread_join(peer, NULL);
}

/* --- whose answer it is ------------------------------------------------------------------------------------------- */

static void h094_every_thread_gets_its_own_answer_in_whatever_order_they_come(void **state)
{
    unsigned n_rounds = 100;
    pthread_t peer;

    (void)state;
    assert_int_equal(pthread_create(&peer, NULL, answer_backwards, &n_rounds), 0);
    start_workers(call_with_own_text, N_THREADS, n_rounds);
    join_workers(N_THREADS);
    pthread_join(peer, NULL);
    for (size_t i = 0; i < N_THREADS; i++) {
        assert_int_equal(workers[i].status, EYELET_OK);
        assert_false(workers[i].is_mixed_up);
    }
}

static void one_call_alone_costs_three_system_calls_and_the_memory_of_its_reply(void **state)
{
    struct wire replies[10] = { { 0 } };

    (void)state;
    caller_assert_usable(1);
    for (uint32_t i = 0; i < 10; i++)
        caller_put_reply(&replies[i], 2 * i + 3, "x");
    faults_reset();
    for (uint32_t i = 0; i < 10; i++) {
        caller_say(&replies[i]);
        assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    }
    assert_int_equal(faults_count(FAULT_SENDMSG), 10);
    assert_int_equal(faults_count(FAULT_POLL), 10);
    assert_int_equal(faults_count(FAULT_RECV), 10);
    assert_int_equal(faults_count(FAULT_WRITE), 0);
    assert_int_equal(faults_count(FAULT_READ), 0);
    assert_int_equal(faults_count(FAULT_ALLOC), 2 * 10); /* the message and its text */
}

/* Two calls are in flight; the one of stream @first is answered and must return before the other one is. */
static void answer_in_this_order(uint32_t first)
{
    unsigned number_of[4] = { 0 };
    struct live_frame frame;
    char text[32];

    start_workers(call_with_own_text, 2, 1);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(live_read_frame(caller.peer, &frame));
        text_of(&frame, text);
        number_of[frame.id] = (unsigned)atoi(strrchr(text, ' ') + 1);
        live_frame_clear(&frame);
    }
    for (uint32_t id = first, i = 0; i < 2; id = 4 - id, i++) {
        snprintf(text, sizeof(text), "0 of %u", number_of[id]);
        caller_say_reply(id, text);
        pthread_join(workers[number_of[id]].thread, NULL);
        assert_int_equal(workers[number_of[id]].status, EYELET_OK);
        assert_false(workers[number_of[id]].is_mixed_up);
    }
}

static void the_thread_that_reads_hands_over_when_it_is_answered(void **state)
{
    (void)state;
    answer_in_this_order(1);
    caller_open(NULL);
    answer_in_this_order(3);
}

/* --- all of it at once -------------------------------------------------------------------------------------------- */

static enum eyelet_status send_text(struct demo_echo_chat_stream *chat, const char *text)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)text;
    return demo_echo_chat_send(chat, &request, NULL);
}

/* Receives a message, which must be this one. */
static bool receives(struct demo_echo_chat_stream *chat, const char *text)
{
    Demo__SayReply *reply = NULL;
    bool is_right;

    if (demo_echo_chat_recv(chat, &reply, NULL) != EYELET_GOT_MESSAGE)
        return false;
    is_right = strcmp(reply->text, text) == 0;
    demo__say_reply__free_unpacked(reply, NULL);
    return is_right;
}

static void chat_a_little(const char *text, bool ends_well)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;

    live_must(demo_echo_chat_open(caller.client, NULL, &chat, NULL) == EYELET_OK, "a stream cannot be opened");
    for (unsigned i = 0; i < 3; i++)
        live_must(send_text(chat, text) == EYELET_OK, "a message cannot be sent");
    for (unsigned i = 0; i < 3; i++)
        live_must(receives(chat, text), "a message is not what was sent");
    if (ends_well) {
        live_must(demo_echo_chat_end(chat, NULL) == EYELET_OK, "a stream cannot be ended");
        live_must(demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_END, "a stream has no end");
    }
    demo_echo_chat_close(chat);
}

static void start_and_collect(const char *text, bool is_cancelled)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL);
    live_must(status == EYELET_OK, "a call cannot be started");
    if (is_cancelled)
        eyelet_pending_cancel(pending);
    status = demo_echo_say_collect(pending, &reply, NULL);
    live_must(status == EYELET_OK || (is_cancelled && status == EYELET_CANCELLED), "a started call fails");
    live_must(reply == NULL || strcmp(reply->text, text) == 0, "a reply is somebody else's");
    demo__say_reply__free_unpacked(reply, NULL);
}

static void *do_all_kinds(void *argument)
{
    struct worker *worker = argument;
    char text[32], got[32];

    for (unsigned i = 0; i < worker->n_calls; i++) {
        snprintf(text, sizeof(text), "%u of %u", i, worker->number);
        live_must(caller_call(0, text, got, sizeof(got), NULL) == EYELET_OK, "a call fails");
        live_must(strcmp(text, got) == 0, "an answer is somebody else's");
        chat_a_little(text, (i + worker->number) % 3 != 0);
        start_and_collect(text, (i + worker->number) % 4 == 0);
    }
    return NULL;
}

static void threads_call_stream_start_and_cancel_on_one_connection(void **state)
{
    struct eyelet_counters counters;
    pthread_t peer;

    (void)state;
    assert_int_equal(pthread_create(&peer, NULL, answer_all, NULL), 0);
    start_workers(do_all_kinds, N_THREADS, 60);
    join_workers(N_THREADS);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.calls_open, 0);
    assert_int_equal(counters.protocol_errors, 0);
    assert_int_equal(counters.calls_started, N_THREADS * 60 * 3);
    close_and_join(peer);
}

/* --- floods ------------------------------------------------------------------------------------------------------- */

#define FLOOD_TEXT_LEN 3000
#define FLOOD_N        200

static char flood_text[16 * 1024 + 1];

static void open_with_small_buffers(const struct eyelet_client_opts *opts)
{
    const int small = 4096;

    caller_open(opts);
    setsockopt(eyelet_client_fd(caller.client), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    setsockopt(caller.peer, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
}

static void fill_flood_text(size_t len)
{
    memset(flood_text, 'f', len);
    flood_text[len] = '\0';
}

static void *send_many(void *argument)
{
    struct worker *worker = argument;

    for (unsigned i = 0; i < worker->n_calls; i++)
        live_must(send_text(worker->chat, flood_text) == EYELET_OK, "a sender is stopped");
    live_must(demo_echo_chat_end(worker->chat, NULL) == EYELET_OK, "a sender cannot end");
    return NULL;
}

static void h123_two_threads_send_while_a_third_reads_slowly(void **state)
{
    const struct eyelet_client_opts opts = { .stream_messages_max = FLOOD_N };
    Demo__SayReply *reply = NULL;
    pthread_t peer;

    (void)state;
    fill_flood_text(FLOOD_TEXT_LEN);
    open_with_small_buffers(&opts);
    assert_int_equal(pthread_create(&peer, NULL, answer_all, NULL), 0);
    for (unsigned i = 0; i < 2; i++) {
        workers[i] = (struct worker){ .number = i, .n_calls = FLOOD_N };
        assert_int_equal(demo_echo_chat_open(caller.client, NULL, &workers[i].chat, NULL), EYELET_OK);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, send_many, &workers[i]), 0);
    }
    for (unsigned n = 0; n < FLOOD_N; n++) {
        for (unsigned i = 0; i < 2; i++)
            assert_true(receives(workers[i].chat, flood_text));
        for (unsigned i = 0; i < 20; i++)
            sched_yield(); /* it is slow */
    }
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(demo_echo_chat_recv(workers[i].chat, &reply, NULL), EYELET_GOT_END);
    join_workers(2);
    for (unsigned i = 0; i < 2; i++)
        demo_echo_chat_close(workers[i].chat);
    close_and_join(peer);
}

/* Writes all that it has to say before it reads anything. */
static void *flood_first(void *argument)
{
    unsigned n_messages = *(const unsigned *)argument;
    struct live_frame frame;

    for (unsigned i = 0; i < n_messages; i++)
        caller_say_data(1, flood_text);
    for (unsigned i = 0; i < 1 + n_messages + 1; i++) { /* the request, the messages, the end */
        live_must(live_read_frame(caller.peer, &frame), "the client is gone");
        live_frame_clear(&frame);
    }
    caller_say_end(1);
    return NULL;
}

static void h123_two_peers_that_flood_each_other_do_not_lock_up(void **state)
{
    unsigned n_messages = EYELET_STREAM_MESSAGES_MAX - 4; /* 960 KiB each way, through buffers of 4 KiB */
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;
    pthread_t peer;

    (void)state;
    fill_flood_text(sizeof(flood_text) - 1);
    open_with_small_buffers(NULL);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    assert_int_equal(pthread_create(&peer, NULL, flood_first, &n_messages), 0);
    for (unsigned i = 0; i < n_messages; i++)
        assert_int_equal(send_text(chat, flood_text), EYELET_OK);
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_OK);
    for (unsigned i = 0; i < n_messages; i++)
        assert_true(receives(chat, flood_text));
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_END);
    demo_echo_chat_close(chat);
    pthread_join(peer, NULL);
}

/* --- lost wake-ups ------------------------------------------------------------------------------------------------ */

/* Until the client is as it has to be, at a look with its lock held. */
static void wait_until(bool (*is_so)(const struct eyelet_client *client))
{
    bool is_now;

    do {
        sched_yield();
        pthread_mutex_lock(&caller.client->lock);
        is_now = is_so(caller.client);
        pthread_mutex_unlock(&caller.client->lock);
    } while (!is_now);
}

static bool somebody_polls(const struct eyelet_client *client)
{
    return client->is_polling;
}

static bool somebody_sleeps(const struct eyelet_client *client)
{
    return client->first_waiter != NULL;
}

static bool somebody_polls_for_nothing_in_flight(const struct eyelet_client *client)
{
    return client->is_polling && client->n_pending == 0;
}

static void open_chat(uint32_t timeout_ms, struct demo_echo_chat_stream **ret)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };

    assert_int_equal(demo_echo_chat_open(caller.client, &opts, ret, NULL), EYELET_OK);
}

static void *send_once(void *argument)
{
    struct worker *worker = argument;

    worker->status = send_text(worker->chat, "x");
    return NULL;
}

/* The thread that polls; what the test waits for has to come before its deadline. */
static void *call_for_3_s(void *argument)
{
    struct worker *worker = argument;

    worker->status = caller_call(3000, "x", NULL, 0, &worker->error);
    return NULL;
}

static void start_sender(struct demo_echo_chat_stream *chat)
{
    workers[1] = (struct worker){ .chat = chat };
    assert_int_equal(pthread_create(&workers[1].thread, NULL, send_once, &workers[1]), 0);
}

/* The socket has room again just when the sender is about to sleep. */
static void a_message_that_leaves_at_the_last_moment_is_not_waited_for(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;

    (void)state;
    open_chat(10000, &chat);
    start_workers(call_for_3_s, 1, 1);
    wait_until(somebody_polls);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    assert_int_equal(send_text(chat, "x"), EYELET_OK);
    caller_say_reply(3, "x");
    join_workers(1);
    assert_int_equal(workers[0].status, EYELET_OK);
    demo_echo_chat_close(chat);
}

/* The thread that polls waits for its message to leave; another thread's call takes it along. */
static void a_sender_that_polls_hears_that_another_has_sent_its_message(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct pollfd out = { .fd = eyelet_client_fd(caller.client), .events = POLLOUT };
    struct eyelet_pending *pending = NULL;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    (void)state;
    fill_flood_text(FLOOD_TEXT_LEN);
    open_chat(3000, &chat);
    while (poll(&out, 1, 0) > 0) /* until poll() calls it full, which is long before it is */
        assert_int_equal(send_text(chat, flood_text), EYELET_OK);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    faults_fail(FAULT_SENDMSG, 2, EAGAIN);
    start_sender(chat);
    wait_until(somebody_polls);
    request.text = (char *)"y";
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_events(caller.client), POLLIN); /* all is sent */
    pthread_join(workers[1].thread, NULL);
    assert_int_equal(workers[1].status, EYELET_OK);
    eyelet_pending_cancel(pending);
    assert_int_equal(demo_echo_say_collect(pending, NULL, NULL), EYELET_CANCELLED);
    demo_echo_chat_close(chat);
}

/* What was in a sender's way is taken back. */
static void a_sender_that_waits_for_room_hears_of_a_request_that_is_taken_back(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_pending *pending = NULL;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    char *text = calloc(1, EYELET_CLIENT_AHEAD_MAX + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 'l', EYELET_CLIENT_AHEAD_MAX);
    open_chat(10000, &chat);
    start_workers(call_for_3_s, 1, 1);
    wait_until(somebody_polls);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    request.text = text;
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    start_sender(chat);
    wait_until(somebody_sleeps);
    eyelet_pending_cancel(pending);
    faults_fail_always(FAULT_SENDMSG, 0);
    pthread_join(workers[1].thread, NULL);
    assert_int_equal(workers[1].status, EYELET_OK);
    assert_int_equal(demo_echo_say_collect(pending, NULL, NULL), EYELET_CANCELLED);
    caller_say_reply(3, "x");
    join_workers(1);
    assert_int_equal(workers[0].status, EYELET_OK);
    demo_echo_chat_close(chat);
    free(text);
}

static void count_end(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error,
                      void *userdata)
{
    live_must(status == EYELET_CANCELLED && reply == NULL && error != NULL, "the end is another");
    ++*(atomic_uint *)userdata;
}

static void a_cancelled_call_is_told_by_the_thread_that_polls(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    atomic_uint n_told = 0;

    (void)state;
    start_workers(call_for_3_s, 1, 1);
    wait_until(somebody_polls);
    request.text = (char *)"y";
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, count_end, &n_told, &pending, NULL), EYELET_OK);
    eyelet_pending_cancel(pending);
    while (n_told == 0)
        sched_yield();
    caller_say_reply(1, "x");
    join_workers(1);
    assert_int_equal(workers[0].status, EYELET_OK); /* it was told before its own end */
    assert_int_equal(n_told, 1);
}

static void *call_with_flood_text(void *argument)
{
    struct worker *worker = argument;

    worker->status = caller_call(3000, flood_text, NULL, 0, &worker->error);
    return NULL;
}

/* The one that polls has its answer and waits for the rest of its request to leave, with nothing to be asked for. */
static void silence_is_noticed_by_a_thread_that_polls_for_something_else(void **state)
{
    struct eyelet_error error;

    (void)state;
    open_with_small_buffers(&(struct eyelet_client_opts){ .keepalive_ms = 20 });
    fill_flood_text(sizeof(flood_text) - 1);
    caller_say_reply(1, "early");
    start_workers(call_with_flood_text, 1, 1);
    wait_until(somebody_polls_for_nothing_in_flight);
    assert_int_equal(caller_call(3000, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "silent");
    join_workers(1);
    assert_int_equal(workers[0].status, EYELET_OK);
}

/* --- cancelling --------------------------------------------------------------------------------------------------- */

static void *wait_in_stream(void *argument)
{
    struct worker *worker = argument;
    Demo__SayReply *reply = NULL;

    if (demo_echo_chat_recv(worker->chat, &reply, &worker->error) == EYELET_GOT_ERROR)
        worker->status = worker->error.status;
    return NULL;
}

static void a_stream_is_cancelled_while_another_thread_waits_in_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) { /* one of the two reads for both */
        workers[i] = (struct worker){ .number = i };
        assert_int_equal(demo_echo_chat_open(caller.client, NULL, &workers[i].chat, NULL), EYELET_OK);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, wait_in_stream, &workers[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        demo_echo_chat_cancel(workers[i].chat);
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].status, EYELET_CANCELLED);
        demo_echo_chat_close(workers[i].chat);
    }
    caller_assert_usable(5);
}

struct collecting {
    pthread_t thread;
    struct eyelet_pending *pending;
    enum eyelet_status status;
};

static void *collect_it(void *argument)
{
    struct collecting *collecting = argument;
    Demo__SayReply *reply = NULL;

    collecting->status = demo_echo_say_collect(collecting->pending, &reply, NULL);
    return NULL;
}

static void a_call_is_cancelled_while_another_thread_collects_it(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct collecting collecting[2];

    (void)state;
    request.text = (char *)"x";
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &collecting[i].pending, NULL),
                         EYELET_OK);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&collecting[i].thread, NULL, collect_it, &collecting[i]), 0);
    for (unsigned i = 0; i < 2; i++)
        eyelet_pending_cancel(collecting[i].pending);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(collecting[i].thread, NULL);
        assert_int_equal(collecting[i].status, EYELET_CANCELLED);
    }
    caller_assert_usable(5);
}

/* --- the end of all ----------------------------------------------------------------------------------------------- */

static void *send_into_nothing(void *argument)
{
    struct worker *worker = argument;

    do {
        worker->status = send_text(worker->chat, flood_text);
    } while (worker->status == EYELET_OK);
    return NULL;
}

static void h119_close_ends_calls_in_all_threads(void **state)
{
    struct demo_echo_chat_stream *chats[N_THREADS] = { NULL };

    (void)state;
    fill_flood_text(sizeof(flood_text) - 1);
    for (unsigned i = 4; i < 8; i++) /* before the socket is full: opening waits until the request has left */
        assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chats[i], NULL), EYELET_OK);
    start_workers(call_with_own_text, 4, 1);
    for (unsigned i = 4; i < 8; i++) {
        workers[i] = (struct worker){ .number = i, .chat = chats[i] };
        assert_int_equal(
            pthread_create(&workers[i].thread, NULL, i < 6 ? wait_in_stream : send_into_nothing, &workers[i]), 0);
    }
    wait_for_calls(8);
    caller.client = eyelet_client_close(caller.client);
    join_workers(8);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(workers[i].status, EYELET_CANCELLED);
        demo_echo_chat_close(workers[i].chat);
    }
}

static atomic_uint n_begun;

static enum eyelet_status note_begun(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata)
{
    (void)info;
    (void)reterr;
    (void)userdata;
    n_begun++;
    return EYELET_OK;
}

static void h119_close_does_not_wait_for_a_server_that_is_not_there(void **state)
{
    const struct eyelet_interceptor begun = { .before = note_begun };
    const struct eyelet_client_opts opts = { .reconnect = true, .interceptors = &begun, .n_interceptors = 1 };
    struct eyelet_address address;
    struct eyelet_listener listener;
    char text[EYELET_ADDRESS_TEXT_MAX];
    int fd;

    (void)state;
    caller_close();
    assert_int_equal(folder_setup(NULL), 0);
    address = folder_address("gone.sock");
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(eyelet_client_open(text, &opts, &caller.client, NULL), EYELET_OK);
    n_begun = 0;
    fd = accept(listener.fd, NULL, NULL);
    eyelet_listener_clear(&listener);
    close(fd);
    start_workers(call_with_own_text, 4, 1);
    while (n_begun < 4 || faults_count(FAULT_CONNECT) < 4)
        sched_yield(); /* one tries again and again, the others wait for it */
    caller.client = eyelet_client_close(caller.client);
    join_workers(4);
    for (unsigned i = 0; i < 4; i++)
        assert_true(workers[i].status == EYELET_CANCELLED || workers[i].status == EYELET_UNAVAILABLE ||
                    workers[i].status == EYELET_FAILED_PRECONDITION);
    assert_int_equal(folder_teardown(NULL), 0);
}

static atomic_uint n_lost;

static void count_losses(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata)
{
    (void)userdata;
    live_must(state == EYELET_CLIENT_LOST && why != NULL, "the state is another");
    n_lost++;
}

static void a_lost_connection_ends_calls_in_all_threads_and_is_told_once(void **state)
{
    (void)state;
    n_lost = 0;
    caller_open(&(struct eyelet_client_opts){ .on_state = count_losses });
    start_workers(call_with_own_text, N_THREADS, 1);
    for (unsigned i = 0; i < N_THREADS; i++)
        caller_hear(WIRE_REQUEST, 0, 2 * i + 1, 10);
    close(caller.peer);
    caller.peer = -1;
    join_workers(N_THREADS);
    for (unsigned i = 0; i < N_THREADS; i++) {
        assert_int_equal(workers[i].status, EYELET_UNAVAILABLE);
        assert_true(workers[i].error.may_have_executed);
        assert_false(workers[i].error.is_remote);
    }
    assert_int_equal(n_lost, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h094_every_thread_gets_its_own_answer_in_whatever_order_they_come),
        TEST(one_call_alone_costs_three_system_calls_and_the_memory_of_its_reply),
        TEST(the_thread_that_reads_hands_over_when_it_is_answered),
        TEST(threads_call_stream_start_and_cancel_on_one_connection),
        TEST(h123_two_threads_send_while_a_third_reads_slowly),
        TEST(h123_two_peers_that_flood_each_other_do_not_lock_up),
        TEST(a_message_that_leaves_at_the_last_moment_is_not_waited_for),
        TEST(a_sender_that_polls_hears_that_another_has_sent_its_message),
        TEST(a_sender_that_waits_for_room_hears_of_a_request_that_is_taken_back),
        TEST(a_cancelled_call_is_told_by_the_thread_that_polls),
        TEST(silence_is_noticed_by_a_thread_that_polls_for_something_else),
        TEST(a_stream_is_cancelled_while_another_thread_waits_in_it),
        TEST(a_call_is_cancelled_while_another_thread_collects_it),
        TEST(h119_close_ends_calls_in_all_threads),
        TEST(h119_close_does_not_wait_for_a_server_that_is_not_there),
        TEST(a_lost_connection_ends_calls_in_all_threads_and_is_told_once),
    };

    return cmocka_run_group_tests_name("calling", tests, NULL, NULL);
}
