/*
 * Children of a test: pipes to both ends, poll() on whatever is waited for, and the kernel's promise that none of them
 * outlives the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In the new process, which nobody may outlive. */
static _Noreturn void become(const char *const argv[], int in, int out, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && dup2(in, STDIN_FILENO) >= 0 &&
        dup2(out, STDOUT_FILENO) >= 0)
        execv(argv[0], (char *const *)(uintptr_t)argv);
    perror(argv[0]);
    _exit(127);
}

void child_start(struct child *child, const char *const argv[])
{
    int in[2], out[2];
    pid_t parent = getpid();

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    fflush(NULL);
    *child = (struct child){ .name = argv[0], .pid = fork(), .says_fd = out[0], .hears_fd = in[1] };
    assert_true(child->pid >= 0);
    if (child->pid == 0)
        become(argv, in[0], out[1], parent);
    close(in[0]);
    close(out[1]);
}

/* One byte of what the child says. Return: 1, 0 at its end, -1 when there was none in time. */
static int read_byte(struct child *child, char *ret, int64_t deadline_ms)
{
    struct pollfd pollfd = { .fd = child->says_fd, .events = POLLIN };
    int64_t left_ms = deadline_ms - now_ms();
    int n;

    n = poll(&pollfd, 1, left_ms > 0 ? (int)left_ms : 0);
    if (n < 0 && errno == EINTR)
        return read_byte(child, ret, deadline_ms);
    return n <= 0 ? -1 : (int)read(child->says_fd, ret, 1);
}

bool child_has_said(struct child *child, const char *part, int timeout_ms)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    char line[1024];
    size_t len = 0;
    char byte;

    while (read_byte(child, &byte, deadline_ms) == 1) {
        if (byte != '\n') {
            if (len < sizeof(line) - 1)
                line[len++] = byte;
            continue;
        }
        line[len] = '\0';
        len = 0;
        if (strstr(line, part))
            return true;
    }
    return false;
}

void child_wait_for(struct child *child, const char *part)
{
    if (!child_has_said(child, part, CHILD_TIMEOUT_MS))
        fail_msg("%s ended, or said nothing with '%s' within %d ms", child->name, part, CHILD_TIMEOUT_MS);
}

void child_tell(struct child *child, const char *line)
{
    assert_int_equal(dprintf(child->hears_fd, "%s\n", line), strlen(line) + 1);
}

static void forget(struct child *child)
{
    close(child->says_fd);
    close(child->hears_fd);
    *child = (struct child){ 0 };
}

int child_wait(struct child *child)
{
    struct pollfd pollfd = { .fd = pidfd_open(child->pid, 0), .events = POLLIN };
    int n, status = 0;

    assert_true(pollfd.fd >= 0);
    do
        n = poll(&pollfd, 1, CHILD_TIMEOUT_MS);
    while (n < 0 && errno == EINTR);
    close(pollfd.fd);
    if (n != 1) {
        const char *name = child->name;

        child_kill(child);
        fail_msg("%s did not end within %d ms", name, CHILD_TIMEOUT_MS);
    }

    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    forget(child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_end(struct child *child, int signal_number)
{
    assert_int_equal(kill(child->pid, signal_number), 0);
    return child_wait(child);
}

void child_kill(struct child *child)
{
    if (child->pid == 0)
        return;

    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    forget(child);
}
