/*
 * AF_UNIX: socket files and the abstract namespace. Files are the care here: ours alone from the first moment, and no
 * other file removed than our own or our own dead one.
 */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

_Static_assert(EYELET_ADDRESS_PATH_MAX + 1 == sizeof(((struct sockaddr_un *)0)->sun_path), "unix(7)");

/*
 * A path takes its NUL along; an abstract name starts with one and ends with its length. Return: 0, or -ENAMETOOLONG or
 * -EINVAL for an address that was filled in by hand: no system call sees it.
 */
static int to_sockaddr(const struct eyelet_address *address, struct sockaddr_un *ret, socklen_t *ret_len)
{
    size_t len = strnlen(address->path, sizeof(address->path));

    if (len == 0)
        return -EINVAL;
    if (len > EYELET_ADDRESS_PATH_MAX)
        return -ENAMETOOLONG;

    memset(ret, 0, sizeof(*ret));
    ret->sun_family = AF_UNIX;
    memcpy(ret->sun_path + (address->is_abstract ? 1 : 0), address->path, len);
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
    return 0;
}

/* connect() says ECONNREFUSED for a dead socket, which may come alive, and for what is no socket, which will not. */
static int tell_refusals_apart(const struct eyelet_address *address, int r)
{
    struct stat file;

    if (r == -ECONNREFUSED && !address->is_abstract && stat(address->path, &file) == 0 && !S_ISSOCK(file.st_mode))
        return -ENOTSOCK;
    return r;
}

int eyelet_unix_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd)
{
    struct sockaddr_un sockaddr;
    socklen_t len;
    int r, fd = -1;

    r = to_sockaddr(address, &sockaddr, &len);
    if (r < 0)
        return r;
    r = eyelet_socket_open(AF_UNIX, &fd);
    if (r < 0)
        return r;
    r = eyelet_socket_connect(fd, (const struct sockaddr *)&sockaddr, len, deadline_ns);
    if (r < 0) {
        eyelet_socket_close(fd);
        return tell_refusals_apart(address, r);
    }

    *ret_fd = fd;
    return 0;
}

/* Does nobody listen on this socket file? Return: 0 when it is dead; -EADDRINUSE; -errno. */
static int check_dead(const struct eyelet_address *address)
{
    int fd = -1;
    int r = eyelet_unix_attempt(address, 0, &fd);

    eyelet_socket_close(fd);
    switch (r) {
    case -ECONNREFUSED:
        return 0;
    case 0:
    case -EAGAIN:     /* its backlog is full */
    case -EPROTOTYPE: /* alive, but no stream socket */
        return -EADDRINUSE;
    default:
        return r;
    }
}

/*
 * What is in the way may go only when all of this holds. No lock is taken: of two processes of this user's that start
 * on one path within the same moment, one may take the other's file for dead before it listens, and replace it. The
 * other then listens unseen, as after any unlink, and does not remove a file that is not its own.
 *
 * Return: 0 when it is gone; -EEXIST or -EADDRINUSE with *ret_why; -errno.
 */
static int remove_stale(const struct eyelet_address *address, const char **ret_why)
{
    struct stat before, after;
    int r;

    if (lstat(address->path, &before) < 0)
        return errno == ENOENT ? 0 : -errno;

    *ret_why = ": something that is no socket is in the way";
    if (S_ISLNK(before.st_mode))
        *ret_why = ": a symbolic link is in the way";
    if (!S_ISSOCK(before.st_mode))
        return -EEXIST;
    *ret_why = ": a socket of another user's is in the way";
    if (before.st_uid != geteuid())
        return -EEXIST;
    r = check_dead(address);
    *ret_why = r == -EADDRINUSE ? ": somebody listens there" : "";
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;

    if (lstat(address->path, &after) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (after.st_dev != before.st_dev || after.st_ino != before.st_ino)
        return -EADDRINUSE;
    return unlink(address->path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Remember which file is ours. Without that it could never be removed with certainty, so this is part of binding. */
static int note_inode(const struct eyelet_address *address, struct eyelet_listener *listener)
{
    struct stat file;
    int r;

    if (lstat(address->path, &file) < 0) {
        r = -errno;
        unlink(address->path);
        return r;
    }
    listener->dev = file.st_dev;
    listener->ino = file.st_ino;
    return 0;
}

static int bind_path(const struct eyelet_address *address, const struct sockaddr *sockaddr, socklen_t len,
                     struct eyelet_listener *listener, const char **ret_why)
{
    int r;

    /* The file gets the socket's own mode (less the umask), so it is 0600 before anybody can see it. */
    if (fchmod(listener->fd, S_IRUSR | S_IWUSR) < 0)
        return -errno;
    if (bind(listener->fd, sockaddr, len) == 0)
        return note_inode(address, listener);
    if (errno != EADDRINUSE)
        return -errno;

    r = remove_stale(address, ret_why);
    if (r < 0)
        return r;
    if (bind(listener->fd, sockaddr, len) < 0)
        return -errno;
    return note_inode(address, listener);
}

static int bind_abstract(const struct sockaddr *sockaddr, socklen_t len, int fd, const char **ret_why)
{
    if (bind(fd, sockaddr, len) == 0)
        return 0;
    *ret_why = errno == EADDRINUSE ? ": somebody has that name" : "";
    return -errno;
}

static int open_and_listen(const struct eyelet_address *address, int backlog, struct eyelet_listener *listener,
                           const char **ret_why)
{
    struct sockaddr_un sockaddr;
    socklen_t len;
    int r;

    r = to_sockaddr(address, &sockaddr, &len);
    if (r < 0)
        return r;
    r = eyelet_socket_open(AF_UNIX, &listener->fd);
    if (r < 0)
        return r;
    if (address->is_abstract)
        r = bind_abstract((const struct sockaddr *)&sockaddr, len, listener->fd, ret_why);
    else
        r = bind_path(address, (const struct sockaddr *)&sockaddr, len, listener, ret_why);
    if (r < 0)
        return r;
    *ret_why = "";
    if (listen(listener->fd, backlog) < 0)
        return -errno;
    return eyelet_socket_set_nonblocking(listener->fd, false);
}

int eyelet_unix_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                              struct eyelet_error *reterr)
{
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";
    const char *why = "";
    int r;

    r = open_and_listen(address, backlog, ret, &why);
    if (r == 0)
        return 0;

    eyelet_address_format(address, text, sizeof(text));
    eyelet_error_errno(reterr, r, "cannot listen on '%s'%s", text, why);
    return r;
}

void eyelet_unix_remove_own(const struct eyelet_listener *listener)
{
    struct stat file;

    if (lstat(listener->address.path, &file) < 0)
        return;
    if (S_ISSOCK(file.st_mode) && file.st_dev == listener->dev && file.st_ino == listener->ino)
        unlink(listener->address.path);
}
