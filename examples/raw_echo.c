/*
 * The raw core, both ends: the client sends some text, the server sends back whatever comes. No frames, no protobuf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/address.h>
#include <eyelet/vsock.h>

#define DEFAULT_ADDRESS "unix:///tmp/eyelet-raw-echo.sock" /* across a VM's wall: vsock://any:5005, vsock://16:5005 */
#define MAX_SIZE        (16 << 20)                         /* of what one client has under way */
#define CHUNK_SIZE      4096

static int fail(const char *act, int r)
{
    fprintf(stderr, "raw_echo: %s: %s\n", act, strerror(-r));
    return 1;
}

/* Echoes until the peer ends. */
static int echo(int fd)
{
    void *data;
    size_t len;
    int r;

    do {
        r = eyelet_vsock_receive(fd, MAX_SIZE, CHUNK_SIZE, &data, &len);
        if (r < 0)
            return r;
        r = eyelet_vsock_send(fd, data, len, CHUNK_SIZE);
        free(data);
    } while (r == 0 && len > 0);
    return r;
}

static int run_server(const struct eyelet_address *address)
{
    struct eyelet_listener listener;
    struct eyelet_error error;
    int r, fd;

    if (eyelet_address_listen(address, 0, &listener, &error) < 0) {
        fprintf(stderr, "raw_echo: %s\n", error.text);
        return 1;
    }
    while ((fd = eyelet_vsock_accept(listener.fd, NULL)) >= 0) {
        r = echo(fd);
        if (r < 0)
            fail("a connection failed", r);
        eyelet_vsock_close(fd);
    }
    eyelet_listener_clear(&listener);
    return fail("cannot accept", fd);
}

static int run_client(const struct eyelet_address *address, const char *text)
{
    size_t len = strlen(text);
    char *answer = calloc(1, len + 1);
    struct eyelet_error error;
    int r = -1, fd;

    if (!answer || eyelet_address_connect(address, 0, &fd, &error) < 0) {
        fprintf(stderr, "raw_echo: %s\n", answer ? error.text : "no memory");
        free(answer);
        return 1;
    }
    r = eyelet_vsock_send(fd, text, len, CHUNK_SIZE);
    if (r == 0)
        r = eyelet_vsock_receive_exact(fd, answer, len);
    if (r == 0)
        printf("%s\n", answer);
    eyelet_vsock_close(fd);
    free(answer);
    return r < 0 ? fail("no echo", r) : 0;
}

int main(int argc, char **argv)
{
    struct eyelet_address address;
    struct eyelet_error error = { 0 };
    int is_client = argc > 1 && strcmp(argv[1], "client") == 0;

    if (argc < 2 || argc > (is_client ? 4 : 3) || (!is_client && strcmp(argv[1], "server") != 0) ||
        eyelet_address_parse(argc > 2 ? argv[2] : DEFAULT_ADDRESS, &address, &error) < 0) {
        fprintf(stderr,
                "%s%susage: raw_echo server [ADDRESS] (serves until a signal ends it) | client [ADDRESS [TEXT]]\n",
                error.text, error.text[0] ? "\n" : "");
        return 2;
    }
    return is_client ? run_client(&address, argc > 3 ? argv[3] : "hello from the client") : run_server(&address);
}
