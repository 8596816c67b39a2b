/*
 * What generated code does when it is called. The library is not linked: the functions that generated code calls are
 * here; they note what they were called with and give what a test has prepared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "no_package.eyelet.h"
#include "rich/nothing.eyelet.h"
#include "rich/parts.eyelet.h"
#include "rich/shop.eyelet.h"
#include "rich/streams.eyelet.h"

static struct {
    char fail_text[256];
    enum eyelet_status fail_status;
    const struct eyelet_service *service;
    const struct eyelet_method *method;
    const struct eyelet_call_opts *opts;
    const void *handlers;
    const ProtobufCMessage *request;
    void *userdata;
    const ProtobufCMessage *message;
    const struct eyelet_stream *stream;
    struct eyelet_error *reterr;
    eyelet_tell_fn tell;
    void (*done)(void);
    unsigned n_called;
    unsigned n_told;
    ProtobufCMessage *reply_to_give;
    const ProtobufCMessage *requests_to_give[2]; /* then the end */
    enum eyelet_status status_to_give;
    enum eyelet_got got_to_give;
} seen;

/* What nobody should have written to. */
static struct eyelet_error the_error;

static struct eyelet_call *const the_call = (struct eyelet_call *)&seen;
static struct eyelet_server *const the_server = (struct eyelet_server *)&seen;
static struct eyelet_client *const the_client = (struct eyelet_client *)&seen;
static struct eyelet_stream *const the_stream = (struct eyelet_stream *)&seen;
static struct eyelet_pending *const the_pending = (struct eyelet_pending *)&seen;

enum eyelet_status eyelet_call_fail(struct eyelet_call *call, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    assert_ptr_equal(call, the_call);
    va_start(args, format);
    vsnprintf(seen.fail_text, sizeof(seen.fail_text), format, args);
    va_end(args);
    seen.fail_status = status;
    return status;
}

enum eyelet_status eyelet_server_add_service(struct eyelet_server *server, const struct eyelet_service *service,
                                             const void *handlers, void *userdata)
{
    assert_ptr_equal(server, the_server);
    seen.service = service;
    seen.handlers = handlers;
    seen.userdata = userdata;
    return EYELET_ALREADY_EXISTS;
}

enum eyelet_status eyelet_client_call(struct eyelet_client *client, const struct eyelet_service *service,
                                      const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                      const ProtobufCMessage *request, ProtobufCMessage **ret,
                                      struct eyelet_error *reterr)
{
    assert_ptr_equal(client, the_client);
    assert_non_null(reterr);
    seen.service = service;
    seen.method = method;
    seen.opts = opts;
    seen.request = request;
    if (seen.status_to_give == EYELET_OK)
        *ret = seen.reply_to_give;
    return seen.status_to_give;
}

enum eyelet_status eyelet_client_start(struct eyelet_client *client, const struct eyelet_service *service,
                                       const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                       const ProtobufCMessage *request, eyelet_tell_fn tell, void (*done)(void),
                                       void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    assert_ptr_equal(client, the_client);
    assert_ptr_equal(reterr, &the_error);
    assert_non_null(tell);
    seen.service = service;
    seen.method = method;
    seen.opts = opts;
    seen.request = request;
    seen.tell = tell;
    seen.done = done;
    seen.userdata = userdata;
    if (seen.status_to_give == EYELET_OK && ret)
        *ret = the_pending;
    return seen.status_to_give;
}

enum eyelet_status eyelet_client_collect(struct eyelet_pending *pending, ProtobufCMessage **ret,
                                         struct eyelet_error *reterr)
{
    assert_ptr_equal(pending, the_pending);
    assert_ptr_equal(reterr, &the_error);
    if (seen.status_to_give == EYELET_OK)
        *ret = seen.reply_to_give;
    return seen.status_to_give;
}

enum eyelet_status eyelet_client_open_stream(struct eyelet_client *client, const struct eyelet_service *service,
                                             const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                             const ProtobufCMessage *request, struct eyelet_stream **ret,
                                             struct eyelet_error *reterr)
{
    assert_ptr_equal(client, the_client);
    assert_ptr_equal(reterr, &the_error);
    seen.service = service;
    seen.method = method;
    seen.opts = opts;
    seen.request = request;
    if (seen.status_to_give == EYELET_OK)
        *ret = the_stream;
    return seen.status_to_give;
}

static void note_stream(const struct eyelet_stream *stream)
{
    seen.stream = stream;
    seen.n_called++;
}

enum eyelet_status eyelet_stream_send(struct eyelet_stream *stream, const ProtobufCMessage *message,
                                      struct eyelet_error *reterr)
{
    note_stream(stream);
    seen.message = message;
    seen.reterr = reterr;
    return EYELET_OUT_OF_RANGE;
}

enum eyelet_status eyelet_stream_end(struct eyelet_stream *stream, struct eyelet_error *reterr)
{
    note_stream(stream);
    seen.reterr = reterr;
    return EYELET_ABORTED;
}

enum eyelet_got eyelet_stream_recv(struct eyelet_stream *stream, ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    note_stream(stream);
    seen.reterr = reterr;
    if (seen.got_to_give == EYELET_GOT_MESSAGE)
        *ret = seen.reply_to_give;
    return seen.got_to_give;
}

void eyelet_stream_cancel(struct eyelet_stream *stream)
{
    note_stream(stream);
}

struct eyelet_stream *eyelet_stream_close(struct eyelet_stream *stream)
{
    note_stream(stream);
    return NULL;
}

enum eyelet_status eyelet_call_send_message(struct eyelet_call *call, const ProtobufCMessage *message)
{
    assert_ptr_equal(call, the_call);
    seen.message = message;
    seen.n_called++;
    return seen.status_to_give;
}

enum eyelet_got eyelet_call_recv_message(struct eyelet_call *call, const ProtobufCMessage **ret)
{
    const size_t n_requests = sizeof(seen.requests_to_give) / sizeof(seen.requests_to_give[0]);

    assert_ptr_equal(call, the_call);
    if (seen.n_called == n_requests || !seen.requests_to_give[seen.n_called])
        return seen.got_to_give;
    *ret = seen.requests_to_give[seen.n_called++];
    return EYELET_GOT_MESSAGE;
}

static int forget(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    return 0;
}

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    reply->text = request->text;
    return EYELET_OK;
}

static enum eyelet_status refuse_empty(struct eyelet_call *call, const ProtobufCMessage *request, void *userdata)
{
    const Demo__SayRequest *say_request = (const Demo__SayRequest *)request;

    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    assert_ptr_equal(request->descriptor, &demo__say_request__descriptor);
    return say_request->text[0] == '\0' ? EYELET_INVALID_ARGUMENT : EYELET_OK;
}

/* As the server does it: by the table. */
static const struct eyelet_method *find(const struct eyelet_service *service, const char *name)
{
    for (size_t i = 0; i < service->n_methods; i++) {
        if (strcmp(service->methods[i].name, name) == 0)
            return &service->methods[i];
    }
    fail_msg("%s has no method %s", service->name, name);
    return NULL;
}

static enum eyelet_status handle_say(const struct demo_echo_handlers *handlers, char *text, Demo__SayReply *reply)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = text;
    return find(&demo_echo_service, "Say")->handle(the_call, handlers, &request.base, &reply->base, &seen);
}

static void a_handler_gets_its_own_types(void **state)
{
    const struct demo_echo_handlers handlers = { .say = say };
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    char text[] = "hello";

    (void)state;
    assert_int_equal(handle_say(&handlers, text, &reply), EYELET_OK);
    assert_ptr_equal(reply.text, text);
}

static void a_missing_handler_answers_unimplemented_and_names_the_method(void **state)
{
    const struct demo_echo_handlers handlers = { .check_request = refuse_empty };
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    char text[] = "";

    (void)state;
    assert_int_equal(handle_say(&handlers, text, &reply), EYELET_UNIMPLEMENTED);
    assert_int_equal(seen.fail_status, EYELET_UNIMPLEMENTED);
    assert_string_equal(seen.fail_text, "demo.Echo has no handler for Say");
}

static void h078_check_request_runs_first_and_its_status_refuses_the_call(void **state)
{
    const struct demo_echo_handlers handlers = { .say = say, .check_request = refuse_empty };
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    char *untouched = reply.text;
    char empty[] = "", text[] = "hello";

    (void)state;
    assert_int_equal(handle_say(&handlers, empty, &reply), EYELET_INVALID_ARGUMENT);
    assert_ptr_equal(reply.text, untouched);
    assert_int_equal(handle_say(&handlers, text, &reply), EYELET_OK);
    assert_ptr_equal(reply.text, text);
}

/* The handlers of streams, which do with them what proto/echo.proto says. */

static enum eyelet_status count(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata)
{
    Demo__CountReply reply = DEMO__COUNT_REPLY__INIT;
    enum eyelet_status status = EYELET_OK;

    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    while (status == EYELET_OK && reply.number < request->limit) {
        reply.number++;
        status = demo_echo_count_call_send(call, &reply);
        assert_ptr_equal(seen.message, &reply.base);
    }
    return status;
}

static enum eyelet_status sum(struct eyelet_call *call, Demo__SumReply *reply, void *userdata)
{
    const Demo__SumRequest *request = NULL, *last = NULL;

    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        reply->n_numbers++;
        last = request;
    }
    assert_ptr_equal(request, last); /* the end leaves it alone */
    return EYELET_OK;
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    const Demo__SayRequest *request = NULL;
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    enum eyelet_got got;

    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    got = demo_echo_chat_call_recv(call, &request);
    if (got == EYELET_GOT_ERROR)
        return EYELET_CANCELLED;
    if (got == EYELET_GOT_END)
        return EYELET_OK;
    reply.text = request->text;
    return demo_echo_chat_call_send(call, &reply);
}

static enum eyelet_status refuse_all(struct eyelet_call *call, const ProtobufCMessage *request, void *userdata)
{
    assert_ptr_equal(call, the_call);
    assert_non_null(request);
    assert_ptr_equal(userdata, &seen);
    return EYELET_PERMISSION_DENIED;
}

static const struct demo_echo_handlers stream_handlers = { .count = count, .sum = sum, .chat = chat };

static enum eyelet_status handle_count(const struct demo_echo_handlers *handlers, int64_t limit)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;

    request.limit = limit;
    return find(&demo_echo_service, "Count")->handle(the_call, handlers, &request.base, NULL, &seen);
}

static void a_handler_with_many_replies_gets_its_request_and_sends(void **state)
{
    (void)state;
    assert_int_equal(handle_count(&stream_handlers, 3), EYELET_OK);
    assert_int_equal(seen.n_called, 3);
    assert_ptr_equal(seen.message->descriptor, &demo__count_reply__descriptor);

    seen.status_to_give = EYELET_CANCELLED;
    assert_int_equal(handle_count(&stream_handlers, 3), EYELET_CANCELLED);
    assert_int_equal(seen.n_called, 4);
}

static void a_handler_with_many_requests_receives_and_fills_its_reply(void **state)
{
    Demo__SumRequest two = DEMO__SUM_REQUEST__INIT, forty = DEMO__SUM_REQUEST__INIT;
    Demo__SumReply reply = DEMO__SUM_REPLY__INIT;

    (void)state;
    two.number = 2;
    forty.number = 40;
    seen.requests_to_give[0] = &two.base;
    seen.requests_to_give[1] = &forty.base;
    seen.got_to_give = EYELET_GOT_END;
    assert_int_equal(find(&demo_echo_service, "Sum")->handle(the_call, &stream_handlers, NULL, &reply.base, &seen),
                     EYELET_OK);
    assert_int_equal(reply.sum, 42);
    assert_int_equal(reply.n_numbers, 2);
}

static void a_handler_with_many_of_both_receives_and_sends(void **state)
{
    const struct eyelet_method *method = find(&demo_echo_service, "Chat");
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    (void)state;
    seen.requests_to_give[0] = &request.base;
    seen.status_to_give = EYELET_DEADLINE_EXCEEDED;
    assert_int_equal(method->handle(the_call, &stream_handlers, NULL, NULL, &seen), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(seen.n_called, 2);
    assert_ptr_equal(seen.message->descriptor, &demo__say_reply__descriptor);

    seen.requests_to_give[0] = NULL;
    seen.n_called = 0;
    seen.got_to_give = EYELET_GOT_ERROR;
    assert_int_equal(method->handle(the_call, &stream_handlers, NULL, NULL, &seen), EYELET_CANCELLED);
    seen.got_to_give = EYELET_GOT_END;
    assert_int_equal(method->handle(the_call, &stream_handlers, NULL, NULL, &seen), EYELET_OK);
}

static void a_missing_handler_of_a_stream_answers_unimplemented(void **state)
{
    static const char *const names[] = { "Chat", "Count", "Sum" };
    const struct demo_echo_handlers none = { .say = say, .check_request = refuse_all };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char expected[64];

        snprintf(expected, sizeof(expected), "demo.Echo has no handler for %s", names[i]);
        seen.fail_text[0] = '\0';
        assert_int_equal(find(&demo_echo_service, names[i])->handle(the_call, &none, NULL, NULL, &seen),
                         EYELET_UNIMPLEMENTED);
        assert_string_equal(seen.fail_text, expected);
    }
}

static void h078_check_request_is_asked_where_there_is_one_request(void **state)
{
    struct demo_echo_handlers handlers = stream_handlers;
    Demo__SumReply reply = DEMO__SUM_REPLY__INIT;

    (void)state;
    handlers.check_request = refuse_all;
    assert_int_equal(handle_count(&handlers, 3), EYELET_PERMISSION_DENIED);
    assert_int_equal(seen.n_called, 0);

    seen.got_to_give = EYELET_GOT_END;
    assert_int_equal(find(&demo_echo_service, "Sum")->handle(the_call, &handlers, NULL, &reply.base, &seen), EYELET_OK);
    assert_int_equal(find(&demo_echo_service, "Chat")->handle(the_call, &handlers, NULL, NULL, &seen), EYELET_OK);
}

static void add_hands_over_the_table_the_handlers_and_the_userdata(void **state)
{
    const struct demo_echo_handlers handlers = { .say = say };

    (void)state;
    assert_int_equal(demo_echo_add(the_server, &handlers, &seen), EYELET_ALREADY_EXISTS);
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.handlers, &handlers);
    assert_ptr_equal(seen.userdata, &seen);
}

static void a_call_hands_out_the_reply_on_success_only(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 1 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply given = DEMO__SAY_REPLY__INIT, untouched, *reply = &untouched;
    struct eyelet_error error;

    (void)state;
    seen.reply_to_give = &given.base;
    seen.status_to_give = EYELET_UNAVAILABLE;
    assert_int_equal(demo_echo_say(the_client, &opts, &request, &reply, &error), EYELET_UNAVAILABLE);
    assert_ptr_equal(reply, &untouched);

    seen.status_to_give = EYELET_OK;
    assert_int_equal(demo_echo_say(the_client, &opts, &request, &reply, &error), EYELET_OK);
    assert_ptr_equal(reply, &given);
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.method, find(&demo_echo_service, "Say"));
    assert_ptr_equal(seen.opts, &opts);
    assert_ptr_equal(seen.request, &request.base);
}

/* The program's function for calls of Say that are not waited for. */
static void say_is_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error,
                        void *userdata)
{
    assert_ptr_equal(userdata, &the_error);
    assert_int_equal(status, seen.status_to_give);
    assert_ptr_equal(reply, seen.reply_to_give);
    assert_ptr_equal(error, seen.reterr);
    seen.n_told++;
}

static void a_started_call_ends_in_its_own_function(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 1 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply given = DEMO__SAY_REPLY__INIT;
    struct eyelet_pending *pending = NULL;

    (void)state;
    assert_int_equal(demo_echo_say_start(the_client, &opts, &request, say_is_done, &the_error, &pending, &the_error),
                     EYELET_OK);
    assert_ptr_equal(pending, the_pending);
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.method, find(&demo_echo_service, "Say"));
    assert_ptr_equal(seen.opts, &opts);
    assert_ptr_equal(seen.request, &request.base);

    seen.reply_to_give = &given.base;
    seen.tell(seen.done, EYELET_OK, &given.base, NULL, seen.userdata);
    assert_int_equal(seen.n_told, 1);

    seen.reply_to_give = NULL;
    seen.reterr = &the_error;
    seen.status_to_give = EYELET_NOT_FOUND;
    seen.tell(seen.done, EYELET_NOT_FOUND, NULL, &the_error, seen.userdata);
    assert_int_equal(seen.n_told, 2);
}

static void a_call_that_cannot_be_started_gives_nothing(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;

    (void)state;
    seen.status_to_give = EYELET_UNAVAILABLE;
    assert_int_equal(demo_echo_say_start(the_client, NULL, &request, say_is_done, &the_error, &pending, &the_error),
                     EYELET_UNAVAILABLE);
    assert_null(pending);
    assert_int_equal(seen.n_told, 0);
}

static void a_call_without_a_function_is_collected(void **state)
{
    Demo__SayReply given = DEMO__SAY_REPLY__INIT, untouched, *reply = &untouched;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;

    (void)state;
    assert_int_equal(demo_echo_say_start(the_client, NULL, &request, NULL, NULL, &pending, &the_error), EYELET_OK);
    assert_true(seen.done == NULL);

    seen.reply_to_give = &given.base;
    seen.status_to_give = EYELET_CANCELLED;
    assert_int_equal(demo_echo_say_collect(pending, &reply, &the_error), EYELET_CANCELLED);
    assert_ptr_equal(reply, &untouched);
    seen.status_to_give = EYELET_OK;
    assert_int_equal(demo_echo_say_collect(pending, &reply, &the_error), EYELET_OK);
    assert_ptr_equal(reply, &given);
}

static void assert_opened(const char *method, const struct eyelet_call_opts *opts, const void *request)
{
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.method, find(&demo_echo_service, method));
    assert_ptr_equal(seen.opts, opts);
    assert_ptr_equal(seen.request, request);
}

static void streams_are_opened_with_the_one_request_or_none(void **state)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 1 };
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *count_stream = NULL;
    struct demo_echo_sum_stream *sum_stream = NULL;
    struct demo_echo_chat_stream *chat_stream = NULL;

    (void)state;
    assert_int_equal(demo_echo_count_open(the_client, &opts, &request, &count_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_count_base(count_stream), the_stream);
    assert_opened("Count", &opts, &request);

    assert_int_equal(demo_echo_sum_open(the_client, &opts, &sum_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_sum_base(sum_stream), the_stream);
    assert_opened("Sum", &opts, NULL);

    assert_int_equal(demo_echo_chat_open(the_client, NULL, &chat_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_chat_base(chat_stream), the_stream);
    assert_opened("Chat", NULL, NULL);
}

static void a_stream_that_cannot_be_opened_gives_nothing(void **state)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *count_stream = NULL;
    struct demo_echo_sum_stream *sum_stream = NULL;
    struct demo_echo_chat_stream *chat_stream = NULL;

    (void)state;
    seen.status_to_give = EYELET_UNAVAILABLE;
    assert_int_equal(demo_echo_count_open(the_client, NULL, &request, &count_stream, &the_error), EYELET_UNAVAILABLE);
    assert_int_equal(demo_echo_sum_open(the_client, NULL, &sum_stream, &the_error), EYELET_UNAVAILABLE);
    assert_int_equal(demo_echo_chat_open(the_client, NULL, &chat_stream, &the_error), EYELET_UNAVAILABLE);
    assert_null(count_stream);
    assert_null(sum_stream);
    assert_null(chat_stream);
}

/* That exactly one function of the library was called since the last look, with the stream; and the error, if any. */
static void assert_called(const struct eyelet_stream *stream, const struct eyelet_error *reterr)
{
    assert_int_equal(seen.n_called, 1);
    assert_ptr_equal(seen.stream, stream);
    assert_ptr_equal(seen.reterr, reterr);
    seen.n_called = 0;
    seen.stream = NULL;
    seen.reterr = NULL;
}

static void requests_are_sent_and_ended_on_their_stream(void **state)
{
    struct demo_echo_sum_stream *sum_stream = (struct demo_echo_sum_stream *)the_stream;
    struct demo_echo_chat_stream *chat_stream = (struct demo_echo_chat_stream *)the_stream;
    Demo__SumRequest number = DEMO__SUM_REQUEST__INIT;
    Demo__SayRequest text = DEMO__SAY_REQUEST__INIT;

    (void)state;
    assert_int_equal(demo_echo_sum_send(sum_stream, &number, &the_error), EYELET_OUT_OF_RANGE);
    assert_called(the_stream, &the_error);
    assert_ptr_equal(seen.message, &number);
    assert_int_equal(demo_echo_chat_send(chat_stream, &text, &the_error), EYELET_OUT_OF_RANGE);
    assert_called(the_stream, &the_error);
    assert_ptr_equal(seen.message, &text);

    assert_int_equal(demo_echo_sum_end(sum_stream, &the_error), EYELET_ABORTED);
    assert_called(the_stream, &the_error);
    assert_int_equal(demo_echo_chat_end(chat_stream, &the_error), EYELET_ABORTED);
    assert_called(the_stream, &the_error);
}

static void assert_received(enum eyelet_got got, const void *given, const void *reply)
{
    assert_int_equal(got, seen.got_to_give);
    assert_called(the_stream, &the_error);
    if (got == EYELET_GOT_MESSAGE)
        assert_ptr_equal(reply, given);
    else
        assert_null(reply);
}

static void receiving_gives_a_message_the_end_or_an_error(void **state)
{
    struct demo_echo_count_stream *count_stream = (struct demo_echo_count_stream *)the_stream;
    struct demo_echo_sum_stream *sum_stream = (struct demo_echo_sum_stream *)the_stream;
    struct demo_echo_chat_stream *chat_stream = (struct demo_echo_chat_stream *)the_stream;
    static const enum eyelet_got gots[] = { EYELET_GOT_MESSAGE, EYELET_GOT_END, EYELET_GOT_ERROR };

    (void)state;
    for (size_t i = 0; i < sizeof(gots) / sizeof(gots[0]); i++) {
        Demo__CountReply count_given = DEMO__COUNT_REPLY__INIT, *count_reply = NULL;
        Demo__SumReply sum_given = DEMO__SUM_REPLY__INIT, *sum_reply = NULL;
        Demo__SayReply chat_given = DEMO__SAY_REPLY__INIT, *chat_reply = NULL;
        enum eyelet_got got;

        seen.got_to_give = gots[i];
        seen.reply_to_give = &count_given.base;
        got = demo_echo_count_recv(count_stream, &count_reply, &the_error);
        assert_received(got, &count_given, count_reply);
        seen.reply_to_give = &sum_given.base;
        got = demo_echo_sum_recv(sum_stream, &sum_reply, &the_error);
        assert_received(got, &sum_given, sum_reply);
        seen.reply_to_give = &chat_given.base;
        got = demo_echo_chat_recv(chat_stream, &chat_reply, &the_error);
        assert_received(got, &chat_given, chat_reply);
    }
}

static void streams_are_cancelled_and_closed(void **state)
{
    struct demo_echo_count_stream *count_stream = (struct demo_echo_count_stream *)the_stream;
    struct demo_echo_sum_stream *sum_stream = (struct demo_echo_sum_stream *)the_stream;
    struct demo_echo_chat_stream *chat_stream = (struct demo_echo_chat_stream *)the_stream;

    (void)state;
    demo_echo_count_cancel(count_stream);
    assert_called(the_stream, NULL);
    demo_echo_sum_cancel(sum_stream);
    assert_called(the_stream, NULL);
    demo_echo_chat_cancel(chat_stream);
    assert_called(the_stream, NULL);

    assert_null(demo_echo_count_close(count_stream));
    assert_called(the_stream, NULL);
    assert_null(demo_echo_sum_close(sum_stream));
    assert_called(the_stream, NULL);
    assert_null(demo_echo_chat_close(chat_stream));
    assert_called(the_stream, NULL);
    assert_null(demo_echo_chat_close(NULL));
    assert_called(NULL, NULL);
}

static void tables_say_what_of_a_method_is_a_stream(void **state)
{
    (void)state;
    assert_int_equal(find(&demo_echo_service, "Say")->kind, EYELET_UNARY);
    assert_int_equal(find(&demo_echo_service, "Sum")->kind, EYELET_CLIENT_STREAM);
    assert_int_equal(find(&demo_echo_service, "Count")->kind, EYELET_SERVER_STREAM);
    assert_int_equal(find(&demo_echo_service, "Chat")->kind, EYELET_BIDI_STREAM);
    assert_int_equal(find(&acme_streams_streams_service, "Sum")->kind, EYELET_CLIENT_STREAM);
}

static void streams_with_keywords_for_names_call_their_methods(void **state)
{
    const struct eyelet_service *service = &acme_streams_hall_service;
    Google__Protobuf__Empty empty = GOOGLE__PROTOBUF__EMPTY__INIT;
    struct acme_streams_hall_new__stream *new_stream = NULL;
    struct acme_streams_hall_delete__stream *delete_stream = NULL;
    struct acme_streams_hall_union__stream *union_stream = NULL;
    struct acme_streams_hall_get_stream_stream *get_stream = NULL;

    (void)state;
    assert_int_equal(acme_streams_hall_new__open(the_client, NULL, &empty, &new_stream, &the_error), EYELET_OK);
    assert_ptr_equal(seen.method, find(service, "New"));
    assert_ptr_equal(seen.method->reply_type, &box_co__v1__box__part__descriptor);
    assert_int_equal(acme_streams_hall_delete__open(the_client, NULL, &delete_stream, &the_error), EYELET_OK);
    assert_ptr_equal(seen.method, find(service, "Delete"));
    assert_ptr_equal(seen.method->request_type, &box_co__v1__box__descriptor);
    assert_int_equal(acme_streams_hall_union__open(the_client, NULL, &union_stream, &the_error), EYELET_OK);
    assert_ptr_equal(seen.method, find(service, "Union"));

    assert_int_equal(acme_streams_hall_get_stream_open(the_client, NULL, NULL, &get_stream, &the_error), EYELET_OK);
    assert_ptr_equal(seen.method, find(service, "GetStream"));
    seen.status_to_give = EYELET_ABORTED;
    acme_streams_hall_get(the_client, NULL, NULL, NULL, &the_error);
    assert_ptr_equal(seen.method, find(service, "Get"));
}

static void assert_call_is_of(const char *method)
{
    assert_ptr_equal(seen.service, &acme_shop_v2_http_api_httpserver_service);
    assert_string_equal(seen.method->name, method);
}

static void each_function_calls_the_method_it_is_named_after(void **state)
{
    Acme__ShopV2__HttpApi__HTTPRequest request = ACME__SHOP_V2__HTTP_API__HTTPREQUEST__INIT, *reply = NULL;
    Google__Protobuf__Empty empty = GOOGLE__PROTOBUF__EMPTY__INIT;
    BoxCo__V1__Box__Part part = BOX_CO__V1__BOX__PART__INIT;
    BoxCo__V1__Box *box = NULL;
    struct eyelet_error error;

    (void)state;
    seen.status_to_give = EYELET_ABORTED;
    acme_shop_v2_http_api_httpserver_int_(the_client, NULL, &request, &reply, &error);
    assert_call_is_of("Int");
    acme_shop_v2_http_api_httpserver_get_raw(the_client, NULL, &request, &reply, &error);
    assert_call_is_of("get_raw");
    acme_shop_v2_http_api_httpserver___say2x___http_(the_client, NULL, &request, &reply, &error);
    assert_call_is_of("_Say2x__HTTP_");
    acme_shop_v2_http_api_httpserver_add_(the_client, NULL, &empty, &reply, &error);
    assert_call_is_of("Add");
    acme_shop_v2_http_api_httpserver_parts(the_client, NULL, &part, &box, &error);
    assert_call_is_of("Parts");
    assert_ptr_equal(seen.method->request_type, &box_co__v1__box__part__descriptor);
    assert_ptr_equal(seen.method->reply_type, &box_co__v1__box__descriptor);
}

static void tables_are_sorted_and_keep_the_names_of_the_wire(void **state)
{
    const struct eyelet_service *service = &acme_shop_v2_http_api_httpserver_service;

    (void)state;
    assert_string_equal(service->name, "Acme.shopV2.http_api.HTTPServer");
    assert_int_equal(service->n_methods, 11);
    for (size_t i = 1; i < service->n_methods; i++)
        assert_true(strcmp(service->methods[i - 1].name, service->methods[i].name) < 0);

    assert_string_equal(box_co_v1_boxes_service.name, "acme.parts.Boxes");
    assert_string_equal(s_service.name, "S");
    assert_string_equal(second_service.name, "Second");
    assert_int_equal(acme_shop_v2_http_api_without_service.n_methods, 0);
}

static void optional_of_proto3_keeps_zero_apart_from_nothing(void **state)
{
    Acme__ShopV2__HttpApi__HTTPRequest request = ACME__SHOP_V2__HTTP_API__HTTPREQUEST__INIT;
    const uint8_t zero[] = { 0x08, 0x00 };
    Acme__ShopV2__HttpApi__HTTPRequest *unpacked;

    (void)state;
    assert_int_equal(protobuf_c_message_get_packed_size(&request.base), 0);
    unpacked = acme__shop_v2__http_api__httprequest__unpack(NULL, sizeof(zero), zero);
    assert_non_null(unpacked);
    assert_int_equal(protobuf_c_message_get_packed_size(&unpacked->base), sizeof(zero));
    acme__shop_v2__http_api__httprequest__free_unpacked(unpacked, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_handler_gets_its_own_types, forget),
        cmocka_unit_test_setup(a_missing_handler_answers_unimplemented_and_names_the_method, forget),
        cmocka_unit_test_setup(h078_check_request_runs_first_and_its_status_refuses_the_call, forget),
        cmocka_unit_test_setup(a_handler_with_many_replies_gets_its_request_and_sends, forget),
        cmocka_unit_test_setup(a_handler_with_many_requests_receives_and_fills_its_reply, forget),
        cmocka_unit_test_setup(a_handler_with_many_of_both_receives_and_sends, forget),
        cmocka_unit_test_setup(a_missing_handler_of_a_stream_answers_unimplemented, forget),
        cmocka_unit_test_setup(h078_check_request_is_asked_where_there_is_one_request, forget),
        cmocka_unit_test_setup(add_hands_over_the_table_the_handlers_and_the_userdata, forget),
        cmocka_unit_test_setup(a_call_hands_out_the_reply_on_success_only, forget),
        cmocka_unit_test_setup(a_started_call_ends_in_its_own_function, forget),
        cmocka_unit_test_setup(a_call_that_cannot_be_started_gives_nothing, forget),
        cmocka_unit_test_setup(a_call_without_a_function_is_collected, forget),
        cmocka_unit_test_setup(streams_are_opened_with_the_one_request_or_none, forget),
        cmocka_unit_test_setup(a_stream_that_cannot_be_opened_gives_nothing, forget),
        cmocka_unit_test_setup(requests_are_sent_and_ended_on_their_stream, forget),
        cmocka_unit_test_setup(receiving_gives_a_message_the_end_or_an_error, forget),
        cmocka_unit_test_setup(streams_are_cancelled_and_closed, forget),
        cmocka_unit_test_setup(tables_say_what_of_a_method_is_a_stream, forget),
        cmocka_unit_test_setup(streams_with_keywords_for_names_call_their_methods, forget),
        cmocka_unit_test_setup(each_function_calls_the_method_it_is_named_after, forget),
        cmocka_unit_test_setup(tables_are_sorted_and_keep_the_names_of_the_wire, forget),
        cmocka_unit_test_setup(optional_of_proto3_keeps_zero_apart_from_nothing, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
