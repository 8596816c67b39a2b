/*
 * The guard. An AF_VSOCK socket of a build machine may lead out of it, so no test opens one there: a real one is had in
 * a virtual machine only that tests/vm/run.py has booted, which says so on its kernel's command line.
 *
 * Every program of the tests that can open sockets is linked with --wrap=socket, and the wrapper comes here.
 */
#ifndef EYELET_TESTS_GUEST_H
#define EYELET_TESTS_GUEST_H

#include <stdbool.h>

#define GUEST_MARKER "eyelet.guest" /* tests/vm/run.py: a word of the guest's kernel command line */

/* Whether a kernel's command line, with or without its newline, has the marker as a word of its own. Pure. */
bool guest_is_marked(const char *command_line);

/* Whether this process runs in a guest of the tests: asks /proc/cmdline, once. False where that cannot be read. */
bool guest_is_here(void);

/* socket(), but AF_VSOCK fails with EAFNOSUPPORT outside of such a guest. */
int guest_socket(int domain, int type, int protocol);

#endif
