/*
 * Peers of live tests. Only calls that no test makes fail are used for the peers' bytes: send() and read(),
 * where the library has sendmsg(), sendto() and recv(), and ppoll(), which knows no fake clock.
 */
#include "support/live.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/envelope.h"

void live_must(bool is_true, const char *sentence)
{
    if (is_true)
        return;
    fprintf(stderr, "live: %s\n", sentence);
    abort();
}

void live_pair(int fds[2])
{
    live_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0, "no socketpair");
}

int live_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int r;

    live_must(fd >= 0, "no socket");
    live_must(strlen(path) < sizeof(address.sun_path), "the path of the socket is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    do {
        r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
    } while (r < 0 && errno == EINTR);
    live_must(r == 0, "cannot connect to the server");
    return fd;
}

bool live_send(int fd, struct eyelet_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            live_must(errno == EPIPE || errno == ECONNRESET, "send() fails");
            return false;
        }
        eyelet_slice_take(&bytes, (size_t)n);
    }
    return true;
}

void live_send_wire(int fd, struct wire *wire)
{
    live_must(live_send(fd, wire_slice(wire)), "the peer is gone");
    wire_clear(wire);
}

void live_expect_bytes(int fd, struct wire *wire)
{
    uint8_t *room = malloc(wire->len);
    char more;

    live_must(room != NULL, "no memory");
    live_must(live_read(fd, room, wire->len), "the peer ended too early");
    live_must(memcmp(room, wire->bytes, wire->len) == 0, "the peer said something else");
    live_must(recv(fd, &more, 1, MSG_DONTWAIT) == -1, "the peer said more");
    free(room);
    wire_clear(wire);
}

void live_wait(int fd)
{
    const struct timespec patience = { .tv_sec = LIVE_PATIENCE_MS / 1000 };
    struct pollfd one = { .fd = fd, .events = POLLIN };
    int n;

    do {
        n = ppoll(&one, 1, &patience, NULL);
    } while (n < 0 && errno == EINTR);
    live_must(n == 1, "nothing came: something hangs");
}

/* Return: bytes; 0 at the end, of whatever kind. */
static size_t read_some(int fd, void *room, size_t cap)
{
    ssize_t n;

    do {
        live_wait(fd);
        n = read(fd, room, cap);
    } while (n < 0 && (errno == EINTR || errno == EAGAIN));
    live_must(n >= 0 || errno == ECONNRESET, "read() fails");
    return n > 0 ? (size_t)n : 0;
}

bool live_read(int fd, void *room, size_t len)
{
    uint8_t *at = room;

    while (len > 0) {
        size_t n = read_some(fd, at, len);

        if (n == 0)
            return false;
        at += n;
        len -= n;
    }
    return true;
}

size_t live_read_to_end(int fd)
{
    uint8_t room[4096];
    size_t total = 0, n;

    while ((n = read_some(fd, room, sizeof(room))) > 0)
        total += n;
    return total;
}

bool live_read_frame(int fd, struct live_frame *ret)
{
    uint8_t head[WIRE_HEAD_LEN];

    if (!live_read(fd, head, sizeof(head)))
        return false;
    *ret = (struct live_frame){
        .id = eyelet_get_be32(head + 4),
        .type = head[8],
        .flags = head[9],
        .len = eyelet_get_be32(head),
    };
    live_must(ret->len <= EYELET_FRAME_DATA_MAX, "the frame that came is too long");
    ret->data = malloc(ret->len + 1);
    live_must(ret->data != NULL, "no memory for a frame");
    if (live_read(fd, ret->data, ret->len))
        return true;
    live_frame_clear(ret);
    return false;
}

void live_frame_clear(struct live_frame *frame)
{
    free(frame->data);
    *frame = (struct live_frame){ 0 };
}

bool live_read_reply(int fd, struct live_reply *ret)
{
    struct eyelet_response response;

    *ret = (struct live_reply){ 0 };
    if (!live_read_frame(fd, &ret->frame))
        return false;
    live_must(ret->frame.type == WIRE_RESPONSE && ret->frame.flags == 0, "what came is no Response");
    live_must(eyelet_response_decode((struct eyelet_slice){ ret->frame.data, ret->frame.len }, &response),
              "the Response that came cannot be decoded");
    ret->id = ret->frame.id;
    ret->code = response.code;
    ret->payload = response.payload;
    snprintf(ret->text, sizeof(ret->text), "%.*s", (int)response.message.len, (const char *)response.message.data);
    return true;
}

void live_reply_clear(struct live_reply *reply)
{
    live_frame_clear(&reply->frame);
}
