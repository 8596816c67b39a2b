/*
 * Services and methods are found by their exact names, and what is unknown is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/dispatch.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Two codecs' entries: what is behind the name, and how much of it there is, is not dispatch's business. */
struct slim_method {
    const char *name;
};

struct wide_method {
    const char *name;
    char rest[40];
};

static const struct wide_method echo_methods[] = {
    { .name = "Chat" },
    { .name = "Say" },
    { .name = "SayAgain" },
    { .name = "say" },
};
static const struct slim_method health_methods[] = { { "Check" }, { "Watch" } };

static int handlers, userdata;
static const struct eyelet_dispatch_node third = { .service = "Bare",
                                                   .service_len = 4,
                                                   .method_size = sizeof(struct slim_method) };
static const struct eyelet_dispatch_node second = {
    .next = (struct eyelet_dispatch_node *)&third,
    .service = "demo.Echo.Health",
    .service_len = 16,
    .methods = health_methods,
    .n_methods = N_OF(health_methods),
    .method_size = sizeof(health_methods[0]),
};
static const struct eyelet_dispatch_node first = {
    .next = (struct eyelet_dispatch_node *)&second,
    .service = "demo.Echo",
    .service_len = 9,
    .methods = echo_methods,
    .n_methods = N_OF(echo_methods),
    .method_size = sizeof(echo_methods[0]),
    .handlers = &handlers,
    .userdata = &userdata,
};

/* A copy of exactly @text's size, so that a sanitizer sees a byte read behind it; the caller frees it. */
static struct eyelet_slice exact(const char *text)
{
    size_t len = strlen(text);
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, text, len);
    return (struct eyelet_slice){ copy, len };
}

static enum eyelet_status find(const char *service, const char *method, const struct eyelet_dispatch_node **ret_node,
                               const void **ret_method, struct eyelet_error *reterr)
{
    struct eyelet_slice service_name = exact(service), method_name = exact(method);
    enum eyelet_status status;

    status = eyelet_dispatch_find(&first, service_name, method_name, ret_node, ret_method, reterr);
    free((void *)service_name.data);
    free((void *)method_name.data);
    return status;
}

/* Is refused with a text that has @service, and @method if it is not NULL, in it. */
static void check_unknown(const char *service, const char *method, const char *expected)
{
    const struct eyelet_dispatch_node *node = &third;
    const void *found = &health_methods[0];
    struct eyelet_error error;

    assert_int_equal(find(service, method, &node, &found, &error), EYELET_UNIMPLEMENTED);
    assert_int_equal(error.status, EYELET_UNIMPLEMENTED);
    assert_string_equal(error.text, expected);
    assert_false(error.is_remote);
    assert_ptr_equal(node, &third);
    assert_ptr_equal(found, &health_methods[0]);
    assert_int_equal(find(service, method, &node, &found, NULL), EYELET_UNIMPLEMENTED);
}

static void every_method_of_every_service_is_found(void **state)
{
    (void)state;
    for (const struct eyelet_dispatch_node *node = &first; node != NULL; node = node->next) {
        for (size_t i = 0; i < node->n_methods; i++) {
            const char *entry = (const char *)node->methods + i * node->method_size;
            const struct eyelet_dispatch_node *found_node = NULL;
            const void *found = NULL;

            assert_int_equal(find(node->service, *(const char *const *)entry, &found_node, &found, NULL), EYELET_OK);
            assert_ptr_equal(found_node, node);
            assert_ptr_equal(found, entry);
        }
    }
}

static void methods_of_tables_of_every_size_are_found(void **state)
{
    static char names[65][8];
    static struct wide_method methods[65];

    (void)state;
    for (unsigned i = 0; i < N_OF(names); i++) {
        snprintf(names[i], sizeof(names[i]), "M%03u", 2 * i + 1);
        methods[i].name = names[i];
    }
    for (size_t n = 0; n <= N_OF(names); n++) {
        const struct eyelet_dispatch_node node = {
            .service = "S", .service_len = 1, .methods = methods, .n_methods = n, .method_size = sizeof(methods[0])
        };

        for (unsigned number = 0; number <= 2 * N_OF(names); number++) {
            const struct eyelet_dispatch_node *found_node;
            const void *found = NULL;
            enum eyelet_status status;
            char name[8];

            snprintf(name, sizeof(name), "M%03u", number);
            status =
                eyelet_dispatch_find(&node, eyelet_slice_of("S"), eyelet_slice_of(name), &found_node, &found, NULL);
            if (number % 2 == 1 && number / 2 < n) {
                assert_int_equal(status, EYELET_OK);
                assert_ptr_equal(found, &methods[number / 2]);
            } else {
                assert_int_equal(status, EYELET_UNIMPLEMENTED);
            }
        }
    }
}

static void h054_an_unknown_service_is_named(void **state)
{
    (void)state;
    check_unknown("demo.Ech", "Say", "unknown service 'demo.Ech'");
    check_unknown("demo.Echo2", "Say", "unknown service 'demo.Echo2'");
    check_unknown("demo.echo", "Say", "unknown service 'demo.echo'");
    check_unknown("", "Say", "unknown service ''");
    check_unknown("no\n\x7f\xff", "Say", "unknown service 'no\\x0a\\x7f\\xff'");
}

static void h054_an_unknown_method_is_named_with_its_service(void **state)
{
    (void)state;
    check_unknown("demo.Echo", "Sa", "unknown method 'Sa' of service 'demo.Echo'");
    check_unknown("demo.Echo", "SayA", "unknown method 'SayA' of service 'demo.Echo'");
    check_unknown("demo.Echo", "Check", "unknown method 'Check' of service 'demo.Echo'");
    check_unknown("demo.Echo.Health", "Say", "unknown method 'Say' of service 'demo.Echo.Health'");
    check_unknown("Bare", "Say", "unknown method 'Say' of service 'Bare'");
    check_unknown("demo.Echo", "\x1b[0m", "unknown method '\\x1b[0m' of service 'demo.Echo'");
    check_unknown("demo.Echo", "", "unknown method '' of service 'demo.Echo'");
}

static void a_name_without_bytes_is_unknown(void **state)
{
    const struct eyelet_slice none = { NULL, 0 };
    const struct eyelet_dispatch_node *node;
    const void *method;

    (void)state;
    assert_int_equal(eyelet_dispatch_find(&first, eyelet_slice_of("demo.Echo"), none, &node, &method, NULL),
                     EYELET_UNIMPLEMENTED);
    assert_int_equal(eyelet_dispatch_find(&first, none, none, &node, &method, NULL), EYELET_UNIMPLEMENTED);
}

static void h053_a_nul_byte_does_not_end_a_name(void **state)
{
    const struct eyelet_slice service = { (const uint8_t *)"demo.Echo\0", 10 },
                              method = { (const uint8_t *)"Say\0x", 5 };
    const struct eyelet_dispatch_node *node;
    const void *found;

    (void)state;
    assert_null(eyelet_dispatch_find_service(&first, service));
    assert_int_equal(eyelet_dispatch_find(&first, service, eyelet_slice_of("Say"), &node, &found, NULL),
                     EYELET_UNIMPLEMENTED);
    assert_int_equal(eyelet_dispatch_find(&first, eyelet_slice_of("demo.Echo"), method, &node, &found, NULL),
                     EYELET_UNIMPLEMENTED);
}

static void names_of_255_bytes_are_shown_whole(void **state)
{
    char service[256], method[256], expected[600];

    (void)state;
    memset(service, 's', 255);
    memset(method, 'm', 255);
    service[255] = method[255] = '\0';
    snprintf(expected, sizeof(expected), "unknown service '%s'", service);
    check_unknown(service, method, expected);
    snprintf(expected, sizeof(expected), "unknown method '%s' of service 'Bare'", method);
    check_unknown("Bare", method, expected);
}

static void a_service_is_found_by_its_name_alone(void **state)
{
    (void)state;
    assert_ptr_equal(eyelet_dispatch_find_service(&first, eyelet_slice_of("demo.Echo")), &first);
    assert_ptr_equal(eyelet_dispatch_find_service(&first, eyelet_slice_of("Bare")), &third);
    assert_null(eyelet_dispatch_find_service(&second, eyelet_slice_of("demo.Echo")));
    assert_null(eyelet_dispatch_find_service(NULL, eyelet_slice_of("demo.Echo")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_of_every_service_is_found),
        cmocka_unit_test(methods_of_tables_of_every_size_are_found),
        cmocka_unit_test(h054_an_unknown_service_is_named),
        cmocka_unit_test(h054_an_unknown_method_is_named_with_its_service),
        cmocka_unit_test(a_name_without_bytes_is_unknown),
        cmocka_unit_test(h053_a_nul_byte_does_not_end_a_name),
        cmocka_unit_test(names_of_255_bytes_are_shown_whole),
        cmocka_unit_test(a_service_is_found_by_its_name_alone),
    };

    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
