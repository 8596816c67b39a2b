/*
 * The enclave of the tests: a static server, and the first process of its machine. It says on its console what it sees,
 * and ends, and the machine with it, when anything goes wrong.
 */
#include "vm/enclave.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/eyelet.h>
#include <eyelet/vsock.h>

#include "vm/echo.h"

#define TO_TEXT(x)  #x
#define ON_ANY(x)   "vsock://any:" TO_TEXT(x)
#define PARENTS_CID EYELET_VSOCK_CID_HOST /* what KVM's guests call it */

static struct echo echo = { .witness_fd = -1 };

_Noreturn static void give_up(const char *act, const char *why)
{
    printf("%s: %s\n", act, why);
    fflush(stdout);
    exit(EXIT_FAILURE);
}

static void start(void *(*run)(void *))
{
    pthread_t thread;
    int r = pthread_create(&thread, NULL, run, NULL);

    if (r != 0)
        give_up("cannot start a thread", strerror(r));
    pthread_detach(thread);
}

static int open_listener(uint32_t port)
{
    int fd = eyelet_vsock_bind(port);
    int r = fd < 0 ? fd : eyelet_vsock_listen(fd, 0);

    if (r < 0)
        give_up("cannot listen", strerror(-r));
    return fd;
}

static int accept_one(int listen_fd)
{
    int fd = eyelet_vsock_accept(listen_fd, NULL);

    if (fd < 0)
        give_up("cannot accept", strerror(-fd));
    return fd;
}

/* What comes on one connection goes back on it. Return: how many bytes did. */
static size_t send_back(int fd)
{
    static char chunk[ENCLAVE_RAW_CHUNK];
    size_t n = 0;

    while (eyelet_vsock_receive_exact(fd, chunk, sizeof(chunk)) == 0 &&
           eyelet_vsock_send(fd, chunk, sizeof(chunk), sizeof(chunk)) == 0)
        n += sizeof(chunk);
    return n;
}

static void *run_raw(void *userdata)
{
    int listen_fd = open_listener(ENCLAVE_RAW_PORT);
    int fd;

    (void)userdata;
    for (;;) {
        fd = accept_one(listen_fd);
        printf("%zu bytes sent back\n", send_back(fd));
        eyelet_vsock_close(fd);
    }
    return NULL;
}

static void *run_witness(void *userdata)
{
    int listen_fd = open_listener(ENCLAVE_WITNESS_PORT);
    char byte;
    int fd;

    (void)userdata;
    for (;;) {
        fd = accept_one(listen_fd);
        echo.witness_fd = fd;
        (void)eyelet_vsock_receive_exact(fd, &byte, 1); /* until it is closed over there */
        echo.witness_fd = -1;
        eyelet_vsock_close(fd);
    }
    return NULL;
}

static bool is_not_the_parent(const struct eyelet_peer *peer, void *userdata)
{
    bool is_welcome = peer->family == EYELET_FAMILY_VSOCK && peer->cid != PARENTS_CID;
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";

    (void)userdata;
    eyelet_peer_format(peer, text, sizeof(text));
    printf("the accept filter %s %s\n", is_welcome ? "takes" : "refuses", text);
    return is_welcome;
}

static void serve(const char *address, const struct eyelet_server_opts *opts)
{
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    if (eyelet_server_open(address, opts, &server, &error) != EYELET_OK)
        give_up("cannot open a server", error.text);
    if (echo_add(server, &echo) != EYELET_OK)
        give_up("cannot add the service", address);
    printf("listening on %s\n", eyelet_server_address(server));
    give_up("the server ended", eyelet_status_name(eyelet_server_run(server)));
}

static void *run_picky(void *userdata)
{
    (void)userdata;
    serve(ON_ANY(ENCLAVE_PICKY_PORT), &(struct eyelet_server_opts){ .accept = is_not_the_parent });
    return NULL;
}

int main(void)
{
    uint32_t cid = 0;
    int r;

    setvbuf(stdout, NULL, _IOLBF, 0);
    r = eyelet_vsock_local_cid(&cid);
    printf("an enclave, CID %u (%s)\n", cid, strerror(-r));
    start(run_raw);
    start(run_witness);
    start(run_picky);
    serve(ON_ANY(ENCLAVE_PORT), &(struct eyelet_server_opts){ .is_enclave = true });
}
