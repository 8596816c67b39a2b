/*
 * The guard in front of AF_VSOCK: what counts as the marker, and that without it no socket is opened.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "support/faults.h"
#include "support/guest.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void only_the_whole_word_counts(void **state)
{
    const char *const marked[] = { "eyelet.guest", "quiet eyelet.guest\n", "eyelet.guest quiet", "a \t eyelet.guest  b",
                                   "eyelet.guest -- vsock://any:5005" };
    const char *const not_marked[] = { "",
                                       "\n",
                                       " ",
                                       "quiet",
                                       "eyelet",
                                       "eyelet.gues",
                                       "eyelet.guests",
                                       "eyelet.guest=0",
                                       "not.eyelet.guest",
                                       "EYELET.GUEST",
                                       "eyelet. guest",
                                       "quiet -- eyelet.guest" };

    (void)state;
    for (size_t i = 0; i < N_OF(marked); i++)
        assert_true(guest_is_marked(marked[i]));
    for (size_t i = 0; i < N_OF(not_marked); i++)
        assert_false(guest_is_marked(not_marked[i]));
}

/* The ordinary tests run on the build machine only, and there every way to a vsock ends before the kernel. */
static void nobody_opens_a_vsock_outside_of_a_guest(void **state)
{
    const struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = 1, .port = 5005 };
    struct eyelet_listener listener;
    struct eyelet_error error;
    unsigned n_open = faults_open_fds();
    int fd;

    (void)state;
    assert_false(guest_is_here());
    for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
        assert_int_equal(socket(AF_VSOCK, type | SOCK_CLOEXEC, 0), -1);
        assert_int_equal(errno, EAFNOSUPPORT);
    }
    assert_int_equal(eyelet_vsock_bind(5005), -EAFNOSUPPORT);
    assert_int_equal(eyelet_vsock_connect(1, 5005), -EAFNOSUPPORT);
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -EAFNOSUPPORT);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EAFNOSUPPORT);
    assert_int_equal(faults_count(FAULT_CONNECT), 0);
    assert_int_equal(faults_open_fds(), n_open);
}

static void other_sockets_are_let_through(void **state)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_the_whole_word_counts, faults_setup),
        cmocka_unit_test_setup(nobody_opens_a_vsock_outside_of_a_guest, faults_setup),
        cmocka_unit_test_setup(other_sockets_are_let_through, faults_setup),
    };

    return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
