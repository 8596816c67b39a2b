/*
 * The lines of EYELET_TRACE=1, each from one write().
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rpc/trace.h"
#include "support/faults.h"

/* stderr, turned into a pipe for a while. */
struct capture {
    int saved_fd;
    int read_fd;
};

static void capture_begin(struct capture *capture)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    capture->saved_fd = dup(STDERR_FILENO);
    assert_true(capture->saved_fd >= 0);
    assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    close(fds[1]);
    capture->read_fd = fds[0];
}

/* Puts stderr back. What was written is in @room, as a string. */
static void capture_end(struct capture *capture, char *room, size_t cap)
{
    ssize_t len;

    assert_int_equal(dup2(capture->saved_fd, STDERR_FILENO), STDERR_FILENO);
    close(capture->saved_fd);
    len = read(capture->read_fd, room, cap - 1);
    close(capture->read_fd);
    assert_true(len >= 0);
    room[len] = '\0';
}

static int traced_setup(void **state)
{
    assert_int_equal(setenv("EYELET_TRACE", "1", 1), 0);
    return faults_setup(state);
}

static void only_1_turns_it_on(void **state)
{
    static const char *const others[] = { "", "0", "2", "11", "true", "1 ", " 1" };

    (void)state;
    assert_int_equal(unsetenv("EYELET_TRACE"), 0);
    assert_null(eyelet_trace_for("client"));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(setenv("EYELET_TRACE", others[i], 1), 0);
        assert_null(eyelet_trace_for("server"));
    }
    assert_int_equal(setenv("EYELET_TRACE", "1", 1), 0);
    assert_string_equal(eyelet_trace_for("client")->who, "client");
    assert_string_equal(eyelet_trace_for("server")->who, "server");
    assert_ptr_equal(eyelet_trace_for("server"), eyelet_trace_for("server"));
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void a_frame_is_one_line(void **state)
{
    static const struct {
        const char *who;
        int fd;
        bool is_outgoing;
        struct eyelet_frame_head head;
        const char *line;
    } cases[] = {
        { "server", 7, false, { 35, 3, 1, 0 }, "eyelet server 7 < request stream 3 flags 0x00 len 35\n" },
        { "server", 7, true, { 0, 3, 2, 0 }, "eyelet server 7 > response stream 3 flags 0x00 len 0\n" },
        { "client", 12, false, { 9, 1, 3, 5 }, "eyelet client 12 < data stream 1 flags 0x05 len 9\n" },
        { "client", 0, true, { 1, 2, 0, 255 }, "eyelet client 0 > 0 stream 2 flags 0xff len 1\n" },
        { "client", -1, true, { 1, 2, 4, 16 }, "eyelet client -1 > 4 stream 2 flags 0x10 len 1\n" },
        { "client",
          5,
          false,
          { UINT32_MAX, UINT32_MAX, 255, 255 },
          "eyelet client 5 < 255 stream 4294967295 flags 0xff len 4294967295\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct capture capture;
        char text[1024];

        faults_reset();
        capture_begin(&capture);
        eyelet_trace_frame(eyelet_trace_for(cases[i].who), cases[i].fd, cases[i].is_outgoing, &cases[i].head);
        capture_end(&capture, text, sizeof(text));
        assert_string_equal(text, cases[i].line);
        assert_int_equal(faults_count(FAULT_WRITE), 1);
    }
}

static void a_call_is_one_line(void **state)
{
    struct eyelet_call_info info = {
        .service = "demo.Echo", .method = "Say", .received_bytes = 35, .sent_bytes = 12, .duration_ns = 40999
    };
    struct capture capture;
    char text[1024];

    (void)state;
    capture_begin(&capture);
    eyelet_trace_call(eyelet_trace_for("server"), 7, &info);
    info.status = EYELET_DEADLINE_EXCEEDED;
    eyelet_trace_call(eyelet_trace_for("client"), 8, &info);
    capture_end(&capture, text, sizeof(text));
    assert_string_equal(text, "eyelet server 7 call demo.Echo/Say OK in 35 out 12 us 40\n"
                              "eyelet client 8 call demo.Echo/Say DEADLINE_EXCEEDED in 35 out 12 us 40\n");
    assert_int_equal(faults_count(FAULT_WRITE), 2);
}

static void h110_a_peers_names_make_no_line_of_their_own(void **state)
{
    static char service[5000];
    struct eyelet_call_info info = { .service = service, .method = "x\nOK\x1b\xff" };
    struct capture capture;
    char text[4096];

    (void)state;
    capture_begin(&capture);
    eyelet_trace_call(eyelet_trace_for("server"), 7, &info);
    capture_end(&capture, text, sizeof(text));
    assert_string_equal(text, "eyelet server 7 call /x\\x0aOK\\x1b\\xff OK in 0 out 0 us 0\n");

    /* The longest line that there is: cut in the names, whole behind them. */
    memset(service, 'n', sizeof(service) - 1);
    info = (struct eyelet_call_info){ .service = service,
                                      .method = service,
                                      .status = EYELET_FAILED_PRECONDITION,
                                      .received_bytes = UINT64_MAX,
                                      .sent_bytes = UINT64_MAX,
                                      .duration_ns = UINT64_MAX };
    capture_begin(&capture);
    eyelet_trace_call(eyelet_trace_for("server"), INT32_MIN, &info);
    capture_end(&capture, text, sizeof(text));
    assert_non_null(strstr(text, "n/n"));
    assert_non_null(
        strstr(text, "n FAILED_PRECONDITION in 18446744073709551615 out 18446744073709551615 us 18446744073709551\n"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void nothing_is_written_when_it_is_off(void **state)
{
    const struct eyelet_call_info info = { .service = "demo.Echo", .method = "Say" };
    const struct eyelet_frame_head head = { .type = 1 };

    (void)state;
    eyelet_trace_frame(NULL, 3, true, &head);
    eyelet_trace_call(NULL, 3, &info);
    assert_int_equal(faults_count(FAULT_WRITE), 0);
}

static void a_stderr_that_takes_nothing_disturbs_nobody(void **state)
{
    const struct eyelet_frame_head head = { .type = 1 };

    (void)state;
    errno = EAGAIN;
    faults_fail(FAULT_WRITE, 1, EBADF);
    eyelet_trace_frame(eyelet_trace_for("client"), 3, true, &head);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(faults_count(FAULT_WRITE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_1_turns_it_on, traced_setup),
        cmocka_unit_test_setup(a_frame_is_one_line, traced_setup),
        cmocka_unit_test_setup(a_call_is_one_line, traced_setup),
        cmocka_unit_test_setup(h110_a_peers_names_make_no_line_of_their_own, traced_setup),
        cmocka_unit_test_setup(nothing_is_written_when_it_is_off, traced_setup),
        cmocka_unit_test_setup(a_stderr_that_takes_nothing_disturbs_nobody, traced_setup),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
