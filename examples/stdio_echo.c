/*
 * A connection as FILE streams: the client sends its standard input line by line and prints the server's answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/address.h>
#include <eyelet/vsock.h>

#define DEFAULT_ADDRESS                                                                                                \
    "unix:///tmp/eyelet-stdio-echo.sock" /* across a VM's wall: vsock://any:5005, vsock://16:5005                      \
                                          */

static int fail(const char *what)
{
    fprintf(stderr, "stdio_echo: %s\n", what);
    return 1;
}

/* Each line of @in goes to @out, and its answer from @answers, if there are any, to standard output. */
static int copy_lines(FILE *in, FILE *out, FILE *answers)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    int r = 0;

    while (r == 0 && (len = getline(&line, &cap, in)) > 0) {
        int is_whole = line[len - 1] == '\n'; /* the last line may lack it, and the peer would wait for it */

        if (fwrite(line, 1, (size_t)len, out) != (size_t)len || (!is_whole && putc('\n', out) == EOF) ||
            fflush(out) != 0)
            r = -1;
        else if (answers && (len = getline(&line, &cap, answers)) <= 0)
            r = -1;
        else if (answers)
            fwrite(line, 1, (size_t)len, stdout);
    }
    free(line);
    return r;
}

static int run_server(const struct eyelet_address *address)
{
    struct eyelet_listener listener;
    struct eyelet_vsock_stdio peer;
    struct eyelet_error error;
    int fd;

    if (eyelet_address_listen(address, 0, &listener, &error) < 0)
        return fail(error.text);
    while ((fd = eyelet_vsock_accept(listener.fd, NULL)) >= 0) {
        if (eyelet_vsock_stdio_init(&peer, fd) < 0) {
            eyelet_vsock_close(fd);
            continue;
        }
        if (copy_lines(peer.in, peer.out, NULL) < 0)
            fail("a client went away");
        eyelet_vsock_stdio_clear(&peer);
    }
    eyelet_listener_clear(&listener);
    return fail(strerror(-fd));
}

static int run_client(const struct eyelet_address *address)
{
    struct eyelet_vsock_stdio peer;
    struct eyelet_error error;
    int fd, r;

    if (eyelet_address_connect(address, 0, &fd, &error) < 0)
        return fail(error.text);
    r = eyelet_vsock_stdio_init(&peer, fd);
    if (r < 0) {
        eyelet_vsock_close(fd);
        return fail(strerror(-r));
    }
    r = copy_lines(stdin, peer.out, peer.in);
    if (r < 0)
        fail("the server went away");
    return eyelet_vsock_stdio_clear(&peer) < 0 || r < 0;
}

int main(int argc, char **argv)
{
    struct eyelet_address address;
    struct eyelet_error error = { 0 };
    int is_client = argc > 1 && strcmp(argv[1], "client") == 0;

    if (argc < 2 || argc > 3 || (!is_client && strcmp(argv[1], "server") != 0) ||
        eyelet_address_parse(argc > 2 ? argv[2] : DEFAULT_ADDRESS, &address, &error) < 0) {
        fprintf(stderr, "%s%susage: stdio_echo server [ADDRESS] (serves until a signal ends it) | client [ADDRESS]\n",
                error.text, error.text[0] ? "\n" : "");
        return 2;
    }
    return is_client ? run_client(&address) : run_server(&address);
}
