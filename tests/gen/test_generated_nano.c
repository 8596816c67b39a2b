/*
 * What code generated for nanopb does when it is called: as test_generated.c, whose functions of the library these are
 * with the types of <eyelet/nano.h>.
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
    char fail_text[64];
    const struct eyelet_nano_service *service;
    const struct eyelet_nano_method *method;
    const struct eyelet_call_opts *opts;
    const struct eyelet_nano_stream *stream;
    const struct eyelet_error *reterr;
    const void *handlers;
    const void *request;
    const void *message;
    void *reply;
    void *userdata;
    eyelet_nano_tell_fn tell;
    void (*done)(void);
    unsigned n_called;
    unsigned n_told;
    const void *request_to_give; /* once */
    enum eyelet_status status_to_give;
    enum eyelet_got got_to_give;
} seen;

static struct eyelet_error the_error;
static const struct eyelet_call_opts the_opts = { .timeout_ms = 1 };

static struct eyelet_nano_call *const the_call = (struct eyelet_nano_call *)&seen;
static struct eyelet_nano_server *const the_server = (struct eyelet_nano_server *)&seen;
static struct eyelet_nano_client *const the_client = (struct eyelet_nano_client *)&seen;
static struct eyelet_nano_stream *const the_stream = (struct eyelet_nano_stream *)&seen;
static struct eyelet_nano_pending *const the_pending = (struct eyelet_nano_pending *)&seen;

/* --- the library -------------------------------------------------------------------------------------------------- */

enum eyelet_status eyelet_nano_call_fail(struct eyelet_nano_call *call, enum eyelet_status status, const char *format,
                                         ...)
{
    va_list args;

    assert_ptr_equal(call, the_call);
    va_start(args, format);
    vsnprintf(seen.fail_text, sizeof(seen.fail_text), format, args);
    va_end(args);
    return status;
}

enum eyelet_status eyelet_nano_server_add_service(struct eyelet_nano_server *server,
                                                  const struct eyelet_nano_service *service, const void *handlers,
                                                  void *userdata, struct eyelet_error *reterr)
{
    assert_ptr_equal(server, the_server);
    seen.service = service;
    seen.handlers = handlers;
    seen.userdata = userdata;
    seen.reterr = reterr;
    return EYELET_ALREADY_EXISTS;
}

static enum eyelet_status note_call(const struct eyelet_nano_client *client, const struct eyelet_nano_service *service,
                                    const struct eyelet_nano_method *method, const struct eyelet_call_opts *opts,
                                    const void *request, const struct eyelet_error *reterr)
{
    assert_ptr_equal(client, the_client);
    assert_ptr_equal(reterr, &the_error);
    seen.service = service;
    seen.method = method;
    seen.opts = opts;
    seen.request = request;
    return seen.status_to_give;
}

enum eyelet_status eyelet_nano_client_call(struct eyelet_nano_client *client, const struct eyelet_nano_service *service,
                                           const struct eyelet_nano_method *method, const struct eyelet_call_opts *opts,
                                           const void *request, void *reply, struct eyelet_error *reterr)
{
    seen.reply = reply;
    return note_call(client, service, method, opts, request, reterr);
}

enum eyelet_status eyelet_nano_client_start(struct eyelet_nano_client *client,
                                            const struct eyelet_nano_service *service,
                                            const struct eyelet_nano_method *method,
                                            const struct eyelet_call_opts *opts, const void *request, void *reply,
                                            eyelet_nano_tell_fn tell, void (*done)(void), void *userdata,
                                            struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    assert_non_null(tell);
    seen.reply = reply;
    seen.tell = tell;
    seen.done = done;
    seen.userdata = userdata;
    if (seen.status_to_give == EYELET_OK)
        *ret = the_pending;
    return note_call(client, service, method, opts, request, reterr);
}

enum eyelet_status eyelet_nano_client_collect(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    assert_ptr_equal(pending, the_pending);
    assert_ptr_equal(reterr, &the_error);
    return seen.status_to_give;
}

enum eyelet_status eyelet_nano_client_open_stream(struct eyelet_nano_client *client,
                                                  const struct eyelet_nano_service *service,
                                                  const struct eyelet_nano_method *method,
                                                  const struct eyelet_call_opts *opts, const void *request,
                                                  struct eyelet_nano_stream **ret, struct eyelet_error *reterr)
{
    if (seen.status_to_give == EYELET_OK)
        *ret = the_stream;
    return note_call(client, service, method, opts, request, reterr);
}

static void note_stream(const struct eyelet_nano_stream *stream, const struct eyelet_error *reterr)
{
    seen.stream = stream;
    seen.reterr = reterr;
    seen.n_called++;
}

enum eyelet_status eyelet_nano_stream_send(struct eyelet_nano_stream *stream, const void *message,
                                           struct eyelet_error *reterr)
{
    note_stream(stream, reterr);
    seen.message = message;
    return EYELET_OUT_OF_RANGE;
}

enum eyelet_status eyelet_nano_stream_end(struct eyelet_nano_stream *stream, struct eyelet_error *reterr)
{
    note_stream(stream, reterr);
    return EYELET_ABORTED;
}

enum eyelet_got eyelet_nano_stream_recv(struct eyelet_nano_stream *stream, void *message, struct eyelet_error *reterr)
{
    note_stream(stream, reterr);
    seen.reply = message;
    return seen.got_to_give;
}

void eyelet_nano_stream_cancel(struct eyelet_nano_stream *stream)
{
    note_stream(stream, NULL);
}

struct eyelet_nano_stream *eyelet_nano_stream_close(struct eyelet_nano_stream *stream)
{
    note_stream(stream, NULL);
    return NULL;
}

enum eyelet_status eyelet_nano_call_send(struct eyelet_nano_call *call, const void *message)
{
    assert_ptr_equal(call, the_call);
    seen.message = message;
    seen.n_called++;
    return seen.status_to_give;
}

enum eyelet_got eyelet_nano_call_recv(struct eyelet_nano_call *call, const void **ret)
{
    assert_ptr_equal(call, the_call);
    if (!seen.request_to_give)
        return seen.got_to_give;
    *ret = seen.request_to_give;
    seen.request_to_give = NULL;
    return EYELET_GOT_MESSAGE;
}

static int forget(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    return 0;
}

/* As the server does it: by the table. */
static const struct eyelet_nano_method *find(const struct eyelet_nano_service *service, const char *name)
{
    for (size_t i = 0; i < service->n_methods; i++) {
        if (strcmp(service->methods[i].name, name) == 0)
            return &service->methods[i];
    }
    fail_msg("%s has no method %s", service->name, name);
    return NULL;
}

static enum eyelet_status handle(const char *method, const struct demo_echo_handlers *handlers, const void *request,
                                 void *reply)
{
    return find(&demo_echo_service, method)->handle(the_call, handlers, request, reply, &seen);
}

/* --- handlers ----------------------------------------------------------------------------------------------------- */

static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    memcpy(reply->text, request->text, sizeof(reply->text));
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    demo_CountReply reply = demo_CountReply_init_zero;

    assert_ptr_equal(userdata, &seen);
    reply.number = request->limit;
    return demo_echo_count_call_send(call, &reply);
}

static enum eyelet_status sum(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata)
{
    const demo_SumRequest *request = NULL, *last = NULL;

    assert_ptr_equal(userdata, &seen);
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        last = request;
    }
    assert_ptr_equal(request, last); /* the end leaves it alone */
    return EYELET_OK;
}

static enum eyelet_status chat(struct eyelet_nano_call *call, void *userdata)
{
    const demo_SayRequest *request = NULL;
    demo_SayReply reply = demo_SayReply_init_zero;

    assert_ptr_equal(userdata, &seen);
    switch (demo_echo_chat_call_recv(call, &request)) {
    case EYELET_GOT_ERROR:
        return EYELET_CANCELLED;
    case EYELET_GOT_END:
        return EYELET_OK;
    case EYELET_GOT_MESSAGE:
        break;
    }
    memcpy(reply.text, request->text, sizeof(reply.text));
    return demo_echo_chat_call_send(call, &reply);
}

/* Lets only texts pass that are not empty, and no message of another type. */
static enum eyelet_status check(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
                                void *userdata)
{
    const demo_SayRequest *say_request = (const demo_SayRequest *)request;

    assert_ptr_equal(call, the_call);
    assert_ptr_equal(userdata, &seen);
    if (type != demo_SayRequest_fields)
        return EYELET_PERMISSION_DENIED;
    return say_request->text[0] == '\0' ? EYELET_INVALID_ARGUMENT : EYELET_OK;
}

static const struct demo_echo_handlers all_handlers = { .say = say, .count = count, .sum = sum, .chat = chat };

static void handlers_get_their_own_types(void **state)
{
    const demo_SayRequest request = { "hello" };
    const demo_CountRequest limit = { 3 };
    const demo_SumRequest number = { 42 };
    demo_SayReply reply = demo_SayReply_init_zero;
    demo_SumReply sum_reply = demo_SumReply_init_zero;

    (void)state;
    assert_int_equal(handle("Say", &all_handlers, &request, &reply), EYELET_OK);
    assert_string_equal(reply.text, "hello");

    seen.status_to_give = EYELET_DEADLINE_EXCEEDED;
    assert_int_equal(handle("Count", &all_handlers, &limit, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(seen.n_called, 1);

    seen.request_to_give = &number;
    seen.got_to_give = EYELET_GOT_END;
    assert_int_equal(handle("Sum", &all_handlers, NULL, &sum_reply), EYELET_OK);
    assert_int_equal(sum_reply.sum, 42);

    seen.request_to_give = &request;
    assert_int_equal(handle("Chat", &all_handlers, NULL, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(seen.n_called, 2);
    assert_int_equal(handle("Chat", &all_handlers, NULL, NULL), EYELET_OK);
    seen.got_to_give = EYELET_GOT_ERROR;
    assert_int_equal(handle("Chat", &all_handlers, NULL, NULL), EYELET_CANCELLED);
}

static void a_missing_handler_answers_unimplemented_and_names_the_method(void **state)
{
    static const char *const names[] = { "Say", "Chat", "Count", "Sum" };
    const struct demo_echo_handlers none = { .check_request = check };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char expected[64];

        snprintf(expected, sizeof(expected), "demo.Echo has no handler for %s", names[i]);
        assert_int_equal(handle(names[i], &none, NULL, NULL), EYELET_UNIMPLEMENTED);
        assert_string_equal(seen.fail_text, expected);
    }
}

static void h078_check_request_runs_first_where_there_is_one_request(void **state)
{
    const demo_SayRequest request = { "hello" }, empty = { "" };
    const demo_CountRequest limit = { 3 };
    demo_SayReply reply = demo_SayReply_init_zero;
    demo_SumReply sum_reply = demo_SumReply_init_zero;
    struct demo_echo_handlers handlers = all_handlers;

    (void)state;
    handlers.check_request = check;
    assert_int_equal(handle("Say", &handlers, &empty, &reply), EYELET_INVALID_ARGUMENT);
    assert_int_equal(handle("Say", &handlers, &request, &reply), EYELET_OK);
    assert_string_equal(reply.text, "hello");
    assert_int_equal(handle("Count", &handlers, &limit, NULL), EYELET_PERMISSION_DENIED);
    assert_int_equal(seen.n_called, 0);

    seen.got_to_give = EYELET_GOT_END;
    assert_int_equal(handle("Sum", &handlers, NULL, &sum_reply), EYELET_OK);
    assert_int_equal(handle("Chat", &handlers, NULL, NULL), EYELET_OK);
}

static void add_hands_over_all_that_it_is_given(void **state)
{
    (void)state;
    assert_int_equal(demo_echo_add(the_server, &all_handlers, &seen, &the_error), EYELET_ALREADY_EXISTS);
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.handlers, &all_handlers);
    assert_ptr_equal(seen.userdata, &seen);
    assert_ptr_equal(seen.reterr, &the_error);
}

/* --- clients ------------------------------------------------------------------------------------------------------ */

static void assert_called_for(const char *method, const void *request)
{
    assert_ptr_equal(seen.service, &demo_echo_service);
    assert_ptr_equal(seen.method, find(&demo_echo_service, method));
    assert_ptr_equal(seen.opts, &the_opts);
    assert_ptr_equal(seen.request, request);
}

static void a_call_hands_over_where_the_reply_goes(void **state)
{
    const demo_SayRequest request = { "hello" };
    demo_SayReply reply;

    (void)state;
    assert_int_equal(demo_echo_say(the_client, &the_opts, &request, &reply, &the_error), EYELET_OK);
    assert_called_for("Say", &request);
    assert_ptr_equal(seen.reply, &reply);
    seen.status_to_give = EYELET_UNAVAILABLE;
    assert_int_equal(demo_echo_say(the_client, &the_opts, &request, &reply, &the_error), EYELET_UNAVAILABLE);
}

static void say_is_done(enum eyelet_status status, demo_SayReply *reply, const struct eyelet_error *error,
                        void *userdata)
{
    assert_ptr_equal(userdata, &the_error);
    assert_int_equal(status, seen.status_to_give);
    assert_ptr_equal(reply, seen.reply);
    assert_ptr_equal(error, seen.reterr);
    seen.n_told++;
}

static void a_started_call_ends_in_its_own_function(void **state)
{
    const demo_SayRequest request = { "hello" };
    struct eyelet_nano_pending *pending = NULL;
    demo_SayReply reply;

    (void)state;
    assert_int_equal(
        demo_echo_say_start(the_client, &the_opts, &request, &reply, say_is_done, &the_error, &pending, &the_error),
        EYELET_OK);
    assert_ptr_equal(pending, the_pending);
    assert_called_for("Say", &request);
    assert_ptr_equal(seen.reply, &reply);
    seen.tell(seen.done, EYELET_OK, &reply, NULL, seen.userdata);

    seen.reply = NULL;
    seen.reterr = &the_error;
    seen.status_to_give = EYELET_NOT_FOUND;
    seen.tell(seen.done, EYELET_NOT_FOUND, NULL, &the_error, seen.userdata);
    assert_int_equal(seen.n_told, 2);
}

static void a_call_without_a_function_is_collected(void **state)
{
    const demo_SayRequest request = { "hello" };
    struct eyelet_nano_pending *pending = NULL;
    demo_SayReply reply;

    (void)state;
    assert_int_equal(demo_echo_say_start(the_client, NULL, &request, &reply, NULL, NULL, &pending, &the_error),
                     EYELET_OK);
    assert_true(seen.done == NULL);
    assert_int_equal(demo_echo_say_collect(pending, &the_error), EYELET_OK);
    seen.status_to_give = EYELET_CANCELLED;
    assert_int_equal(demo_echo_say_collect(pending, &the_error), EYELET_CANCELLED);
}

static void streams_are_opened_with_the_one_request_or_none(void **state)
{
    const demo_CountRequest request = { 3 };
    struct demo_echo_count_stream *count_stream = NULL;
    struct demo_echo_sum_stream *sum_stream = NULL;
    struct demo_echo_chat_stream *chat_stream = NULL;

    (void)state;
    seen.status_to_give = EYELET_UNAVAILABLE;
    assert_int_equal(demo_echo_chat_open(the_client, NULL, &chat_stream, &the_error), EYELET_UNAVAILABLE);
    assert_null(chat_stream);

    seen.status_to_give = EYELET_OK;
    assert_int_equal(demo_echo_count_open(the_client, &the_opts, &request, &count_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_count_base(count_stream), the_stream);
    assert_called_for("Count", &request);
    assert_int_equal(demo_echo_sum_open(the_client, &the_opts, &sum_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_sum_base(sum_stream), the_stream);
    assert_called_for("Sum", NULL);
    assert_int_equal(demo_echo_chat_open(the_client, &the_opts, &chat_stream, &the_error), EYELET_OK);
    assert_ptr_equal(demo_echo_chat_base(chat_stream), the_stream);
    assert_called_for("Chat", NULL);
}

/* That exactly one function of the library was called since the last look, with the stream; and the error, if any. */
static void assert_called(const struct eyelet_error *reterr)
{
    assert_int_equal(seen.n_called, 1);
    assert_ptr_equal(seen.stream, the_stream);
    assert_ptr_equal(seen.reterr, reterr);
    seen.n_called = 0;
    seen.stream = NULL;
    seen.reterr = NULL;
}

static void streams_send_receive_and_end(void **state)
{
    struct demo_echo_chat_stream *stream = (struct demo_echo_chat_stream *)the_stream;
    static const enum eyelet_got gots[] = { EYELET_GOT_MESSAGE, EYELET_GOT_END, EYELET_GOT_ERROR };
    const demo_SayRequest request = { "hello" };
    demo_SayReply reply;

    (void)state;
    assert_int_equal(demo_echo_chat_send(stream, &request, &the_error), EYELET_OUT_OF_RANGE);
    assert_called(&the_error);
    assert_ptr_equal(seen.message, &request);
    assert_int_equal(demo_echo_chat_end(stream, &the_error), EYELET_ABORTED);
    assert_called(&the_error);
    for (size_t i = 0; i < sizeof(gots) / sizeof(gots[0]); i++) {
        seen.got_to_give = gots[i];
        assert_int_equal(demo_echo_chat_recv(stream, &reply, &the_error), gots[i]);
        assert_called(&the_error);
        assert_ptr_equal(seen.reply, &reply);
    }
    demo_echo_chat_cancel(stream);
    assert_called(NULL);
    assert_null(demo_echo_chat_close(stream));
    assert_called(NULL);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static void tables_have_kinds_types_and_sizes(void **state)
{
    const struct eyelet_nano_method *sum_method = find(&demo_echo_service, "Sum");

    (void)state;
    assert_int_equal(find(&demo_echo_service, "Say")->kind, EYELET_UNARY);
    assert_int_equal(find(&demo_echo_service, "Count")->kind, EYELET_SERVER_STREAM);
    assert_int_equal(find(&demo_echo_service, "Chat")->kind, EYELET_BIDI_STREAM);
    assert_int_equal(sum_method->kind, EYELET_CLIENT_STREAM);
    assert_ptr_equal(sum_method->request_type, demo_SumRequest_fields);
    assert_ptr_equal(sum_method->reply_type, demo_SumReply_fields);
    assert_int_equal(sum_method->request_size, sizeof(demo_SumRequest));
    assert_int_equal(sum_method->reply_size, sizeof(demo_SumReply));
    assert_int_equal(sum_method->reply_len_max, 22); /* two fields of one byte and a varint of ten */
    assert_int_equal(find(&demo_echo_service, "Say")->reply_len_max, 1 + 2 + 1024);
}

static void a_constant_says_how_much_the_largest_method_needs(void **state)
{
    static uint8_t memory[EYELET_NANO_SERVER_SIZE(1, 1, 4096, DEMO_ECHO_MESSAGE_SIZE)];

    (void)state;
    assert_int_equal(DEMO_ECHO_MESSAGE_SIZE, 2 * EYELET_NANO_ROUND(1025));
    assert_int_equal(ACME_SHOP_V2_HTTP_API_WITHOUT_MESSAGE_SIZE, 1);
    assert_int_equal(S_MESSAGE_SIZE, 2 * EYELET_NANO_ROUND(sizeof(Ping)));
    assert_true(sizeof(memory) > DEMO_ECHO_MESSAGE_SIZE);
}

/* A field of a string, and the tag and the longest length of a payload. */
#define STRING_LEN(text) (1 + 1 + sizeof(text) - 1)
#define PAYLOAD_LEN(len) (1 + 5 + (len))

static void a_constant_says_how_long_a_frame_can_be(void **state)
{
    static uint8_t memory[EYELET_NANO_CLIENT_SIZE(1, 0, DEMO_ECHO_FRAME_SIZE)];

    (void)state;
    assert_int_equal(DEMO_ECHO_FRAME_SIZE, EYELET_NANO_FRAME_MIN);
    assert_int_equal(ACME_SHOP_V2_HTTP_API_WITHOUT_FRAME_SIZE, EYELET_NANO_FRAME_MIN);
    assert_int_equal(sizeof(((union frames_of_demo_echo *)NULL)->say_request),
                     STRING_LEN("demo.Echo") + STRING_LEN("Say") + 1 + 10 + PAYLOAD_LEN(demo_SayRequest_size));
    assert_int_equal(sizeof(((union frames_of_demo_echo *)NULL)->sum_reply), PAYLOAD_LEN(demo_SumReply_size));
    assert_int_equal(ACME_STREAMS_STREAMS_FRAME_SIZE,
                     STRING_LEN("Acme.streams.Streams") + STRING_LEN("Chat") + 1 + 10 + PAYLOAD_LEN(1 + 2 + 5000));
    assert_true(sizeof(memory) > DEMO_ECHO_FRAME_SIZE);
}

static void each_function_calls_the_method_it_is_named_after(void **state)
{
    const struct eyelet_nano_service *service = &acme_shop_v2_http_api_httpserver_service;
    const Acme_shopV2_http_api_HTTPRequest request = Acme_shopV2_http_api_HTTPRequest_init_zero;
    Acme_shopV2_http_api_HTTPRequest reply;
    const google_protobuf_Empty empty = google_protobuf_Empty_init_zero;
    const acme_parts_Box_Part part = acme_parts_Box_Part_init_default;
    struct acme_streams_hall_new__stream *new_stream = NULL;
    acme_parts_Box box;

    (void)state;
    acme_shop_v2_http_api_httpserver_int_(the_client, NULL, &request, &reply, &the_error);
    assert_ptr_equal(seen.method, find(service, "Int"));
    acme_shop_v2_http_api_httpserver___say2x___http_(the_client, NULL, &request, &reply, &the_error);
    assert_ptr_equal(seen.method, find(service, "_Say2x__HTTP_"));
    acme_shop_v2_http_api_httpserver_add_(the_client, NULL, &empty, &reply, &the_error);
    assert_ptr_equal(seen.method, find(service, "Add"));
    acme_shop_v2_http_api_httpserver_parts(the_client, NULL, &part, &box, &the_error);
    assert_ptr_equal(seen.method, find(service, "Parts"));
    assert_ptr_equal(seen.method->request_type, acme_parts_Box_Part_fields);
    assert_ptr_equal(seen.method->reply_type, acme_parts_Box_fields);
    assert_int_equal(acme_streams_hall_new__open(the_client, NULL, &empty, &new_stream, &the_error), EYELET_OK);
    assert_ptr_equal(seen.method, find(&acme_streams_hall_service, "New"));
}

static void tables_are_sorted_and_keep_the_names_of_the_wire(void **state)
{
    const struct eyelet_nano_service *service = &acme_shop_v2_http_api_httpserver_service;

    (void)state;
    assert_string_equal(service->name, "Acme.shopV2.http_api.HTTPServer");
    assert_int_equal(service->n_methods, 11);
    for (size_t i = 1; i < service->n_methods; i++)
        assert_true(strcmp(service->methods[i - 1].name, service->methods[i].name) < 0);
    assert_string_equal(acme_parts_boxes_service.name, "acme.parts.Boxes"); /* protobuf-c's options are not nanopb's */
    assert_string_equal(second_service.name, "Second");
    assert_int_equal(acme_shop_v2_http_api_without_service.n_methods, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(handlers_get_their_own_types, forget),
        cmocka_unit_test_setup(a_missing_handler_answers_unimplemented_and_names_the_method, forget),
        cmocka_unit_test_setup(h078_check_request_runs_first_where_there_is_one_request, forget),
        cmocka_unit_test_setup(add_hands_over_all_that_it_is_given, forget),
        cmocka_unit_test_setup(a_call_hands_over_where_the_reply_goes, forget),
        cmocka_unit_test_setup(a_started_call_ends_in_its_own_function, forget),
        cmocka_unit_test_setup(a_call_without_a_function_is_collected, forget),
        cmocka_unit_test_setup(streams_are_opened_with_the_one_request_or_none, forget),
        cmocka_unit_test_setup(streams_send_receive_and_end, forget),
        cmocka_unit_test_setup(tables_have_kinds_types_and_sizes, forget),
        cmocka_unit_test_setup(a_constant_says_how_much_the_largest_method_needs, forget),
        cmocka_unit_test_setup(a_constant_says_how_long_a_frame_can_be, forget),
        cmocka_unit_test_setup(each_function_calls_the_method_it_is_named_after, forget),
        cmocka_unit_test_setup(tables_are_sorted_and_keep_the_names_of_the_wire, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
