/*
 * The parent's side of the keys: one command, or, without one, a demonstration of all, which checks what comes back.
 *
 *     parent_keys vsock://16:5005 create billing
 *     parent_keys vsock://16:5005 sign billing 'pay 5 to nobody'
 *     parent_keys vsock://16:5005
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <eyelet/eyelet.h>

#include "keys.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-keys.sock"
#define SIGNATURE_SIZE  32 /* keys.proto, as the next two */
#define MESSAGE_SIZE    4096
#define LONG_NAME       "A23456789-123456789-123456789-12"
#define KEYS_TRIED      1000u /* no enclave of this kind holds as many */
#define TIMEOUT_MS      5000

static const struct eyelet_call_opts opts = { .timeout_ms = TIMEOUT_MS };

/* --- the calls ---------------------------------------------------------------------------------------------------- */

static enum eyelet_status create_key(struct eyelet_client *client, char *name, struct eyelet_error *reterr)
{
    Demo__CreateRequest request = DEMO__CREATE_REQUEST__INIT;
    Demo__CreateReply *reply = NULL;
    enum eyelet_status status;

    request.name = name;
    status = demo_keys_create(client, &opts, &request, &reply, reterr);
    if (status == EYELET_OK)
        demo__create_reply__free_unpacked(reply, NULL);
    return status;
}

static enum eyelet_status sign_message(struct eyelet_client *client, char *name, char *message, size_t len,
                                       uint8_t ret[SIGNATURE_SIZE], struct eyelet_error *reterr)
{
    Demo__SignRequest request = DEMO__SIGN_REQUEST__INIT;
    Demo__SignReply *reply = NULL;
    enum eyelet_status status;

    request.name = name;
    request.message = (ProtobufCBinaryData){ .len = len, .data = (uint8_t *)message };
    status = demo_keys_sign(client, &opts, &request, &reply, reterr);
    if (status != EYELET_OK)
        return status;

    if (reply->signature.len == SIGNATURE_SIZE)
        memcpy(ret, reply->signature.data, SIGNATURE_SIZE);
    else
        status = eyelet_error_fill(reterr, EYELET_INTERNAL, "the signature has %zu bytes", reply->signature.len);
    demo__sign_reply__free_unpacked(reply, NULL);
    return status;
}

static void print_key(const Demo__Key *key)
{
    const time_t created = (time_t)key->created_s;
    struct tm utc = { 0 };
    char text[32] = "?";

    if (gmtime_r(&created, &utc))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    printf("%s, of %s, has signed %" PRIu64 "\n", key->name, text, key->n_signed);
}

static enum eyelet_status list_keys(struct eyelet_client *client, bool is_shown, size_t *ret_n,
                                    struct eyelet_error *reterr)
{
    const Demo__ListRequest request = DEMO__LIST_REQUEST__INIT;
    struct demo_keys_list_stream *stream;
    enum eyelet_status status;
    enum eyelet_got got;
    Demo__Key *key;
    size_t n = 0;

    status = demo_keys_list_open(client, &opts, &request, &stream, reterr);
    if (status != EYELET_OK)
        return status;

    while ((got = demo_keys_list_recv(stream, &key, reterr)) == EYELET_GOT_MESSAGE) {
        if (is_shown)
            print_key(key);
        demo__key__free_unpacked(key, NULL);
        n++;
    }
    demo_keys_list_close(stream);
    *ret_n = n;
    return got == EYELET_GOT_END ? EYELET_OK : reterr->status;
}

static enum eyelet_status delete_key(struct eyelet_client *client, char *name, struct eyelet_error *reterr)
{
    Demo__DeleteRequest request = DEMO__DELETE_REQUEST__INIT;
    Demo__DeleteReply *reply = NULL;
    enum eyelet_status status;

    request.name = name;
    status = demo_keys_delete_(client, &opts, &request, &reply, reterr);
    if (status == EYELET_OK)
        demo__delete_reply__free_unpacked(reply, NULL);
    return status;
}

/* --- the demonstration -------------------------------------------------------------------------------------------- */

static void print_signature(const uint8_t signature[SIGNATURE_SIZE])
{
    for (size_t i = 0; i < SIGNATURE_SIZE; i++)
        printf("%02x", signature[i]);
    putchar('\n');
}

static bool demand(bool is_so, const char *what)
{
    if (!is_so)
        fprintf(stderr, "parent_keys: it must be that %s\n", what);
    return is_so;
}

/* Shows how a call ended. An error must be the enclave's own: one that cannot be reached refuses nothing. */
static bool ends_with(enum eyelet_status wanted, const char *act, enum eyelet_status status,
                      const struct eyelet_error *error)
{
    const char *text = status == EYELET_OK ? "" : error->text;

    printf("%s: %s%s%s\n", act, eyelet_status_name(status), text[0] ? ": " : "", text);
    if (status == wanted && (status == EYELET_OK || error->is_remote))
        return true;
    fprintf(stderr, "parent_keys: %s should end with %s\n", act, eyelet_status_name(wanted));
    return false;
}

static bool signs(struct eyelet_client *client, char *name, char *text, uint8_t ret[SIGNATURE_SIZE])
{
    struct eyelet_error error;
    char act[64];

    snprintf(act, sizeof(act), "sign with %s", name);
    if (!ends_with(EYELET_OK, act, sign_message(client, name, text, strlen(text), ret, &error), &error))
        return false;
    print_signature(ret);
    return true;
}

static bool show_signing(struct eyelet_client *client)
{
    char one[] = "demo-one", two[] = "demo-two", text[] = "hello, enclave", other[] = "hello, enclavf";
    uint8_t first[SIGNATURE_SIZE], again[SIGNATURE_SIZE], by_two[SIGNATURE_SIZE], of_other[SIGNATURE_SIZE];
    size_t n_before = 0, n_after = 0;
    struct eyelet_error error;

    return ends_with(EYELET_OK, "list", list_keys(client, false, &n_before, &error), &error) &&
           ends_with(EYELET_OK, "create demo-one", create_key(client, one, &error), &error) &&
           ends_with(EYELET_OK, "create demo-two", create_key(client, two, &error), &error) &&
           ends_with(EYELET_ALREADY_EXISTS, "create demo-one again", create_key(client, one, &error), &error) &&
           signs(client, one, text, first) && signs(client, one, text, again) && signs(client, one, other, of_other) &&
           signs(client, two, text, by_two) &&
           demand(memcmp(first, again, SIGNATURE_SIZE) == 0, "the same message is signed in the same way") &&
           demand(memcmp(first, of_other, SIGNATURE_SIZE) != 0, "another message is signed in another way") &&
           demand(memcmp(first, by_two, SIGNATURE_SIZE) != 0, "another key signs in another way") &&
           ends_with(EYELET_OK, "list", list_keys(client, true, &n_after, &error), &error) &&
           demand(n_after == n_before + 2, "the list has two keys more");
}

/* What breaks the rules of keys.proto, by one byte where there is a limit. */
static bool show_refusals(struct eyelet_client *client)
{
    static char zeros[MESSAGE_SIZE + 1];
    char one[] = "demo-one", none[] = "", spaces[] = "two words", fitting[] = LONG_NAME, too_long[] = LONG_NAME "3";
    uint8_t signature[SIGNATURE_SIZE];
    struct eyelet_error error;

    return ends_with(EYELET_INVALID_ARGUMENT, "create without a name", create_key(client, none, &error), &error) &&
           ends_with(EYELET_INVALID_ARGUMENT, "create with a space", create_key(client, spaces, &error), &error) &&
           ends_with(EYELET_OK, "create with 32 characters", create_key(client, fitting, &error), &error) &&
           ends_with(EYELET_OK, "delete that", delete_key(client, fitting, &error), &error) &&
           ends_with(EYELET_INTERNAL, "create with 33 characters", create_key(client, too_long, &error), &error) &&
           ends_with(EYELET_OK, "sign 4096 bytes", sign_message(client, one, zeros, MESSAGE_SIZE, signature, &error),
                     &error) &&
           ends_with(EYELET_INTERNAL, "sign 4097 bytes",
                     sign_message(client, one, zeros, MESSAGE_SIZE + 1, signature, &error), &error);
}

static char *fill_name(char room[32], unsigned i)
{
    snprintf(room, 32, "demo-fill-%u", i);
    return room;
}

/* Creates keys until no more fit, and deletes those again. */
static bool show_limit(struct eyelet_client *client)
{
    enum eyelet_status status = EYELET_OK;
    struct eyelet_error error = { 0 };
    char name[32];
    size_t n_before = 0, n_full = 0;
    unsigned n = 0;
    bool is_good;

    is_good = ends_with(EYELET_OK, "list", list_keys(client, false, &n_before, &error), &error);
    while (is_good && n < KEYS_TRIED && (status = create_key(client, fill_name(name, n), &error)) == EYELET_OK)
        n++;
    is_good = is_good && ends_with(EYELET_RESOURCE_EXHAUSTED, "create until it is full", status, &error) &&
              ends_with(EYELET_OK, "list", list_keys(client, false, &n_full, &error), &error) &&
              demand(n_full == n_before + n, "the list has all keys");
    while (n > 0)
        is_good = delete_key(client, fill_name(name, --n), &error) == EYELET_OK && is_good;
    return demand(is_good, "what is too much is refused, and the rest can be deleted");
}

static bool show_deletion(struct eyelet_client *client)
{
    char one[] = "demo-one", two[] = "demo-two", text[] = "hello, enclave";
    uint8_t before[SIGNATURE_SIZE], after[SIGNATURE_SIZE];
    struct eyelet_error error;

    return signs(client, one, text, before) &&
           ends_with(EYELET_OK, "delete demo-one", delete_key(client, one, &error), &error) &&
           ends_with(EYELET_NOT_FOUND, "delete demo-one again", delete_key(client, one, &error), &error) &&
           ends_with(EYELET_NOT_FOUND, "sign with demo-one", sign_message(client, one, text, 1, after, &error),
                     &error) &&
           ends_with(EYELET_OK, "create demo-one", create_key(client, one, &error), &error) &&
           signs(client, one, text, after) &&
           demand(memcmp(before, after, SIGNATURE_SIZE) != 0, "a new key of the same name is another key") &&
           ends_with(EYELET_OK, "delete demo-one", delete_key(client, one, &error), &error) &&
           ends_with(EYELET_OK, "delete demo-two", delete_key(client, two, &error), &error);
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

static enum eyelet_status run_create(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr)
{
    return create_key(client, arguments[0], reterr);
}

static enum eyelet_status run_sign(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr)
{
    uint8_t signature[SIGNATURE_SIZE];
    enum eyelet_status status;

    status = sign_message(client, arguments[0], arguments[1], strlen(arguments[1]), signature, reterr);
    if (status == EYELET_OK)
        print_signature(signature);
    return status;
}

static enum eyelet_status run_list(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr)
{
    size_t n;

    (void)arguments;
    return list_keys(client, true, &n, reterr);
}

static enum eyelet_status run_delete(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr)
{
    return delete_key(client, arguments[0], reterr);
}

static enum eyelet_status run_all(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr)
{
    char one[] = "demo-one", two[] = "demo-two";

    (void)arguments;
    (void)delete_key(client, one, reterr); /* of a demonstration that has broken off */
    (void)delete_key(client, two, reterr);
    if (!show_signing(client) || !show_refusals(client) || !show_limit(client) || !show_deletion(client))
        return eyelet_error_fill(reterr, EYELET_INTERNAL, "the demonstration has failed");
    puts("all is as it must be");
    return EYELET_OK;
}

struct command {
    const char *name;
    int n_arguments;
    enum eyelet_status (*run)(struct eyelet_client *client, char **arguments, struct eyelet_error *reterr);
};

static const struct command *find_command(int n_words, char **words)
{
    static const struct command all = { "", 0, run_all };
    static const struct command commands[] = {
        { "create", 1, run_create }, { "delete", 1, run_delete }, { "list", 0, run_list }, { "sign", 2, run_sign }
    };

    if (n_words == 0)
        return &all;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(words[0], commands[i].name) == 0 && n_words - 1 == commands[i].n_arguments)
            return &commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct eyelet_client_opts client_opts = { .connect_timeout_ms = TIMEOUT_MS };
    const bool has_address = argc > 1 && strstr(argv[1], "://");
    const int first = has_address ? 2 : 1;
    const struct command *command = find_command(argc - first, argv + first);
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    if (!command) {
        fputs("usage: parent_keys [ADDRESS] [create NAME | delete NAME | list | sign NAME TEXT]\n"
              "       (default: all of them, as a demonstration; " ADDRESS_DEFAULT ")\n",
              stderr);
        return 2;
    }
    status = eyelet_client_open(has_address ? argv[1] : ADDRESS_DEFAULT, &client_opts, &client, &error);
    if (status == EYELET_OK)
        status = command->run(client, argv + first + 1, &error);
    eyelet_client_close(client);

    if (status != EYELET_OK) {
        fprintf(stderr, "parent_keys: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
