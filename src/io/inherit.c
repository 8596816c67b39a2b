/*
 * Descriptors that the process has already: connected ones are duplicated, listening ones taken over. They are checked,
 * because a wrong number is found out here or as a riddle much later.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

/* A stream socket that listens, or one that does not? Return: 0 or -errno. */
static int check(int fd, bool wants_listening)
{
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
    if (wants_listening)
        return is_listening ? 0 : -EINVAL;
    return is_listening ? -ENOTCONN : 0;
}

int eyelet_inherit_attempt(const struct eyelet_address *address, int *ret_fd)
{
    int r, fd;

    r = check(address->fd, false);
    if (r < 0)
        return r;
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

static int take_over(int fd)
{
    int r = check(fd, true);

    if (r < 0)
        return r;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -errno;
    return eyelet_socket_set_nonblocking(fd, false);
}

int eyelet_inherit_open_listener(const struct eyelet_address *address, struct eyelet_listener *ret,
                                 struct eyelet_error *reterr)
{
    int r = take_over(address->fd);

    if (r < 0) {
        eyelet_error_errno(reterr, r, "cannot listen on 'fd://%d'%s", address->fd,
                           r == -EINVAL ? ": it is a socket that does not listen" : "");
        return r;
    }
    ret->fd = address->fd;
    return 0;
}
