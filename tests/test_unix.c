/*
 * Listening on unix sockets, and on what the process has already: which files are made, which removed, and which are
 * left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A socket file that nobody listens on: its process died. */
static void leave_stale(const char *path, int type)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, type, 0);

    strcpy(name.sun_path, path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    close(fd);
}

static bool is_there(const char *path)
{
    struct stat file;

    return lstat(path, &file) == 0;
}

static void assert_listens(const struct eyelet_listener *listener, const struct eyelet_address *address)
{
    struct eyelet_peer peer = { 0 };
    int client = -1, server;
    char byte = 'x';

    assert_int_equal(eyelet_address_connect(address, 1000, &client, NULL), 0);
    server = eyelet_vsock_accept(listener->fd, &peer);
    assert_true(server >= 0);
    assert_int_equal(peer.family, EYELET_FAMILY_UNIX);
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(eyelet_vsock_send(client, &byte, 1, 1), 0);
    assert_int_equal(eyelet_vsock_receive_exact(server, &byte, 1), 0);
    close(client);
    close(server);
}

static void a_socket_file_is_made_used_and_removed(void **state)
{
    struct eyelet_address address = folder_address("e.sock");
    struct eyelet_listener listener = { .fd = -1 };
    unsigned n_open = faults_open_fds();

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_false(fcntl(listener.fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener.fd, F_GETFD) & FD_CLOEXEC);
    assert_string_equal(listener.address.path, address.path);
    assert_listens(&listener, &address);
    eyelet_listener_clear(&listener);
    assert_int_equal(listener.fd, -1);
    assert_false(is_there(address.path));
    assert_int_equal(faults_open_fds(), n_open);
    eyelet_listener_clear(&listener);
    eyelet_listener_clear(NULL);
}

static void an_abstract_name_leaves_no_file(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_UNIX, .is_abstract = true };
    struct eyelet_listener listener, second = { .fd = 77 };
    struct eyelet_error error;

    (void)state;
    snprintf(address.path, sizeof(address.path), "eyelet-test-%d", (int)getpid());
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_listens(&listener, &address);
    assert_int_equal(eyelet_address_listen(&address, 0, &second, &error), -EADDRINUSE);
    assert_int_equal(error.status, EYELET_ALREADY_EXISTS);
    assert_text_has(error.text, "somebody has that name");
    assert_text_has(error.text, "unix://@eyelet-test-");
    assert_int_equal(second.fd, 77);
    assert_false(is_there(address.path));
    eyelet_listener_clear(&listener);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    eyelet_listener_clear(&listener);
}

static void h020_a_socket_file_is_0600_whatever_the_umask(void **state)
{
    const mode_t umasks[] = { 0, 022, 077 };
    struct eyelet_address address = folder_address("mode.sock");
    struct eyelet_listener listener;
    struct stat file;

    (void)state;
    for (size_t i = 0; i < N_OF(umasks); i++) {
        mode_t before = umask(umasks[i]);

        assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
        umask(before);
        assert_int_equal(lstat(address.path, &file), 0);
        assert_int_equal(file.st_mode & 07777, 0600);
        eyelet_listener_clear(&listener);
    }
}

static void h020_the_mode_is_right_before_the_file_exists(void **state)
{
    struct eyelet_address address = folder_address("mode.sock");
    struct eyelet_listener listener;

    (void)state;
    faults_fail(FAULT_FCHMOD, 1, EPERM);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), -EPERM);
    assert_int_equal(faults_count(FAULT_BIND), 0);
    assert_int_equal(faults_count(FAULT_LISTEN), 0);
}

static void h020_a_dead_socket_of_ours_is_replaced(void **state)
{
    struct eyelet_address address = folder_address("stale.sock");
    struct eyelet_listener listener;

    (void)state;
    leave_stale(address.path, SOCK_STREAM);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_listens(&listener, &address);
    eyelet_listener_clear(&listener);
    assert_false(is_there(address.path));
}

/* Listening fails, says @part, and what was there is there still. */
static void assert_refused(const struct eyelet_address *address, int r, const char *part)
{
    struct eyelet_listener listener = { .fd = 77 };
    struct eyelet_error error = { 0 };
    unsigned n_open = faults_open_fds();
    struct stat before, after;

    assert_int_equal(lstat(address->path, &before), 0);
    assert_int_equal(eyelet_address_listen(address, 0, &listener, &error), r);
    assert_int_equal(error.status, EYELET_ALREADY_EXISTS);
    assert_int_equal(error.error_number, -r);
    assert_text_has(error.text, part);
    assert_text_has(error.text, address->path);
    assert_int_equal(listener.fd, 77);
    assert_int_equal(lstat(address->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(faults_open_fds(), n_open);
}

static void h020_a_socket_that_somebody_listens_on_is_left_alone(void **state)
{
    struct eyelet_address address = folder_address("live.sock");
    struct eyelet_listener listener;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_refused(&address, -EADDRINUSE, "somebody listens there");
    eyelet_listener_clear(&listener);
}

static void h020_a_live_socket_with_a_full_backlog_is_left_alone(void **state)
{
    struct eyelet_address address = folder_address("live.sock");
    struct eyelet_listener listener;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    faults_fail_always(FAULT_CONNECT, EAGAIN);
    assert_refused(&address, -EADDRINUSE, "somebody listens there");
    eyelet_listener_clear(&listener);
}

static void h020_a_live_datagram_socket_is_left_alone(void **state)
{
    struct eyelet_address address = folder_address("datagram.sock");
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)state;
    strcpy(name.sun_path, address.path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_refused(&address, -EADDRINUSE, "somebody listens there");
    close(fd);
}

static void h020_a_symbolic_link_is_left_alone(void **state)
{
    struct eyelet_address address = folder_address("link.sock");
    char target[128];

    (void)state;
    snprintf(target, sizeof(target), "%s", folder_path("target.sock"));
    leave_stale(target, SOCK_STREAM);
    assert_int_equal(symlink(target, address.path), 0);
    assert_refused(&address, -EEXIST, "symbolic link");
    assert_true(is_there(target));
    unlink(target); /* dangling */
    assert_refused(&address, -EEXIST, "symbolic link");
    assert_false(is_there(target));
}

static void h020_a_file_and_a_folder_are_left_alone(void **state)
{
    struct eyelet_address file = folder_address("file"), folder = folder_address("folder");

    (void)state;
    close(open(file.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    assert_refused(&file, -EEXIST, "no socket");
    assert_int_equal(mkdir(folder.path, 0700), 0);
    assert_refused(&folder, -EEXIST, "no socket");
}

static void h020_a_dead_socket_of_another_users_is_left_alone(void **state)
{
    struct eyelet_address address = folder_address("foreign.sock");

    (void)state;
    leave_stale(address.path, SOCK_STREAM);
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    assert_int_equal(lchown(address.path, 12345, 12345), 0);
    assert_refused(&address, -EEXIST, "another user");
}

static void h020_a_file_that_took_our_place_is_not_removed(void **state)
{
    struct eyelet_address address = folder_address("moved.sock");
    struct eyelet_listener listener, second;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(unlink(address.path), 0);
    eyelet_listener_clear(&listener); /* nothing there: nothing to do */

    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(unlink(address.path), 0);
    assert_int_equal(eyelet_address_listen(&address, 0, &second, NULL), 0);
    eyelet_listener_clear(&listener);
    assert_listens(&second, &address);

    eyelet_listener_clear(&second);
    assert_int_equal(eyelet_address_listen(&address, 0, &second, NULL), 0);
    assert_int_equal(unlink(address.path), 0);
    close(open(address.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    eyelet_listener_clear(&second);
    assert_true(is_there(address.path));
}

static void a_path_that_cannot_be_is_an_error(void **state)
{
    struct eyelet_address address = folder_address("no/folder/e.sock");
    struct eyelet_listener listener;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENOENT);
    assert_text_has(error.text, "ENOENT");
    assert_int_equal(eyelet_address_listen(&address, -1, &listener, &error), -EINVAL);
    assert_text_has(error.text, "backlog");
}

/* One call of a listen fails: that comes back, and neither a descriptor nor a file of ours stays behind. */
static void check_one_failure(bool is_stale, enum fault_call call, unsigned nth, int error_number)
{
    struct eyelet_address address = folder_address("fail.sock");
    struct eyelet_listener listener = { .fd = 77 };
    struct eyelet_error error;
    unsigned n_open, n_used;
    int r;

    faults_reset();
    if (is_stale)
        leave_stale(address.path, SOCK_STREAM);
    n_open = faults_open_fds();
    n_used = faults_count(call);
    faults_fail(call, nth, error_number);
    r = eyelet_address_listen(&address, 0, &listener, &error);
    if (r != -error_number)
        fail_msg("call %d, use %u, %s: %d", (int)call, nth, strerrorname_np(error_number), r);
    assert_true(faults_count(call) >= n_used + nth);
    assert_int_equal(listener.fd, 77);
    assert_text_has(error.text, strerrorname_np(error_number));
    assert_int_equal(faults_open_fds(), n_open);
    faults_reset();
    if (!is_stale)
        assert_false(is_there(address.path));
    unlink(address.path);
}

static void every_system_call_of_a_listen_fails_in_turn(void **state)
{
    const int errnos[] = { EACCES, EPERM, EMFILE, ENOMEM, ENOBUFS, EROFS, ENOSPC, ELOOP, EIO, EINVAL };
    const struct {
        bool is_stale;
        enum fault_call call;
        unsigned nth;
    } calls[] = {
        { false, FAULT_SOCKET, 1 }, { false, FAULT_FCHMOD, 1 }, { false, FAULT_BIND, 1 },  { false, FAULT_LSTAT, 1 },
        { false, FAULT_LISTEN, 1 }, { false, FAULT_FCNTL, 1 },  { false, FAULT_FCNTL, 2 }, { true, FAULT_SOCKET, 2 },
        { true, FAULT_CONNECT, 1 }, { true, FAULT_LSTAT, 1 },   { true, FAULT_LSTAT, 2 },  { true, FAULT_UNLINK, 1 },
        { true, FAULT_BIND, 2 },    { true, FAULT_LSTAT, 3 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++)
        for (size_t k = 0; k < N_OF(errnos); k++)
            check_one_failure(calls[i].is_stale, calls[i].call, calls[i].nth, errnos[k]);
}

static void a_stale_file_that_goes_away_meanwhile_is_no_obstacle(void **state)
{
    const struct {
        enum fault_call call;
        unsigned nth;
    } calls[] = { { FAULT_LSTAT, 1 }, { FAULT_CONNECT, 1 }, { FAULT_LSTAT, 2 }, { FAULT_UNLINK, 1 } };
    struct eyelet_address address = folder_address("gone.sock");
    struct eyelet_listener listener;

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++) {
        /* It looks as if it were gone, and is still there: the second bind says so. */
        leave_stale(address.path, SOCK_STREAM);
        faults_reset();
        faults_fail(calls[i].call, calls[i].nth, ENOENT);
        assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), -EADDRINUSE);
        assert_int_equal(faults_count(FAULT_BIND), 2);
        unlink(address.path);
    }
}

static void a_listening_descriptor_is_taken_over(void **state)
{
    struct eyelet_address path = folder_address("inherit.sock");
    struct eyelet_address address = { .family = EYELET_FAMILY_FD };
    struct eyelet_listener original, listener;
    unsigned n_open = faults_open_fds();

    (void)state;
    assert_int_equal(eyelet_address_listen(&path, 0, &original, NULL), 0);
    assert_int_equal(fcntl(original.fd, F_SETFD, 0), 0);
    address.fd = original.fd;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(listener.fd, original.fd);
    assert_true(fcntl(listener.fd, F_GETFD) & FD_CLOEXEC);
    assert_listens(&listener, &path);
    eyelet_listener_clear(&listener);
    assert_int_equal(faults_open_fds(), n_open);
    assert_true(is_there(path.path)); /* whoever made it removes it */
}

static void connecting_to_what_is_no_socket_ends_at_once(void **state)
{
    struct eyelet_address address = folder_address("file");
    struct eyelet_error error;
    FILE *file;
    int fd;

    (void)state;
    file = fopen(address.path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENOTSOCK);
    assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "1 attempt");
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
}

static void a_descriptor_of_the_wrong_kind_is_refused_and_stays_open(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_FD };
    struct eyelet_listener listener;
    struct eyelet_error error;
    int pair[2], tube[2], datagram, listening, fd;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(pipe2(tube, O_CLOEXEC), 0);
    datagram = socket(AF_UNIX, SOCK_DGRAM, 0);

    address.fd = pair[0];
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EINVAL);
    assert_text_has(error.text, "does not listen");
    address.fd = tube[0];
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENOTSOCK);
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENOTSOCK);
    address.fd = datagram;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EPROTOTYPE);
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -EPROTOTYPE);
    address.fd = 1023;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EBADF);
    assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);

    assert_int_equal(eyelet_socket_open(AF_UNIX, &listening), 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&(sa_family_t){ AF_UNIX }, sizeof(sa_family_t)), 0);
    assert_int_equal(listen(listening, 1), 0);
    address.fd = listening;
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENOTCONN);
    assert_text_has(error.text, "listens");

    for (unsigned nth = 1; nth <= 2; nth++) {
        faults_fail(FAULT_GETSOCKOPT, nth, ENOMEM);
        assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENOMEM);
    }
    for (unsigned nth = 1; nth <= 3; nth++) {
        faults_fail(FAULT_FCNTL, nth, ENOLCK);
        assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENOLCK);
        faults_fail(FAULT_FCNTL, nth, ENOLCK);
        address.fd = pair[0];
        assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENOLCK);
        address.fd = listening;
    }
    assert_int_equal(close(pair[0]) + close(pair[1]) + close(tube[0]) + close(tube[1]), 0);
    assert_int_equal(close(datagram) + close(listening), 0);
}

static void what_cannot_be_listened_on_is_said_clearly(void **state)
{
    const struct {
        const char *text;
        int r;
        const char *part;
    } table[] = {
        { "hvsock:///run/v.sock:52", -EOPNOTSUPP, "hybrid" },
        { "systemd://echo", -EOPNOTSUPP, "systemd" },
        { "vsock://any:5005", -EAFNOSUPPORT, "module" },
    };
    struct eyelet_address address;
    struct eyelet_listener listener;
    struct eyelet_error error;

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        assert_int_equal(eyelet_address_parse(table[i].text, &address, NULL), 0);
        assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), table[i].r);
        assert_text_has(error.text, table[i].text);
        assert_text_has(error.text, table[i].part);
    }
    address.family = (enum eyelet_family)99;
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EOPNOTSUPP);
}

static void every_system_call_of_a_vsock_listen_fails_in_turn(void **state)
{
    const enum fault_call calls[] = { FAULT_SOCKET, FAULT_BIND, FAULT_FCNTL, FAULT_LISTEN };
    const int errnos[] = { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EPERM, EMFILE, ENOMEM };
    struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = EYELET_VSOCK_CID_ANY, .port = 80 };
    struct eyelet_listener listener;
    struct eyelet_error error;
    unsigned n_open = faults_open_fds();

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (size_t k = 0; k < N_OF(errnos); k++) {
            faults_reset();
            faults_fake_vsock(true);
            faults_fail(calls[i], 1, errnos[k]);
            assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -errnos[k]);
            assert_text_has(error.text, "vsock://any:80");
            assert_text_has(error.text, strerrorname_np(errnos[k]));
            assert_int_equal(faults_open_fds(), n_open);
        }
    }
    faults_fail(FAULT_BIND, 1, EACCES);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -EACCES);
    assert_text_has(error.text, "CAP_NET_BIND_SERVICE");
    assert_int_equal(error.status, EYELET_PERMISSION_DENIED);

    assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), 0);
    assert_int_equal(listener.address.port, 80);
    eyelet_listener_clear(&listener);
    assert_int_equal(faults_open_fds(), n_open);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_socket_file_is_made_used_and_removed),
        TEST(an_abstract_name_leaves_no_file),
        TEST(h020_a_socket_file_is_0600_whatever_the_umask),
        TEST(h020_the_mode_is_right_before_the_file_exists),
        TEST(h020_a_dead_socket_of_ours_is_replaced),
        TEST(h020_a_socket_that_somebody_listens_on_is_left_alone),
        TEST(h020_a_live_socket_with_a_full_backlog_is_left_alone),
        TEST(h020_a_live_datagram_socket_is_left_alone),
        TEST(h020_a_symbolic_link_is_left_alone),
        TEST(h020_a_file_and_a_folder_are_left_alone),
        TEST(h020_a_dead_socket_of_another_users_is_left_alone),
        TEST(h020_a_file_that_took_our_place_is_not_removed),
        TEST(a_path_that_cannot_be_is_an_error),
        TEST(every_system_call_of_a_listen_fails_in_turn),
        TEST(a_stale_file_that_goes_away_meanwhile_is_no_obstacle),
        TEST(a_listening_descriptor_is_taken_over),
        TEST(connecting_to_what_is_no_socket_ends_at_once),
        TEST(a_descriptor_of_the_wrong_kind_is_refused_and_stays_open),
        TEST(what_cannot_be_listened_on_is_said_clearly),
        TEST(every_system_call_of_a_vsock_listen_fails_in_turn),
    };

    return cmocka_run_group_tests_name("unix", tests, NULL, NULL);
}
