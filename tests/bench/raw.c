/*
 * Both halves' messages: see raw.h.
 */
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#define BACKLOG 128

bool raw_write(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* Room for a whole message, or for many small ones. */
static bool make_room(struct raw_buffer *buffer)
{
    size_t wanted = RAW_BATCH;
    struct raw_head head;
    uint8_t *data;

    if (buffer->at == buffer->end)
        buffer->at = buffer->end = 0;
    if (buffer->end - buffer->at >= sizeof(head)) {
        memcpy(&head, buffer->data + buffer->at, sizeof(head));
        if (head.len > RAW_LEN_MAX)
            return false;
        if (head.len > wanted - sizeof(head))
            wanted = sizeof(head) + head.len;
    }
    if (wanted > buffer->cap) {
        data = realloc(buffer->data, wanted);
        if (!data)
            return false;
        buffer->data = data;
        buffer->cap = wanted;
    }
    if (buffer->at > 0 && (buffer->end == buffer->cap || wanted > buffer->cap - buffer->at)) {
        memmove(buffer->data, buffer->data + buffer->at, buffer->end - buffer->at);
        buffer->end -= buffer->at;
        buffer->at = 0;
    }
    return true;
}

bool raw_read(int fd, struct raw_buffer *buffer)
{
    ssize_t n;

    if (!make_room(buffer))
        return false;
    n = recv(fd, buffer->data + buffer->end, buffer->cap - buffer->end, 0);
    if (n <= 0)
        return false;
    buffer->end += (size_t)n;
    return true;
}

bool raw_next(struct raw_buffer *buffer, struct raw_head *ret, const uint8_t **ret_at)
{
    const size_t n = buffer->end - buffer->at;
    const uint8_t *at;
    struct raw_head head;

    if (n < sizeof(head))
        return false;
    at = buffer->data + buffer->at;
    memcpy(&head, at, sizeof(head));
    if (head.len > n - sizeof(head))
        return false;
    buffer->at += sizeof(head) + head.len;
    *ret = head;
    if (ret_at)
        *ret_at = at;
    return true;
}

/* Where a socket listens, or whom it calls. */
union name {
    struct sockaddr any;
    struct sockaddr_un path;
    struct sockaddr_vm port;
};

/* Return: its length; 0 when the address is none of a unix socket. */
static socklen_t parse_unix(const char *address, union name *ret)
{
    const char *path = address + strlen("unix://");

    if (strncmp(address, "unix://", strlen("unix://")) != 0 || strlen(path) >= sizeof(ret->path.sun_path))
        return 0;
    ret->path = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret->path.sun_path, path, strlen(path));
    return sizeof(ret->path);
}

/* The same for vsock. */
static socklen_t parse_vsock(const char *address, union name *ret)
{
    unsigned int cid = VMADDR_CID_ANY, port;

    if (sscanf(address, "vsock://any:%u", &port) != 1 && sscanf(address, "vsock://%u:%u", &cid, &port) != 2)
        return 0;
    ret->port = (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
    return sizeof(ret->port);
}

int raw_socket(const char *address, bool listens)
{
    union name name;
    socklen_t len = parse_unix(address, &name);
    int fd;

    if (len == 0)
        len = parse_vsock(address, &name);
    if (len == 0)
        return -1;
    fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (listens ? bind(fd, &name.any, len) == 0 && listen(fd, BACKLOG) == 0 : connect(fd, &name.any, len) == 0)
        return fd;
    close(fd);
    return -1;
}
