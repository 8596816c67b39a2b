/*
 * Listeners: the family's own way in, and the one way out.
 */
#include <errno.h>

#include <eyelet/address.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

static int refuse(const struct eyelet_address *address, int r, const char *why, struct eyelet_error *reterr)
{
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";

    eyelet_address_format(address, text, sizeof(text));
    eyelet_error_errno(reterr, r, "cannot listen on '%s': %s", text, why);
    return r;
}

static int open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                         struct eyelet_error *reterr)
{
    switch (address->family) {
    case EYELET_FAMILY_VSOCK:
        return eyelet_vsock_open_listener(address, backlog, ret, reterr);
    case EYELET_FAMILY_UNIX:
        return eyelet_unix_open_listener(address, backlog, ret, reterr);
    case EYELET_FAMILY_FD:
    case EYELET_FAMILY_SYSTEMD:
        return eyelet_inherit_open_listener(address, ret, reterr);
    case EYELET_FAMILY_HVSOCK:
        return eyelet_hybrid_open_listener(address, backlog, ret, reterr);
    }
    return refuse(address, -EOPNOTSUPP, "there is no such family of addresses", reterr);
}

int eyelet_address_listen(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                          struct eyelet_error *reterr)
{
    struct eyelet_listener listener = { .fd = -1, .address = *address };
    int r;

    if (backlog < 0)
        return refuse(address, -EINVAL, "the backlog is negative", reterr);
    if (backlog == 0)
        backlog = EYELET_BACKLOG_DEFAULT;
    r = open_listener(address, backlog, &listener, reterr);
    if (r < 0) {
        eyelet_listener_clear(&listener);
        return r;
    }
    *ret = listener;
    return 0;
}

void eyelet_listener_clear(struct eyelet_listener *listener)
{
    if (!listener || listener->fd < 0)
        return;

    /* While the socket is open its file's inode number cannot be given to another file. */
    if (listener->file[0] != '\0')
        eyelet_unix_remove_own(listener);
    listener->fd = eyelet_socket_close(listener->fd);
}
