/*
 * Both halves' messages: see raw.h.
 */
#include "raw.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SCHEME  "unix://"
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

int raw_socket(const char *address, bool listens)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    const struct sockaddr *any = (const struct sockaddr *)&name;
    const char *path = address + strlen(SCHEME);
    int fd;

    if (strncmp(address, SCHEME, strlen(SCHEME)) != 0 || strlen(path) >= sizeof(name.sun_path))
        return -1;
    memcpy(name.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (listens ? bind(fd, any, sizeof(name)) == 0 && listen(fd, BACKLOG) == 0 : connect(fd, any, sizeof(name)) == 0)
        return fd;
    close(fd);
    return -1;
}
