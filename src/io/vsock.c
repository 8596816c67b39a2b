/*
 * AF_VSOCK: bind, listen, accept, connect, and what the errors of this family mean. Bytes are stream.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/vm_sockets.h>

#include <eyelet/vsock.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

_Static_assert(EYELET_VSOCK_CID_ANY == VMADDR_CID_ANY, "vm_sockets.h");
_Static_assert(EYELET_VSOCK_CID_HYPERVISOR == VMADDR_CID_HYPERVISOR, "vm_sockets.h");
_Static_assert(EYELET_VSOCK_CID_HOST == VMADDR_CID_HOST, "vm_sockets.h");
_Static_assert(EYELET_VSOCK_PORT_ANY == VMADDR_PORT_ANY, "vm_sockets.h");

const char *eyelet_vsock_hint(int error_number)
{
    switch (error_number) {
    case EAFNOSUPPORT:
        return "; this kernel has no vsock, is its module loaded?";
    case EPERM:
        return "; a seccomp filter, as containers have one, may forbid vsock";
    case ENODEV:
        return "; no such machine runs, or not yet; where vhost_vsock is loaded in a machine that is a guest itself, "
               "a CID above 2 needs VMADDR_FLAG_TO_HOST: put '?to-host' behind the address";
    case ECONNRESET:
        return "; nobody listens there, or the backlog is full";
    case ETIMEDOUT:
        return "; the machine is booting, paused or stopped";
    case EACCES:
        return "; ports below 1024 need CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
        return "; this machine does not have that CID, use 'any'";
    case EINVAL:
        return "; CID 'any' is to listen on, port 4294967295 is none";
    default:
        return "";
    }
}

static struct sockaddr_vm to_sockaddr(uint32_t cid, uint32_t port)
{
    return (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
}

static int bind_and_block(int fd, uint32_t cid, uint32_t port)
{
    const struct sockaddr_vm sockaddr = to_sockaddr(cid, port);

    if (bind(fd, (const struct sockaddr *)&sockaddr, sizeof(sockaddr)) < 0)
        return -errno;
    return eyelet_socket_set_nonblocking(fd, false);
}

int eyelet_vsock_bind_cid(uint32_t cid, uint32_t port)
{
    int fd = -1;
    int r;

    if (port == EYELET_VSOCK_PORT_ANY)
        return -EINVAL;
    r = eyelet_socket_open(AF_VSOCK, &fd);
    if (r < 0)
        return r;
    r = bind_and_block(fd, cid, port);
    if (r < 0) {
        eyelet_socket_close(fd);
        return r;
    }
    return fd;
}

int eyelet_vsock_bind(uint32_t port)
{
    return eyelet_vsock_bind_cid(EYELET_VSOCK_CID_ANY, port);
}

int eyelet_vsock_listen(int fd, int backlog)
{
    if (backlog < 0)
        return -EINVAL;
    if (backlog == 0)
        backlog = EYELET_BACKLOG_DEFAULT;
    return listen(fd, backlog) < 0 ? -errno : 0;
}

int eyelet_vsock_accept(int fd, struct eyelet_peer *ret_peer)
{
    struct eyelet_peer peer;
    int accepted = -1;
    int r;

    do {
        r = eyelet_socket_accept_blocking(fd, &peer, &accepted);
    } while (r == -ECONNABORTED);
    if (r < 0)
        return r;

    if (ret_peer)
        *ret_peer = peer;
    return accepted;
}

/* The kernel's own limit is put behind ours, so that ours is the one that counts; where it cannot be, both do. */
static void raise_connect_timeout(int fd, uint64_t deadline_ns)
{
    uint64_t now_ns = eyelet_now_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    const struct timeval timeout = {
        .tv_sec = (time_t)(left_ns / EYELET_NS_PER_S) + 1,
        .tv_usec = (suseconds_t)(left_ns % EYELET_NS_PER_S / 1000),
    };

    (void)setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &timeout, sizeof(timeout));
}

int eyelet_vsock_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd)
{
    struct sockaddr_vm sockaddr = to_sockaddr(address->cid, address->port);
    int r, fd = -1;

    if (address->cid == EYELET_VSOCK_CID_ANY || address->port == EYELET_VSOCK_PORT_ANY)
        return -EINVAL;
    r = eyelet_socket_open(AF_VSOCK, &fd);
    if (r < 0)
        return r;
    if (address->is_to_host)
        sockaddr.svm_flags = VMADDR_FLAG_TO_HOST;
    raise_connect_timeout(fd, deadline_ns);
    r = eyelet_socket_connect(fd, (const struct sockaddr *)&sockaddr, sizeof(sockaddr), deadline_ns);
    if (r < 0) {
        eyelet_socket_close(fd);
        return r;
    }

    *ret_fd = fd;
    return 0;
}

int eyelet_vsock_local_cid(uint32_t *ret)
{
    int fd = open("/dev/vsock", O_RDONLY | O_CLOEXEC);
    unsigned cid = 0;
    int r;

    if (fd < 0)
        return -errno;
    r = ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, &cid) < 0 ? -errno : 0;
    eyelet_socket_close(fd);
    if (r < 0)
        return r;

    *ret = cid;
    return 0;
}

int eyelet_vsock_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                               struct eyelet_error *reterr)
{
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";
    int r;

    eyelet_address_format(address, text, sizeof(text));
    if (address->is_to_host) {
        eyelet_error_errno(reterr, EINVAL, "cannot listen on '%s': '?to-host' is for connecting", text);
        return -EINVAL;
    }
    r = ret->fd = eyelet_vsock_bind_cid(address->cid, address->port);
    if (r >= 0)
        r = eyelet_vsock_listen(ret->fd, backlog);
    if (r == 0)
        return 0;

    eyelet_error_errno(reterr, r, "cannot listen on '%s'%s", text, eyelet_vsock_hint(-r));
    return r;
}
