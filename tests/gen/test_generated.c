/*
 * What generated code does when it is called. The library is not linked: the three functions that generated code calls
 * are here, and note what they were called with.
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

static struct {
    char fail_text[256];
    enum eyelet_status fail_status;
    const struct eyelet_service *service;
    const struct eyelet_method *method;
    const struct eyelet_call_opts *opts;
    const void *handlers;
    const ProtobufCMessage *request;
    void *userdata;
    ProtobufCMessage *reply_to_give;
    enum eyelet_status status_to_give;
} seen;

static struct eyelet_call *const the_call = (struct eyelet_call *)&seen;
static struct eyelet_server *const the_server = (struct eyelet_server *)&seen;
static struct eyelet_client *const the_client = (struct eyelet_client *)&seen;

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
static enum eyelet_status handle_say(const struct demo_echo_handlers *handlers, char *text, Demo__SayReply *reply)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = text;
    return demo_echo_service.methods[0].handle(the_call, handlers, &request.base, &reply->base, &seen);
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
    assert_ptr_equal(seen.method, &demo_echo_service.methods[0]);
    assert_ptr_equal(seen.opts, &opts);
    assert_ptr_equal(seen.request, &request.base);
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
        cmocka_unit_test_setup(add_hands_over_the_table_the_handlers_and_the_userdata, forget),
        cmocka_unit_test_setup(a_call_hands_out_the_reply_on_success_only, forget),
        cmocka_unit_test_setup(each_function_calls_the_method_it_is_named_after, forget),
        cmocka_unit_test_setup(tables_are_sorted_and_keep_the_names_of_the_wire, forget),
        cmocka_unit_test_setup(optional_of_proto3_keeps_zero_apart_from_nothing, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
