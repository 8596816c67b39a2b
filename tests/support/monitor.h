/*
 * A virtual machine's monitor as hybrid vsock shows it, in a thread of its own: it follows Firecracker's rules, or a
 * test's script of rudeness. Its guest listens on AF_VSOCK, so faults_fake_vsock() must be on when there is one.
 *
 * Firecracker (docs/vsock.md, unix/muxer.rs): the request is read once it can be, without waiting: ten bytes at first,
 * then one by one to the newline, 32 at most. Whatever is wrong with it, or with the port, is an end without a word.
 * A connection over the limit is taken and dropped. When either side ends, or half-closes, both are closed.
 */
#ifndef EYELET_TESTS_MONITOR_H
#define EYELET_TESTS_MONITOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MONITOR_CONNECTIONS_MAX 1023 /* Firecracker: vsock/unix/mod.rs, MAX_CONNECTIONS */
#define MONITOR_TEXT(text)      (text), sizeof(text) - 1

enum monitor_manner {
    MONITOR_PIPES,  /* "OK <port>", then bytes both ways between the connection and the guest */
    MONITOR_SAYS,   /* @text, and then nothing until the peer ends */
    MONITOR_SPELLS, /* the same, but each byte waits until the one before it was read */
    MONITOR_ENDS,   /* @text and the end */
};

#define MONITOR_FOR_EVER UINT32_MAX /* for @n_refusals */

/**
 * struct monitor_script - how a monitor behaves
 * @manner:           towards requests that are right
 * @text, @text_len:  what it says
 * @n_refusals:       the first so many connections are ended without a word
 * @resets:           these ends come with the request unread, which is ECONNRESET at the other side
 * @guest_port:       the only port on which its guest listens
 * @connections_max:  0 means MONITOR_CONNECTIONS_MAX
 */
struct monitor_script {
    enum monitor_manner manner;
    const char *text;
    size_t text_len;
    unsigned n_refusals;
    bool resets;
    uint32_t guest_port;
    unsigned connections_max;
};

/**
 * struct monitor - one at work; what it counts may be read at any time
 * @n_requests:   connections that sent a request it took for one
 * @n_refused:    connections that it dropped
 * @n_unfinished: connections that ended before their request's newline
 * @last_port:    that was asked for
 */
struct monitor {
    struct monitor_script script;
    pthread_t thread;
    int listen_fd;
    int stop_fds[2];
    atomic_uint n_requests;
    atomic_uint n_refused;
    atomic_uint n_unfinished;
    atomic_uint last_port;
};

/* Listens at @path and starts; monitor_stop() ends every connection and waits for the thread. */
void monitor_start(struct monitor *monitor, const char *path, const struct monitor_script *script);
void monitor_stop(struct monitor *monitor);

/* The guest connects to port @port of CID 2: the monitor connects to "<path>_<port>". Return: the guest's end. */
int monitor_dial_out(const char *path, uint32_t port);

#endif
