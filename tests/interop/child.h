/*
 * Processes of a test's own: a peer that is started, listened to, told something, and ended. Each of them dies with the
 * test. All of these fail the running cmocka test when they cannot do what they say.
 */
#ifndef EYELET_TESTS_INTEROP_CHILD_H
#define EYELET_TESTS_INTEROP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#define CHILD_TIMEOUT_MS 120000 /* for anything a child is to do by itself, on a machine of any load */

/**
 * struct child - one process; all zero when there is none
 * @name:      its program, for messages; borrowed
 * @pid:       0 when there is none
 * @says_fd:   its standard output
 * @hears_fd:  its standard input
 */
struct child {
    const char *name;
    pid_t pid;
    int says_fd;
    int hears_fd;
};

/* Starts @argv, a list that ends with NULL and starts with a path. Standard error is the test's own. */
void child_start(struct child *child, const char *const argv[]);

/* Waits until the child has said a whole line that contains @part, and drops what it said before. */
void child_wait_for(struct child *child, const char *part);

/* The same for at most @timeout_ms. Return: whether it said so. */
bool child_has_said(struct child *child, const char *part, int timeout_ms);

/* Sends a line. */
void child_tell(struct child *child, const char *line);

/* Waits for the child to end. Return: its exit status; 128 and the number of the signal that ended it. */
int child_wait(struct child *child);

/* Sends a signal to the child, and waits for its end. Return: as child_wait(). */
int child_end(struct child *child, int signal_number);

/* Ends the child, if there is one, whatever state it is in. */
void child_kill(struct child *child);

#endif
