/*
 * Services as protoc-c generates them: one at a server, written as for protobuf-c-rpc, and one that is a client.
 */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/pbc.h>

#include "shop.pb-c.h"
#include "shop_nameless.pb-c.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

/* --- the service -------------------------------------------------------------------------------------------------- */

/* A call whose closure is called by another thread. */
struct later {
    pthread_t thread;
    const Shop__Order *order;
    Shop__Receipt_Closure closure;
    void *closure_data;
};

static struct live_server live;
static char path_of_test[512];
static struct later later;
static sem_t is_entered;
static sem_t may_answer;

/* Answers with a message that is gone as soon as the closure has returned. */
static void answer(const char *act, const Shop__Order *order, Shop__Receipt_Closure closure, void *closure_data)
{
    Shop__Receipt receipt = SHOP__RECEIPT__INIT;
    char *text;

    live_must(asprintf(&text, "%s %u %s", act, order->n_items, order->item) >= 0, "no memory for a text");
    receipt.text = text;
    closure(&receipt, closure_data);
    free(text);
}

static void *answer_later(void *userdata)
{
    struct later *call = userdata;

    while (sem_wait(&may_answer) < 0)
        live_must(errno == EINTR, "a semaphore is broken");
    answer("later", call->order, call->closure, call->closure_data);
    return NULL;
}

static void *answer_now(void *userdata)
{
    struct later *call = userdata;

    answer("elsewhere", call->order, call->closure, call->closure_data);
    return NULL;
}

static void start_later(void *(*run)(void *), const Shop__Order *order, Shop__Receipt_Closure closure,
                        void *closure_data)
{
    later = (struct later){ .order = order, .closure = closure, .closure_data = closure_data };
    live_must(pthread_create(&later.thread, NULL, run, &later) == 0, "no thread for a call");
}

static void join_later(void)
{
    live_must(pthread_join(later.thread, NULL) == 0, "the thread of a call is lost");
}

/* How it is sold is the item. */
static void till__sell(Shop__Till_Service *service, const Shop__Order *order, Shop__Receipt_Closure closure,
                       void *closure_data)
{
    Shop__Receipt receipt = SHOP__RECEIPT__INIT;

    live_must(service->base.descriptor == &shop__till__descriptor, "the method got another service");
    if (strcmp(order->item, "nothing") == 0) {
        closure(NULL, closure_data);
    } else if (strcmp(order->item, "incomplete") == 0) {
        receipt.n_notes = 1; /* and none is there */
        closure(&receipt, closure_data);
    } else if (strcmp(order->item, "too much") == 0) {
        receipt.paper.len = (4u << 20) + 1;
        receipt.paper.data = calloc(1, receipt.paper.len);
        closure(&receipt, closure_data);
        free(receipt.paper.data);
    } else if (strcmp(order->item, "twice") == 0) {
        answer("first", order, closure, closure_data);
        answer("second", order, closure, closure_data);
    } else if (strcmp(order->item, "elsewhere") == 0) {
        start_later(answer_now, order, closure, closure_data);
        join_later();
        live_must(strcmp(order->item, "elsewhere") == 0, "the order is gone before its method returned");
    } else if (strcmp(order->item, "later") == 0) {
        start_later(answer_later, order, closure, closure_data);
        sem_post(&is_entered);
    } else {
        answer("sold", order, closure, closure_data);
    }
}

static void till__buy(Shop__Till_Service *service, const Shop__Order *order, Shop__Receipt_Closure closure,
                      void *closure_data)
{
    (void)service;
    answer("bought", order, closure, closure_data);
}

static Shop__Till_Service till = SHOP__TILL__INIT(till__);

/* --- the server --------------------------------------------------------------------------------------------------- */

static struct eyelet_server *open_server(uint32_t threads)
{
    const struct eyelet_server_opts opts = { .threads = threads };
    struct eyelet_server *server = NULL;
    struct eyelet_error error = { 0 };

    if (eyelet_server_open(folder_address_text("server"), &opts, &server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return server;
}

static void start_with(uint32_t threads, ProtobufCService *service)
{
    struct eyelet_server *server = open_server(threads);

    assert_int_equal(eyelet_server_add_pbc_service(server, service), EYELET_OK);
    live_server_start(&live, server);
}

static void start(uint32_t threads)
{
    start_with(threads, &till.base);
}

static void stop(void)
{
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static int setup(void **state)
{
    int r = folder_setup(state);

    snprintf(path_of_test, sizeof(path_of_test), "%s", folder_path("server"));
    if (sem_init(&is_entered, 0, 0) < 0 || sem_init(&may_answer, 0, 0) < 0)
        return -1;
    return r;
}

static int teardown(void **state)
{
    sem_destroy(&is_entered);
    sem_destroy(&may_answer);
    return folder_teardown(state);
}

/* --- peers -------------------------------------------------------------------------------------------------------- */

static void put_order(struct wire *wire, uint32_t id, const char *method, const char *item, int64_t timeout_ns)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, item);
    wire_field_number(&payload, 2, id);
    wire_request(
        wire, id,
        &(struct wire_request){
            .service = "shop.Till", .method = method, .payload = wire_slice(&payload), .timeout_ns = timeout_ns });
    wire_clear(&payload);
}

static void send_order(int fd, uint32_t id, const char *method, const char *item, int64_t timeout_ns)
{
    struct wire wire = { 0 };

    put_order(&wire, id, method, item, timeout_ns);
    live_send_wire(fd, &wire);
}

static void assert_receipt(int fd, uint32_t id, const char *text)
{
    struct live_reply reply;
    Shop__Receipt *receipt;

    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_string_equal(reply.text, "");
    assert_int_equal(reply.code, EYELET_OK);
    receipt = shop__receipt__unpack(NULL, reply.payload.len, reply.payload.data);
    assert_non_null(receipt);
    assert_string_equal(receipt->text, text);
    shop__receipt__free_unpacked(receipt, NULL);
    live_reply_clear(&reply);
}

static void assert_failed(int fd, uint32_t id, enum eyelet_status code, const char *text)
{
    struct live_reply reply;

    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, code);
    assert_text_has(reply.text, text);
    live_reply_clear(&reply);
}

/* --- at a server -------------------------------------------------------------------------------------------------- */

static void each_method_is_found_by_its_name(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "tea", 0);
    assert_receipt(fd, 1, "sold 1 tea");
    send_order(fd, 3, "Buy", "tea", 0);
    assert_receipt(fd, 3, "bought 3 tea");
    send_order(fd, 5, "Steal", "tea", 0);
    assert_failed(fd, 5, EYELET_UNIMPLEMENTED, "Steal");
    close(fd);
    stop();
}

static void a_closure_may_be_called_by_another_thread_before_the_method_returns(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "elsewhere", 0);
    assert_receipt(fd, 1, "elsewhere 1 elsewhere");
    close(fd);
    stop();
}

static void a_closure_may_be_called_long_after_the_method_has_returned(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "later", 0);
    sem_wait(&is_entered);
    send_order(fd, 3, "Buy", "milk", 0);
    assert_receipt(fd, 3, "bought 3 milk"); /* with the only thread */
    sem_post(&may_answer);
    assert_receipt(fd, 1, "later 1 later"); /* the order was still there */
    join_later();
    close(fd);
    stop();
}

static void a_closure_that_comes_too_late_is_dropped(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "later", 1000000000); /* time enough to be run */
    sem_wait(&is_entered);
    assert_failed(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    sem_post(&may_answer);
    join_later();
    send_order(fd, 3, "Sell", "tea", 0);
    assert_receipt(fd, 3, "sold 3 tea");
    close(fd);
    stop();
}

static void h009_a_closure_may_be_called_when_the_connection_is_gone(void **state)
{
    int fd, other;

    (void)state;
    start(2);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "later", 0);
    sem_wait(&is_entered);
    close(fd);
    other = live_connect(path_of_test);
    send_order(other, 1, "Buy", "tea", 0);
    assert_receipt(other, 1, "bought 1 tea");
    sem_post(&may_answer);
    join_later();
    close(other);
    stop();
}

static void h113_h114_however_a_method_ends_the_caller_gets_one_answer(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "nothing", 0);
    assert_failed(fd, 1, EYELET_INTERNAL, "service gave no shop.Receipt");
    send_order(fd, 3, "Sell", "incomplete", 0);
    assert_failed(fd, 3, EYELET_INTERNAL, "incomplete");
    send_order(fd, 5, "Sell", "too much", 0);
    assert_failed(fd, 5, EYELET_RESOURCE_EXHAUSTED, "longer than");
    send_order(fd, 7, "Sell", "twice", 0);
    assert_receipt(fd, 7, "first 7 twice");
    send_order(fd, 9, "Sell", "tea", 0);
    assert_receipt(fd, 9, "sold 9 tea");
    close(fd);
    stop();
}

static void never_destroy(Shop__Till_Service *service)
{
    (void)service;
    live_must(false, "the program's service was destroyed");
}

static void a_method_that_was_never_set_is_unimplemented(void **state)
{
    Shop__Till_Service half;
    int fd;

    (void)state;
    shop__till__init(&half, never_destroy);
    half.buy = till__buy;
    start_with(1, &half.base);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "tea", 0);
    assert_failed(fd, 1, EYELET_UNIMPLEMENTED, "method 'Sell' of service 'shop.Till' has no handler");
    send_order(fd, 3, "Buy", "tea", 0);
    assert_receipt(fd, 3, "bought 3 tea");
    close(fd);
    stop();
}

static void h075_h076_what_is_no_order_does_not_reach_the_method(void **state)
{
    static const uint8_t junk[] = { 0x0a, 0x7f, 'x' };
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start(1);
    fd = live_connect(path_of_test);
    wire_request(&wire, 1,
                 &(struct wire_request){ .service = "shop.Till", .method = "Sell", .payload = { junk, sizeof(junk) } });
    live_send_wire(fd, &wire);
    assert_failed(fd, 1, EYELET_INTERNAL, "cannot decode shop.Order");
    close(fd);
    stop();
}

static void a_service_is_added_once_before_the_server_runs(void **state)
{
    Shop__Nameless_Service nameless = { 0 };
    struct eyelet_server *server;
    int fd;

    (void)state;
    server = open_server(1);
    assert_int_equal(eyelet_server_add_pbc_service(server, &till.base), EYELET_OK);
    assert_int_equal(eyelet_server_add_pbc_service(server, &till.base), EYELET_ALREADY_EXISTS);
    shop__nameless__init(&nameless, NULL);
    assert_int_equal(eyelet_server_add_pbc_service(server, &nameless.base), EYELET_INVALID_ARGUMENT);

    live_server_start(&live, server);
    fd = live_connect(path_of_test);
    send_order(fd, 1, "Sell", "tea", 0);
    assert_receipt(fd, 1, "sold 1 tea");
    close(fd);
    assert_int_equal(eyelet_server_add_pbc_service(server, &till.base), EYELET_FAILED_PRECONDITION);
    stop();
}

static void h111_a_service_is_added_whole_or_not_at_all(void **state)
{
    struct eyelet_server *server;
    enum eyelet_status status;
    unsigned nth = 0;

    (void)state;
    server = open_server(1);
    do {
        faults_reset();
        faults_fail(FAULT_ALLOC, ++nth, ENOMEM);
        status = eyelet_server_add_pbc_service(server, &till.base);
        assert_int_equal(status, faults_count(FAULT_ALLOC) >= nth ? EYELET_RESOURCE_EXHAUSTED : EYELET_OK);
    } while (status != EYELET_OK);
    assert_int_equal(nth, 3); /* the table, and the server's part of it */
    faults_reset();
    eyelet_server_close(server);
}

/* Sends, and reads the head of what comes without an allocation. Return: false when that is the end. */
static bool trade(int fd, struct eyelet_slice request, uint8_t head[WIRE_HEAD_LEN])
{
    return live_send(fd, request) && live_read(fd, head, WIRE_HEAD_LEN);
}

static void h111_a_call_is_answered_or_refused_whatever_fails(void **state)
{
    uint8_t head[WIRE_HEAD_LEN];
    struct wire request = { 0 };
    unsigned n_failures = 0;
    bool has_failed = true;

    (void)state;
    start(1);
    put_order(&request, 1, "Sell", "tea", 0);
    for (unsigned nth = 1; has_failed; nth++) {
        bool is_answered;
        int fd;

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        fd = live_connect(path_of_test); /* the server's memory for it is among what may fail */
        is_answered = trade(fd, wire_slice(&request), head);
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        live_must(is_answered || has_failed, "a call ended without a failure");
        live_must(!is_answered || head[8] == WIRE_RESPONSE, "a call was answered with something else");
        n_failures += has_failed;
        close(fd);
    }
    assert_true(n_failures >= 2);
    wire_clear(&request);
    stop();
}

/* --- as a client -------------------------------------------------------------------------------------------------- */

/* What a closure and an error hook were told. */
struct told {
    char text[100];
    unsigned n_replies;
    unsigned n_nothings;
    unsigned n_errors;
    const ProtobufCMethodDescriptor *method;
    struct eyelet_error error;
};

static void take_receipt(const Shop__Receipt *receipt, void *closure_data)
{
    struct told *told = closure_data;

    if (receipt == NULL) {
        told->n_nothings++;
        return;
    }
    told->n_replies++;
    snprintf(told->text, sizeof(told->text), "%s", receipt->text);
}

static void take_error(const ProtobufCMethodDescriptor *method, const struct eyelet_error *error, void *userdata)
{
    struct told *told = userdata;

    live_must(told->n_nothings == told->n_errors, "an error was told after its closure");
    told->n_errors++;
    told->method = method;
    told->error = *error;
}

static struct eyelet_client *open_client(void)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error = { 0 };

    if (eyelet_client_open(folder_address_text("server"), NULL, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return client;
}

static ProtobufCService *open_service(struct eyelet_client *client, const struct eyelet_call_opts *opts,
                                      struct told *told)
{
    ProtobufCService *service = NULL;

    assert_int_equal(
        eyelet_client_open_pbc_service(client, &shop__till__descriptor, opts, take_error, told, &service, NULL),
        EYELET_OK);
    return service;
}

static void sell(ProtobufCService *service, const char *item, uint32_t n_items, struct told *told)
{
    Shop__Order order = SHOP__ORDER__INIT;

    order.item = (char *)item;
    order.n_items = n_items;
    shop__till__sell(service, &order, take_receipt, told);
}

static void a_client_calls_as_with_protobuf_c_rpc(void **state)
{
    struct told told = { 0 };
    Shop__Order order = SHOP__ORDER__INIT;
    struct eyelet_client *client;
    ProtobufCService *service;

    (void)state;
    start(1);
    client = open_client();
    service = open_service(client, NULL, &told);
    sell(service, "tea", 2, &told);
    assert_string_equal(told.text, "sold 2 tea");
    order.item = (char *)"milk";
    shop__till__buy(service, &order, take_receipt, &told);
    assert_string_equal(told.text, "bought 0 milk");
    assert_int_equal(told.n_replies, 2);
    assert_int_equal(told.n_nothings + told.n_errors, 0);
    protobuf_c_service_destroy(service);
    eyelet_client_close(client);
    stop();
}

static void a_call_that_fails_tells_why_and_then_gives_nothing(void **state)
{
    struct told told = { 0 };
    struct eyelet_client *client;
    ProtobufCService *service;

    (void)state;
    start(1);
    client = open_client();
    service = open_service(client, NULL, &told);
    sell(service, "nothing", 1, &told);
    assert_int_equal(told.n_errors, 1);
    assert_int_equal(told.n_nothings, 1);
    assert_ptr_equal(told.method, &shop__till__descriptor.methods[0]);
    assert_int_equal(told.error.status, EYELET_INTERNAL);
    assert_true(told.error.is_remote);
    assert_text_has(told.error.text, "service gave no shop.Receipt");
    protobuf_c_service_destroy(service);

    assert_int_equal(eyelet_client_open_pbc_service(client, &shop__till__descriptor, NULL, NULL, NULL, &service, NULL),
                     EYELET_OK);
    sell(service, "nothing", 1, &told); /* nobody wants to know why */
    assert_int_equal(told.n_nothings, 2);
    sell(service, "tea", 1, &told);
    assert_string_equal(told.text, "sold 1 tea");
    protobuf_c_service_destroy(service);
    eyelet_client_close(client);
    stop();
}

static void a_clients_options_are_those_of_each_call(void **state)
{
    static const struct eyelet_metadata pair = { "key", "value" };
    struct eyelet_call_opts opts = { .timeout_ms = 20, .metadata = &pair, .n_metadata = 1 };
    struct told told = { 0 };
    struct live_frame frame;
    struct eyelet_client *client = NULL;
    ProtobufCService *service;
    char address[32];
    int fds[2];

    (void)state;
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    assert_int_equal(eyelet_client_open(address, NULL, &client, NULL), EYELET_OK);
    service = open_service(client, &opts, &told);
    memset(&opts, 0xff, sizeof(opts)); /* it was copied */
    sell(service, "tea", 1, &told);    /* and nobody answers */
    assert_int_equal(told.error.status, EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(told.n_nothings, 1);

    assert_true(live_read_frame(fds[1], &frame));
    assert_int_equal(frame.type, WIRE_REQUEST);
    assert_non_null(memmem(frame.data, frame.len, "value", 5));
    live_frame_clear(&frame);
    protobuf_c_service_destroy(service);
    eyelet_client_close(client);
    close(fds[1]);
}

static void h111_a_client_without_memory_is_none(void **state)
{
    struct told told = { 0 };
    struct eyelet_error error = { 0 };
    struct eyelet_client *client;
    ProtobufCService *service = NULL;

    (void)state;
    start(1);
    client = open_client();
    faults_reset();
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(
        eyelet_client_open_pbc_service(client, &shop__till__descriptor, NULL, take_error, &told, &service, &error),
        EYELET_RESOURCE_EXHAUSTED);
    assert_null(service);
    assert_text_has(error.text, "shop.Till");
    assert_int_equal(
        eyelet_client_open_pbc_service(client, &shop__nameless__descriptor, NULL, take_error, &told, &service, &error),
        EYELET_INVALID_ARGUMENT);
    assert_null(service);
    assert_text_has(error.text, "CODE_SIZE");
    eyelet_client_close(client);
    stop();
}

#define N_CALLERS 4
#define N_CALLS   500

static void *call_often(void *userdata)
{
    ProtobufCService *service = userdata;

    for (uint32_t i = 0; i < N_CALLS; i++) {
        struct told told = { 0 };
        char expected[100];

        sell(service, "tea", i, &told);
        snprintf(expected, sizeof(expected), "sold %u tea", i);
        live_must(strcmp(told.text, expected) == 0, "a caller got another's receipt");
    }
    return NULL;
}

static void threads_share_a_client_and_methods_run_at_once(void **state)
{
    struct told told = { 0 };
    pthread_t threads[N_CALLERS];
    struct eyelet_client *client;
    ProtobufCService *service;

    (void)state;
    start(3);
    client = open_client();
    service = open_service(client, NULL, &told);
    for (unsigned i = 0; i < N_CALLERS; i++)
        live_must(pthread_create(&threads[i], NULL, call_often, service) == 0, "no thread");
    for (unsigned i = 0; i < N_CALLERS; i++)
        live_must(pthread_join(threads[i], NULL) == 0, "a thread is lost");
    assert_int_equal(told.n_errors, 0);
    protobuf_c_service_destroy(service);
    eyelet_client_close(client);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_method_is_found_by_its_name),
        TEST(a_closure_may_be_called_by_another_thread_before_the_method_returns),
        TEST(a_closure_may_be_called_long_after_the_method_has_returned),
        TEST(a_closure_that_comes_too_late_is_dropped),
        TEST(h009_a_closure_may_be_called_when_the_connection_is_gone),
        TEST(h113_h114_however_a_method_ends_the_caller_gets_one_answer),
        TEST(a_method_that_was_never_set_is_unimplemented),
        TEST(h075_h076_what_is_no_order_does_not_reach_the_method),
        TEST(a_service_is_added_once_before_the_server_runs),
        TEST(h111_a_service_is_added_whole_or_not_at_all),
        TEST(h111_a_call_is_answered_or_refused_whatever_fails),
        TEST(a_client_calls_as_with_protobuf_c_rpc),
        TEST(a_call_that_fails_tells_why_and_then_gives_nothing),
        TEST(a_clients_options_are_those_of_each_call),
        TEST(h111_a_client_without_memory_is_none),
        TEST(threads_share_a_client_and_methods_run_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
