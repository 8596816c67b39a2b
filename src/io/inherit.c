/*
 * Descriptors that the process has already, by number or handed over by a service manager (sd_listen_fds(3), without
 * libsystemd). They are checked, because a wrong one is found out here or as a riddle much later.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

#define FIRST_PASSED_FD 3     /* sd_listen_fds(3): SD_LISTEN_FDS_START */
#define PASSED_FDS_MAX  65536 /* no process is handed more; keeps what the environment says within int */

/* A stream socket that listens or is connected: which? Return: 0, -ENOTCONN or -errno. */
static int check(int fd, bool *ret_is_listening)
{
    struct sockaddr_storage peer;
    socklen_t peer_len = sizeof(peer);
    int type = 0, is_listening = 0;
    int r;

    r = eyelet_socket_get_option(fd, SO_TYPE, &type);
    if (r < 0)
        return r;
    if (type != SOCK_STREAM)
        return -EPROTOTYPE;
    r = eyelet_socket_get_option(fd, SO_ACCEPTCONN, &is_listening);
    if (r < 0)
        return r;
    if (!is_listening && getpeername(fd, (struct sockaddr *)&peer, &peer_len) < 0)
        return -errno;
    *ret_is_listening = is_listening != 0;
    return 0;
}

int eyelet_inherit_attempt(const struct eyelet_address *address, int *ret_fd)
{
    bool is_listening;
    int r, fd;

    r = check(address->fd, &is_listening);
    if (r < 0)
        return r;
    if (is_listening)
        return -ENOTCONN;
    fd = fcntl(address->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return -errno;

    r = eyelet_socket_set_nonblocking(fd, false); /* both descriptors: the mode belongs to what they share */
    if (r < 0) {
        eyelet_socket_close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

static int take_over(int fd, struct eyelet_listener *listener)
{
    bool is_listening;
    int r;

    r = check(fd, &is_listening);
    if (r < 0)
        return r;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -errno;
    r = eyelet_socket_set_nonblocking(fd, false);
    if (r < 0)
        return r;
    listener->fd = fd;
    listener->is_connected = !is_listening;
    return 0;
}

/* A number of the environment: digits, at most @max. */
static bool parse_env(const char *name, uint32_t max, uint32_t *ret)
{
    const char *text = getenv(name);
    uint64_t value = 0;

    if (!text || text[0] == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
        if (value > max)
            return false;
    }
    *ret = (uint32_t)value;
    return true;
}

/* Position of @name among the colon-separated @names, if it is there. */
static bool find_name(const char *names, const char *name, uint32_t n, uint32_t *ret)
{
    size_t len = strlen(name);

    for (uint32_t i = 0; names && i < n; i++) {
        size_t part_len = strcspn(names, ":");

        if (part_len == len && memcmp(names, name, len) == 0) {
            *ret = i;
            return true;
        }
        names = names[part_len] == ':' ? names + part_len + 1 : NULL;
    }
    return false;
}

/* Which descriptor was meant? Return: 0, or -ENOENT or -EINVAL with *ret_why. */
static int find_passed(const char *name, int *ret_fd, const char **ret_why)
{
    uint32_t pid, n, which = 0;

    *ret_why = ": no service manager handed this process a socket (LISTEN_PID, LISTEN_FDS)";
    if (!parse_env("LISTEN_PID", INT32_MAX, &pid) || pid != (uint32_t)getpid() ||
        !parse_env("LISTEN_FDS", PASSED_FDS_MAX, &n) || n == 0)
        return -ENOENT;
    *ret_why = ": none of the sockets handed over has that name (LISTEN_FDNAMES)";
    if (name[0] != '\0' && !find_name(getenv("LISTEN_FDNAMES"), name, n, &which))
        return -ENOENT;
    *ret_why = ": several sockets were handed over, say which by its name";
    if (name[0] == '\0' && n > 1)
        return -EINVAL;

    *ret_why = "";
    *ret_fd = FIRST_PASSED_FD + (int)which;
    return 0;
}

/* A unit file that says ListenStream=127.0.0.1:80 is a mistake better told at the start. Return: 0 or -errno. */
static int check_family(int fd, const char **ret_why)
{
    int family = 0;
    int r = eyelet_socket_get_option(fd, SO_DOMAIN, &family);

    if (r < 0 || family == AF_VSOCK || family == AF_UNIX)
        return r;
    *ret_why = ": the socket handed over is neither vsock nor unix";
    return -EPROTOTYPE;
}

int eyelet_inherit_open_listener(const struct eyelet_address *address, struct eyelet_listener *ret,
                                 struct eyelet_error *reterr)
{
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";
    const char *why = "";
    int fd = address->fd;
    int r = 0;

    if (address->family == EYELET_FAMILY_SYSTEMD)
        r = find_passed(address->path, &fd, &why);
    if (r == 0 && address->family == EYELET_FAMILY_SYSTEMD)
        r = check_family(fd, &why);
    if (r == 0)
        r = take_over(fd, ret);
    if (r == 0)
        return 0;

    if (r == -ENOTCONN)
        why = ": it is a socket that neither listens nor is connected";
    else if (r == -EPROTOTYPE && why[0] == '\0')
        why = ": it is a socket, but no stream";
    eyelet_address_format(address, text, sizeof(text));
    eyelet_error_errno(reterr, r, "cannot listen on '%s'%s", text, why);
    return r;
}
