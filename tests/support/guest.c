/*
 * Asks the kernel's command line, because nobody writes into that by accident as one may create a file or set a
 * variable. May be used from any thread.
 */
#include "support/guest.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum answer {
    ANSWER_NOT_ASKED,
    ANSWER_NO,
    ANSWER_YES,
};

static atomic_int answer = ANSWER_NOT_ASKED;

int __real_socket(int domain, int type, int protocol);

bool guest_is_marked(const char *command_line)
{
    const char *const between = " \t\n";
    const size_t marker_len = strlen(GUEST_MARKER);
    size_t len;

    for (const char *word = command_line; *word != '\0'; word += len) {
        word += strspn(word, between);
        len = strcspn(word, between);
        if (len == 2 && memcmp(word, "--", 2) == 0)
            return false; /* what follows is for init, not for the kernel */
        if (len == marker_len && memcmp(word, GUEST_MARKER, len) == 0)
            return true;
    }
    return false;
}

/* By stdio, whose own calls are not wrapped: asking is neither counted nor made to fail. */
static bool ask(void)
{
    char command_line[4096]; /* x86: COMMAND_LINE_SIZE is 2048 */
    FILE *file = fopen("/proc/cmdline", "re");
    bool is_read;

    if (!file)
        return false;
    is_read = fgets(command_line, sizeof(command_line), file);
    fclose(file);
    return is_read && guest_is_marked(command_line);
}

bool guest_is_here(void)
{
    if (answer == ANSWER_NOT_ASKED)
        answer = ask() ? ANSWER_YES : ANSWER_NO;
    return answer == ANSWER_YES;
}

int guest_socket(int domain, int type, int protocol)
{
    if (domain == AF_VSOCK && !guest_is_here()) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return __real_socket(domain, type, protocol);
}
