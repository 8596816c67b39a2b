/*
 * Addresses as text: what is an address, what is none, and how each is printed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/address.h>
#include <eyelet/vsock.h>

#include "support/faults.h"
#include "support/folder.h"

#define PATH_50  "/2345678901234567890123456789012345678901234567890"
#define PATH_107 PATH_50 PATH_50 "/234567"
#define NAME_107 "a" PATH_50 PATH_50 "/23456"

static const struct {
    const char *text;
    const char *printed;
    struct eyelet_address address;
} good[] = {
    { "vsock://16:5005", "vsock://16:5005", { .family = EYELET_FAMILY_VSOCK, .cid = 16, .port = 5005, .fd = -1 } },
    { "vsock:16:5005", "vsock://16:5005", { .family = EYELET_FAMILY_VSOCK, .cid = 16, .port = 5005, .fd = -1 } },
    { "vsock://any:1", "vsock://any:1", { .family = EYELET_FAMILY_VSOCK, .cid = UINT32_MAX, .port = 1, .fd = -1 } },
    { "vsock://16:5005?to-host",
      "vsock://16:5005?to-host",
      { .family = EYELET_FAMILY_VSOCK, .cid = 16, .port = 5005, .fd = -1, .is_to_host = true } },
    { "vsock:any:0?to-host",
      "vsock://any:0?to-host",
      { .family = EYELET_FAMILY_VSOCK, .cid = UINT32_MAX, .fd = -1, .is_to_host = true } },
    { "vsock://4294967294:4294967294?to-host",
      "vsock://4294967294:4294967294?to-host",
      { .family = EYELET_FAMILY_VSOCK, .cid = UINT32_MAX - 1, .port = UINT32_MAX - 1, .fd = -1, .is_to_host = true } },
    { "unix:/run/e?to-host",
      "unix:///run/e?to-host",
      { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "/run/e?to-host" } },
    { "vsock:local:1", "vsock://1:1", { .family = EYELET_FAMILY_VSOCK, .cid = 1, .port = 1, .fd = -1 } },
    { "vsock://host:1", "vsock://2:1", { .family = EYELET_FAMILY_VSOCK, .cid = 2, .port = 1, .fd = -1 } },
    { "vsock://parent:1", "vsock://3:1", { .family = EYELET_FAMILY_VSOCK, .cid = 3, .port = 1, .fd = -1 } },
    { "vsock://0:0", "vsock://0:0", { .family = EYELET_FAMILY_VSOCK, .fd = -1 } },
    { "vsock://4294967295:4294967294",
      "vsock://any:4294967294",
      { .family = EYELET_FAMILY_VSOCK, .cid = UINT32_MAX, .port = UINT32_MAX - 1, .fd = -1 } },
    { "hvsock:///run/v.sock:52",
      "hvsock:///run/v.sock:52",
      { .family = EYELET_FAMILY_HVSOCK, .port = 52, .fd = -1, .path = "/run/v.sock" } },
    { "hvsock:///a:b:52",
      "hvsock:///a:b:52",
      { .family = EYELET_FAMILY_HVSOCK, .port = 52, .fd = -1, .path = "/a:b" } },
    { "hvsock://" PATH_107 ":4294967294",
      "hvsock://" PATH_107 ":4294967294",
      { .family = EYELET_FAMILY_HVSOCK, .port = UINT32_MAX - 1, .fd = -1, .path = PATH_107 } },
    { "unix:///run/e.sock", "unix:///run/e.sock", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "/run/e.sock" } },
    { "unix:/run/e.sock", "unix:///run/e.sock", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "/run/e.sock" } },
    { "unix:e.sock", "unix:e.sock", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "e.sock" } },
    { "unix:@file", "unix:@file", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "@file" } },
    { "unix:a b", "unix:a b", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "a b" } },
    { "unix:////x", "unix:////x", { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = "//x" } },
    { "unix://@name", "unix://@name", { .family = EYELET_FAMILY_UNIX, .fd = -1, .is_abstract = true, .path = "name" } },
    { "unix://" PATH_107, "unix://" PATH_107, { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = PATH_107 } },
    { "unix:" NAME_107, "unix:" NAME_107, { .family = EYELET_FAMILY_UNIX, .fd = -1, .path = NAME_107 } },
    { "unix://@" NAME_107,
      "unix://@" NAME_107,
      { .family = EYELET_FAMILY_UNIX, .fd = -1, .is_abstract = true, .path = NAME_107 } },
    { "fd://0", "fd://0", { .family = EYELET_FAMILY_FD } },
    { "fd://2147483647", "fd://2147483647", { .family = EYELET_FAMILY_FD, .fd = INT32_MAX } },
    { "systemd://", "systemd://", { .family = EYELET_FAMILY_SYSTEMD, .fd = -1 } },
    { "systemd://echo", "systemd://echo", { .family = EYELET_FAMILY_SYSTEMD, .fd = -1, .path = "echo" } },
};

static const struct {
    const char *text;
    int r;
} bad[] = {
    { "", -EINVAL },
    { "vsock", -EINVAL },
    { "VSOCK://1:1", -EINVAL },
    { " vsock://1:1", -EINVAL },
    { "tcp://1:1", -EINVAL },
    { "/run/e.sock", -EINVAL },
    { "vsock:", -EINVAL },
    { "vsock://", -EINVAL },
    { "vsock://16", -EINVAL },
    { "vsock://16:", -EINVAL },
    { "vsock://:5005", -EINVAL },
    { "vsock://-1:5005", -EINVAL },
    { "vsock://+1:5005", -EINVAL },
    { "vsock://1:-1", -EINVAL },
    { "vsock://1:+1", -EINVAL },
    { "vsock:// 1:1", -EINVAL },
    { "vsock://1: 1", -EINVAL },
    { "vsock://1:1 ", -EINVAL },
    { "vsock://1:1x", -EINVAL },
    { "vsock://1:1:1", -EINVAL },
    { "vsock://0x10:1", -EINVAL },
    { "vsock://01:1", -EINVAL },
    { "vsock://1:01", -EINVAL },
    { "vsock://4294967296:1", -EINVAL },
    { "vsock://18446744073709551617:1", -EINVAL },
    { "vsock://1:4294967295", -EINVAL },
    { "vsock://1:18446744073709551617", -EINVAL },
    { "vsock://Any:1", -EINVAL },
    { "vsock://anyy:1", -EINVAL },
    { "vsock://an:1", -EINVAL },
    { "vsock:///1:1", -EINVAL },
    { "vsock://16:5005?", -EINVAL },
    { "vsock://16:5005?to-hos", -EINVAL },
    { "vsock://16:5005?to-host ", -EINVAL },
    { "vsock://16:5005?to-host?to-host", -EINVAL },
    { "vsock://16:5005?TO-HOST", -EINVAL },
    { "vsock://16:5005to-host", -EINVAL },
    { "vsock://16?to-host:5005", -EINVAL },
    { "vsock://16?to-host", -EINVAL },
    { "vsock://16:?to-host", -EINVAL },
    { "vsock://16:1x?to-host", -EINVAL },
    { "hvsock:///x:1?to-host", -EINVAL },
    { "hvsock:", -EINVAL },
    { "hvsock:/x:1", -EINVAL },
    { "hvsock://x:1", -EINVAL },
    { "hvsock:///x", -EINVAL },
    { "hvsock:///x:", -EINVAL },
    { "hvsock:///x:4294967295", -EINVAL },
    { "hvsock://:1", -EINVAL },
    { "unix:", -EINVAL },
    { "unix://", -EINVAL },
    { "unix://@", -EINVAL },
    { "unix://host/path", -EINVAL },
    { "fd:1", -EINVAL },
    { "fd://", -EINVAL },
    { "fd://-1", -EINVAL },
    { "fd://2147483648", -EINVAL },
    { "fd://3x", -EINVAL },
    { "systemd:", -EINVAL },
    { "systemd://a:b", -EINVAL },
    { "unix://" PATH_107 "x", -ENAMETOOLONG },
    { "unix:" NAME_107 "x", -ENAMETOOLONG },
    { "unix://@" NAME_107 "x", -ENAMETOOLONG },
    { "hvsock://" PATH_107 "x:1", -ENAMETOOLONG },
    { "systemd://" NAME_107 "x", -ENAMETOOLONG },
};

static void assert_same(const struct eyelet_address *a, const struct eyelet_address *b)
{
    assert_int_equal(a->family, b->family);
    assert_int_equal(a->cid, b->cid);
    assert_int_equal(a->port, b->port);
    assert_int_equal(a->fd, b->fd);
    assert_int_equal(a->is_to_host, b->is_to_host);
    assert_int_equal(a->is_abstract, b->is_abstract);
    assert_string_equal(a->path, b->path);
}

static void every_form_is_understood_and_printed_in_the_first_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct eyelet_address address;
        struct eyelet_error error;
        char text[EYELET_ADDRESS_TEXT_MAX];

        if (eyelet_address_parse(good[i].text, &address, &error) < 0)
            fail_msg("%s", error.text);
        assert_same(&address, &good[i].address);
        assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
        assert_string_equal(text, good[i].printed);

        assert_int_equal(eyelet_address_parse(text, &address, NULL), 0);
        assert_same(&address, &good[i].address);
    }
}

static void what_is_no_address_is_refused_with_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct eyelet_address address = { .port = 77 };
        struct eyelet_error error = { 0 };
        int r = eyelet_address_parse(bad[i].text, &address, &error);

        if (r != bad[i].r)
            fail_msg("'%s': %d instead of %d", bad[i].text, r, bad[i].r);
        assert_int_equal(address.port, 77);
        assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);
        assert_int_equal(error.error_number, -r);
        assert_text_has(error.text, bad[i].text);
        assert_int_equal(eyelet_address_parse(bad[i].text, &address, NULL), bad[i].r);
    }
}

static void too_little_room_is_left_untouched(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char text[EYELET_ADDRESS_TEXT_MAX] = "untouched";
        size_t len = strlen(good[i].printed);

        assert_int_equal(eyelet_address_format(&good[i].address, text, 0), -ENOSPC);
        assert_int_equal(eyelet_address_format(&good[i].address, text, len), -ENOSPC);
        assert_string_equal(text, "untouched");
        assert_int_equal(eyelet_address_format(&good[i].address, text, len + 1), 0);
    }
}

static void an_address_filled_in_without_a_nul_or_a_family_is_still_printed(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_UNIX };
    char text[EYELET_ADDRESS_TEXT_MAX];

    (void)state;
    memset(address.path, 'x', sizeof(address.path));
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(strlen(text), strlen("unix:") + EYELET_ADDRESS_PATH_MAX);
    address.family = (enum eyelet_family)99;
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_string_equal(text, "family 99");
}

static void peers_are_printed_for_people(void **state)
{
    const struct eyelet_peer vsock = { .family = EYELET_FAMILY_VSOCK, .cid = 16, .port = 1025 };
    const struct eyelet_peer local = { .family = EYELET_FAMILY_UNIX, .pid = 12, .uid = 0, .gid = UINT32_MAX };
    const struct eyelet_peer other = { .family = EYELET_FAMILY_FD };
    char text[EYELET_ADDRESS_TEXT_MAX];

    (void)state;
    assert_int_equal(eyelet_peer_format(&vsock, text, sizeof(text)), 0);
    assert_string_equal(text, "vsock://16:1025");
    assert_int_equal(eyelet_peer_format(&vsock, text, strlen("vsock://16:1025")), -ENOSPC);
    assert_int_equal(eyelet_peer_format(&local, text, sizeof(text)), 0);
    assert_string_equal(text, "unix://pid=12,uid=0,gid=4294967295");
    assert_int_equal(eyelet_peer_format(&other, text, sizeof(text)), 0);
    assert_text_has(text, "neither");
}

static void h029_too_long_a_path_is_an_error_before_any_system_call(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_UNIX };
    struct eyelet_listener listener;
    struct eyelet_error error;
    int fd;

    (void)state;
    assert_int_equal(eyelet_address_parse("unix://" PATH_107 "x", &address, &error), -ENAMETOOLONG);
    assert_text_has(error.text, "108 bytes");

    memset(address.path, 'x', sizeof(address.path)); /* by hand, and without its NUL */
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENAMETOOLONG);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENAMETOOLONG);
    address.path[0] = '\0';
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -EINVAL);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EINVAL);
    for (int call = FAULT_SOCKET; call < FAULT_CLOCK_GETTIME; call++)
        assert_int_equal(faults_count((enum fault_call)call), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_understood_and_printed_in_the_first_one),
        cmocka_unit_test(what_is_no_address_is_refused_with_its_text),
        cmocka_unit_test(too_little_room_is_left_untouched),
        cmocka_unit_test(an_address_filled_in_without_a_nul_or_a_family_is_still_printed),
        cmocka_unit_test(peers_are_printed_for_people),
        cmocka_unit_test_setup(h029_too_long_a_path_is_an_error_before_any_system_call, faults_setup),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
