/*
 * Addresses: where to listen and where to connect, as text and as a value, and the two acts themselves. This is the
 * raw core's door for programs that leave the choice of transport to their user; programs that know that it is vsock
 * use <eyelet/vsock.h>.
 *
 *     vsock://CID:PORT  vsock:CID:PORT         CID a number, "any", "local", "host" or "parent"; PORT 0 to 4294967294
 *     vsock://CID:PORT?to-host                 the same through the host, on a machine that runs machines of its own
 *     hvsock:///path:PORT                      hybrid vsock of Firecracker and Cloud Hypervisor, at the host's side
 *     unix:///path  unix:path  unix://@name    a socket file, or Linux's abstract namespace
 *     fd://N                                   a descriptor that this process has already
 *     systemd://  systemd://NAME               a socket handed over by LISTEN_FDS
 */
#ifndef EYELET_ADDRESS_H
#define EYELET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/export.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

#define EYELET_ADDRESS_PATH_MAX 107 /* unix(7): sun_path holds 108 bytes, one of them the NUL or the abstract mark */
#define EYELET_ADDRESS_TEXT_MAX 160 /* every address prints into this many bytes, with the NUL */

enum eyelet_family {
    EYELET_FAMILY_VSOCK,
    EYELET_FAMILY_HVSOCK,
    EYELET_FAMILY_UNIX,
    EYELET_FAMILY_FD,
    EYELET_FAMILY_SYSTEMD,
};

/**
 * struct eyelet_address - an address as a value
 * @family:       which of the members below count
 * @cid:          vsock: context id in host byte order; EYELET_VSOCK_CID_ANY to listen
 * @port:         vsock, hvsock: port in host byte order
 * @fd:           fd: the descriptor
 * @is_to_host:   vsock, to connect: VMADDR_FLAG_TO_HOST, for a machine that has vhost_vsock loaded and is a guest
 *                itself, such as a Nitro parent: a CID above 2 would be looked for among its own guests otherwise
 * @is_abstract:  unix: @path is a name in the abstract namespace, without the '@'
 * @path:         unix, hvsock: the path; systemd: the name, or ""; NUL-terminated
 */
struct eyelet_address {
    enum eyelet_family family;
    uint32_t cid;
    uint32_t port;
    int fd;
    bool is_to_host;
    bool is_abstract;
    char path[EYELET_ADDRESS_PATH_MAX + 1];
};

/**
 * struct eyelet_peer - who is at the other end of a connection, as the kernel says it
 * @family:   EYELET_FAMILY_VSOCK or EYELET_FAMILY_UNIX, or EYELET_FAMILY_FD for a socket of any other kind
 * @cid:      vsock: the peer's context id
 * @port:     vsock: the peer's port; below 1024 it was privileged in its machine
 * @pid:      unix: the process that connected, or 0
 * @uid:      unix: its user, or (uint32_t)-1
 * @gid:      unix: its group, or (uint32_t)-1
 *
 * A CID is a route, not an identity: it says which machine the bytes come from, never which program. Show it, filter
 * by it, do not call it authentication.
 */
struct eyelet_peer {
    enum eyelet_family family;
    uint32_t cid;
    uint32_t port;
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/**
 * eyelet_address_parse() - text to address; pure
 * @text:    one of the forms above
 * @ret:     the address; set on success only
 * @reterr:  may be NULL; says what is wrong with which part, EYELET_INVALID_ARGUMENT
 *
 * A path that does not fit into sun_path, a number out of range or with a sign, a space, a leading zero or a trailing
 * byte are refused here, before any system call.
 *
 * Return: 0, or -EINVAL, or -ENAMETOOLONG.
 */
EYELET_API int eyelet_address_parse(const char *text, struct eyelet_address *ret, struct eyelet_error *reterr);

/**
 * eyelet_address_format() - address to text, in the first of its forms; a relative path keeps the form unix:path
 * @address:  an address from eyelet_address_parse(), or filled in by hand
 * @room:     receives the text and a NUL; EYELET_ADDRESS_TEXT_MAX bytes always suffice
 * @cap:      bytes in @room
 *
 * Return: 0, or -ENOSPC with @room untouched.
 */
EYELET_API int eyelet_address_format(const struct eyelet_address *address, char *room, size_t cap);

/**
 * eyelet_peer_format() - a peer for people: "vsock://16:1025" or "unix://pid=12,uid=0,gid=0"
 *
 * Return: 0, or -ENOSPC with @room untouched; EYELET_ADDRESS_TEXT_MAX bytes always suffice.
 */
EYELET_API int eyelet_peer_format(const struct eyelet_peer *peer, char *room, size_t cap);

/**
 * eyelet_address_connect() - connect, trying again until a deadline
 * @address:     where to; fd:// hands out a duplicate of that descriptor, and both block from then on
 * @timeout_ms:  for all attempts together, in milliseconds; 0 means 30,000. At least one attempt is made
 * @ret_fd:      a connected, blocking stream socket with CLOEXEC; the caller's to close
 * @reterr:      may be NULL; names the address, the last errno and what it usually means
 *
 * Attempts that found nobody there yet are repeated after 10 ms, doubling up to 1 s, each time 20 % more or less.
 *
 * Return: 0; -ETIMEDOUT when the last attempt was not answered; -EOPNOTSUPP for systemd://, -EINVAL for CID "any";
 * -EPROTO when what listens on an hvsock's path is no hybrid vsock; -ENOTCONN for an fd:// that is not connected;
 * otherwise the last attempt's -errno. Text and status are in @reterr.
 */
EYELET_API int eyelet_address_connect(const struct eyelet_address *address, uint32_t timeout_ms, int *ret_fd,
                                      struct eyelet_error *reterr);

/**
 * struct eyelet_listener - a listening socket and what must be cleaned up after it
 * @fd:            the socket, blocking, with CLOEXEC; -1 when closed
 * @is_connected:  fd and systemd: @fd does not listen but is a connection already, the only one there will be: serve it
 *                 instead of accepting
 * @address:       where it listens
 * @file:          the socket file that was created, or ""
 * @dev:           device and inode of @file, to remove only our own
 * @ino:           see @dev
 */
struct eyelet_listener {
    int fd;
    bool is_connected;
    struct eyelet_address address;
    char file[EYELET_ADDRESS_PATH_MAX + 1];
    uint64_t dev;
    uint64_t ino;
};

/**
 * eyelet_address_listen() - bind and listen
 * @address:  where; vsock CIDs are "any" as a rule. hvsock listens on the socket file PATH_PORT, to which the monitor
 *            connects for a guest that connects to CID 2 and that port. fd:// and systemd:// take over a socket that
 *            listens, or is connected, already: on success it is the listener's, which closes it
 * @backlog:  connections that may wait to be accepted; 0 means 128
 * @ret:      memory of the caller's; ended with eyelet_listener_clear()
 * @reterr:   may be NULL
 *
 * A socket file is created with mode 0600. One that is there already is removed only when it is a socket, belongs to
 * this user, is no symbolic link and nobody listens on it; otherwise the call fails and says which of these it was.
 *
 * Return: 0, or -errno: EADDRINUSE when somebody listens there; EEXIST when something that is not ours is in the way;
 * EINVAL for a negative @backlog, a vsock address with ?to-host, or a systemd:// that leaves open which of several
 * sockets is meant; ENAMETOOLONG when PATH_PORT does not fit into sun_path; ENOENT when no such socket was handed over;
 * EPROTOTYPE when it is no stream, or neither vsock nor unix; ENOTCONN when it neither listens nor is connected.
 */
EYELET_API int eyelet_address_listen(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                                     struct eyelet_error *reterr);

/**
 * eyelet_listener_clear() - close the socket and remove its file, if it is still the one that was created
 * @listener:  may be NULL or cleared already
 */
EYELET_API void eyelet_listener_clear(struct eyelet_listener *listener);

EYELET_END_DECLS

#endif
