/*
 * The enclave's side of the keys: answers demo.Keys (proto/keys.proto) until SIGINT or SIGTERM. All its memory
 * is below, only stdio has some of its own, and what was secret is overwritten as soon as it is of no more use.
 *
 *     enclave_nano_service vsock://any:5005
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <eyelet/nano.h>
#include <nettle/hmac.h>

#include "keys.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-keys.sock"
#define KEYS_MAX        64u
#define SECRET_SIZE     32
#define CONNECTIONS_MAX 4
#define CALLS_MAX       8
#define FRAME_MAX       8192 /* a message to be signed, its key's name, and metadata */
#define STACK_WIPED     2048 /* nettle takes less than half of it */

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct key {
    demo_Key about; /* without a name: this place is free */
    uint8_t secret[SECRET_SIZE];
};

static struct key keys[KEYS_MAX];
static uint8_t memory[EYELET_NANO_SERVER_SIZE(CONNECTIONS_MAX, CALLS_MAX, FRAME_MAX, DEMO_KEYS_MESSAGE_SIZE)];
static struct eyelet_nano_server *server; /* for the signal handler; set before it can run */

static struct key *find_key(const char *name)
{
    for (size_t i = 0; i < KEYS_MAX; i++)
        if (strcmp(keys[i].about.name, name) == 0)
            return &keys[i];
    return NULL;
}

static struct key *find_free(void)
{
    return find_key("");
}

static bool is_good_name(const char *name)
{
    return name[0] != '\0' && name[strspn(name, NAME_CHARS)] == '\0';
}

static enum eyelet_status fail_bad_name(struct eyelet_nano_call *call)
{
    return eyelet_nano_call_fail(call, EYELET_INVALID_ARGUMENT,
                                 "a key's name has 1 to 32 characters of a-z, A-Z, 0-9, '.', '_' and '-'");
}

static enum eyelet_status fail_no_key(struct eyelet_nano_call *call, const char *name)
{
    return eyelet_nano_call_fail(call, EYELET_NOT_FOUND, "there is no key '%s'", name);
}

/* So few bytes come whole or, while the kernel has no randomness yet and a signal comes, not at all. */
static bool fill_with_random(uint8_t secret[SECRET_SIZE])
{
    ssize_t n;

    do
        n = getrandom(secret, SECRET_SIZE, 0);
    while (n < 0 && errno == EINTR);
    return n == SECRET_SIZE;
}

static enum eyelet_status create_key(struct eyelet_nano_call *call, const demo_CreateRequest *request,
                                     demo_CreateReply *reply, void *userdata)
{
    struct key *key = find_free();

    (void)userdata;
    if (!is_good_name(request->name))
        return fail_bad_name(call);
    if (find_key(request->name))
        return eyelet_nano_call_fail(call, EYELET_ALREADY_EXISTS, "there is a key '%s' already", request->name);
    if (!key)
        return eyelet_nano_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "there are %u keys, the most", KEYS_MAX);
    if (!fill_with_random(key->secret))
        return eyelet_nano_call_fail(call, EYELET_INTERNAL, "there is no randomness");

    memcpy(key->about.name, request->name, sizeof(key->about.name));
    key->about.created_s = time(NULL);
    reply->has_key = true;
    reply->key = key->about;
    return EYELET_OK;
}

static void compute_hmac(const struct key *key, const demo_SignRequest *request, demo_SignReply *reply)
{
    struct hmac_sha256_ctx context;

    hmac_sha256_set_key(&context, SECRET_SIZE, key->secret);
    hmac_sha256_update(&context, request->message.size, request->message.bytes);
    hmac_sha256_digest(&context, sizeof(reply->signature), reply->signature);
    explicit_bzero(&context, sizeof(context));
}

/* What functions that have returned left on the stack: nettle pads a copy of the key there, and does not wipe it. */
__attribute__((noinline)) static void wipe_stack(void)
{
    uint8_t used[STACK_WIPED];

    explicit_bzero(used, sizeof(used));
}

static enum eyelet_status sign_message(struct eyelet_nano_call *call, const demo_SignRequest *request,
                                       demo_SignReply *reply, void *userdata)
{
    struct key *key = find_key(request->name);

    (void)userdata;
    if (!is_good_name(request->name))
        return fail_bad_name(call);
    if (!key)
        return fail_no_key(call, request->name);

    compute_hmac(key, request, reply);
    wipe_stack();
    key->about.n_signed++;
    return EYELET_OK;
}

/* While this waits for a slow peer no other handler runs: the keys stay as they are. */
static enum eyelet_status list_keys(struct eyelet_nano_call *call, const demo_ListRequest *request, void *userdata)
{
    enum eyelet_status status = EYELET_OK;

    (void)request;
    (void)userdata;
    for (size_t i = 0; status == EYELET_OK && i < KEYS_MAX; i++)
        if (keys[i].about.name[0] != '\0')
            status = demo_keys_list_call_send(call, &keys[i].about);
    return status;
}

static enum eyelet_status delete_key(struct eyelet_nano_call *call, const demo_DeleteRequest *request,
                                     demo_DeleteReply *reply, void *userdata)
{
    struct key *key = find_key(request->name);

    (void)reply;
    (void)userdata;
    if (!is_good_name(request->name))
        return fail_bad_name(call);
    if (!key)
        return fail_no_key(call, request->name);

    explicit_bzero(key, sizeof(*key));
    return EYELET_OK;
}

static void stop(int signal_number)
{
    (void)signal_number;
    eyelet_nano_server_stop(server);
}

static enum eyelet_status serve(struct eyelet_error *reterr)
{
    static const struct demo_keys_handlers handlers = {
        .create = create_key, .sign = sign_message, .list = list_keys, .delete_ = delete_key
    };
    const struct sigaction action = { .sa_handler = stop };
    enum eyelet_status status;

    status = demo_keys_add(server, &handlers, NULL, reterr);
    if (status != EYELET_OK)
        return status;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    printf("listening on %s\n", eyelet_nano_server_address(server));
    fflush(stdout);
    status = eyelet_nano_server_run(server, reterr);
    signal(SIGINT, SIG_IGN); /* nobody may stop what is being cleared */
    signal(SIGTERM, SIG_IGN);
    return status;
}

int main(int argc, char **argv)
{
    const struct eyelet_nano_server_opts opts = {
        .is_enclave = true, /* of no effect but on vsock */
        .wipe = true,
        .connections_max = CONNECTIONS_MAX,
        .calls_max = CALLS_MAX,
        .frame_max = FRAME_MAX,
        .message_size = DEMO_KEYS_MESSAGE_SIZE,
    };
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fputs("usage: enclave_nano_service [ADDRESS]   (default: " ADDRESS_DEFAULT ")\n", stderr);
        return 2;
    }
    status =
        eyelet_nano_server_init(argc > 1 ? argv[1] : ADDRESS_DEFAULT, &opts, memory, sizeof(memory), &server, &error);
    if (status == EYELET_OK)
        status = serve(&error);
    eyelet_nano_server_clear(server);
    explicit_bzero(keys, sizeof(keys));

    if (status != EYELET_OK) {
        fprintf(stderr, "enclave_nano_service: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
