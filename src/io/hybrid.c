/*
 * Hybrid vsock: what Firecracker, Cloud Hypervisor and Kata put on the host's side of a guest's vsock. Into the guest
 * one connects to the monitor's socket file and asks for a port; out of the guest the monitor connects to a socket file
 * that has the port in its name.
 *
 * The monitors' rules (Firecracker: docs/vsock.md and src/vmm/src/devices/virtio/vsock/unix/muxer.rs): the request is
 * one write; a refusal is an end without a word; who disconnects before the request's newline, or half-closes, is
 * dropped.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <eyelet/vsock.h>

#include "core/error.h"
#include "core/text.h"
#include "io/family.h"
#include "io/socket.h"

#define ANSWER_MAX 32 /* VSOCK: "at most 32 bytes"; "OK 4294967295\n" has 14 */

/* "CONNECT <port>\n", in one write: the monitor reads it with little patience. */
static int ask(int fd, uint32_t port, uint64_t deadline_ns)
{
    char room[sizeof("CONNECT 4294967295\n")];
    struct eyelet_text text;
    size_t n;
    int r;

    eyelet_text_init_plain(&text, room, sizeof(room));
    eyelet_text_add(&text, "CONNECT %u\n", port);
    r = eyelet_socket_wait_until(fd, POLLOUT, deadline_ns, NULL);
    if (r < 0)
        return r;
    r = eyelet_socket_send_some(fd, room, text.len, &n);
    if (r < 0)
        return r == -EPIPE ? -ECONNRESET : r;
    return n == text.len ? 0 : -ECONNRESET; /* a new socket takes these few bytes at once, or it is dying */
}

/*
 * One line, byte by byte, since what follows the newline is the guest's already. Return: 0 with @ret_len bytes, without
 * the newline; -ECONNRESET for an end before it; -EPROTO when there is none; -ETIMEDOUT; -errno.
 */
static int read_line(int fd, uint64_t deadline_ns, char line[static ANSWER_MAX], size_t *ret_len)
{
    size_t len = 0, n;
    int r;

    while (len < ANSWER_MAX) {
        r = eyelet_socket_wait_until(fd, POLLIN, deadline_ns, NULL);
        if (r == 0)
            r = eyelet_socket_recv_now(fd, line + len, 1, &n);
        if (r == -EAGAIN)
            continue;
        if (r < 0)
            return r;
        if (n == 0)
            return -ECONNRESET;
        if (line[len] == '\n') {
            *ret_len = len;
            return 0;
        }
        len++;
    }
    return -EPROTO;
}

/* Exactly "OK " and a number that fits into 32 bits, as digits; one number has one text. */
static bool is_ok(const char *line, size_t len)
{
    uint64_t port = 0;

    if (len < 4 || len > 13 || memcmp(line, "OK ", 3) != 0)
        return false;
    if (len > 4 && line[3] == '0')
        return false;
    for (size_t i = 3; i < len; i++) {
        if (line[i] < '0' || line[i] > '9')
            return false;
        port = port * 10 + (unsigned)(line[i] - '0');
    }
    return port <= UINT32_MAX;
}

static int shake_hands(int fd, uint32_t port, uint64_t deadline_ns)
{
    char line[ANSWER_MAX];
    size_t len;
    int r;

    r = ask(fd, port, deadline_ns);
    if (r < 0)
        return r;
    r = read_line(fd, deadline_ns, line, &len);
    if (r < 0)
        return r;
    return is_ok(line, len) ? 0 : -EPROTO;
}

int eyelet_hybrid_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd)
{
    struct eyelet_address monitor = *address;
    int r, fd = -1;

    if (address->port == EYELET_VSOCK_PORT_ANY)
        return -EINVAL;
    monitor.family = EYELET_FAMILY_UNIX;
    monitor.is_abstract = false;
    r = eyelet_unix_attempt(&monitor, deadline_ns, &fd);
    if (r < 0)
        return r;
    r = shake_hands(fd, address->port, deadline_ns);
    if (r < 0) {
        eyelet_socket_close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

const char *eyelet_hybrid_hint(int error_number)
{
    switch (error_number) {
    case EPROTO:
        return "; bad handshake: what answered is no hybrid vsock";
    case ECONNRESET:
        return "; the monitor refused: nobody listens on that port in the guest, or it has 1023 connections already";
    case ENOENT:
    case ECONNREFUSED:
        return "; no monitor is there, is the machine running?";
    case EAGAIN:
        return "; the monitor is there, but its backlog is full";
    case EACCES:
        return "; the monitor's socket file wants another user, as with a jailed monitor";
    case ETIMEDOUT:
        return "; the guest does not answer, is it still booting, or paused?";
    default:
        return "";
    }
}

/* "<path>_<port>". Return: 0; -EINVAL or -ENAMETOOLONG, with @reterr. */
static int to_file(const struct eyelet_address *address, struct eyelet_address *ret, struct eyelet_error *reterr)
{
    size_t path_len = strnlen(address->path, sizeof(address->path));
    char suffix[sizeof("_4294967295")];
    size_t suffix_len = eyelet_text_format(suffix, sizeof(suffix), "_%u", address->port);

    if (path_len == 0 || address->port == EYELET_VSOCK_PORT_ANY) {
        eyelet_error_errno(reterr, EINVAL, "cannot listen on '%.*s%s': that takes a path and a port below 4294967295",
                           (int)path_len, address->path, suffix);
        return -EINVAL;
    }
    if (path_len > EYELET_ADDRESS_PATH_MAX || suffix_len > EYELET_ADDRESS_PATH_MAX - path_len) {
        eyelet_error_errno(reterr, ENAMETOOLONG,
                           "cannot listen on '%.*s%s': the path has %zu bytes, at most %d fit into a socket's",
                           (int)path_len, address->path, suffix, path_len + suffix_len, EYELET_ADDRESS_PATH_MAX);
        return -ENAMETOOLONG;
    }

    *ret = (struct eyelet_address){ .family = EYELET_FAMILY_UNIX, .fd = -1 };
    memcpy(ret->path, address->path, path_len);
    memcpy(ret->path + path_len, suffix, suffix_len + 1);
    return 0;
}

/* The monitor connects here when the guest connects to port P of CID 2. */
int eyelet_hybrid_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                                struct eyelet_error *reterr)
{
    struct eyelet_address file;
    int r;

    r = to_file(address, &file, reterr);
    if (r < 0)
        return r;
    return eyelet_unix_open_listener(&file, backlog, ret, reterr);
}
