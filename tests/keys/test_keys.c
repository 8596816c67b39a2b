/*
 * The example's key service as a process of its own, whose keys are known: what it answers, and what its memory holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/eyelet.h>
#include <nettle/hmac.h>

#include "keys.eyelet.h"
#include "keys/known.h"
#include "keys/memory.h"
#include "support/folder.h"

#define KEYS_MAX     64   /* enclave_nano_service.c */
#define FRAME_MAX    8192 /* the same */
#define NAME_LEN     32   /* keys.proto */
#define MESSAGE_LEN  4096 /* the same */
#define TIMEOUT_MS   20000
#define ADDRESS_CAP  256
#define HMAC_PAD_IN  0x36 /* RFC 2104 */
#define HMAC_PAD_OUT 0x5c

struct service {
    pid_t pid;
    char address[ADDRESS_CAP];
    struct eyelet_client *client;
};

static struct service service;

static struct eyelet_error last; /* of the call that failed last */

/* --- the service -------------------------------------------------------------------------------------------------- */

_Noreturn static void become_service(int out_fd, pid_t test)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    if (getppid() != test || dup2(out_fd, STDOUT_FILENO) < 0)
        _exit(126);
    execl(KEY_SERVICE, KEY_SERVICE, service.address, (char *)NULL);
    _exit(127);
}

static void expect_listening(int in_fd)
{
    char line[ADDRESS_CAP * 2] = "", wanted[ADDRESS_CAP * 2];
    FILE *file = fdopen(in_fd, "r");

    assert_non_null(file);
    snprintf(wanted, sizeof(wanted), "listening on %s\n", service.address);
    assert_non_null(fgets(line, sizeof(line), file));
    assert_string_equal(line, wanted);
    fclose(file);
}

static int start_service(void **state)
{
    const struct eyelet_client_opts opts = { .connect_timeout_ms = TIMEOUT_MS, .call_timeout_ms = TIMEOUT_MS };
    const pid_t test = getpid();
    int fds[2];

    if (folder_setup(state) < 0)
        return -1;
    snprintf(service.address, sizeof(service.address), "unix://%s", folder_path("keys"));
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    service.pid = fork();
    if (service.pid == 0)
        become_service(fds[1], test);
    close(fds[1]);
    expect_listening(fds[0]);
    return eyelet_client_open(service.address, &opts, &service.client, &last) == EYELET_OK ? 0 : -1;
}

static int end_service(void **state)
{
    service.client = eyelet_client_close(service.client);
    if (service.pid > 0) {
        kill(service.pid, SIGKILL);
        waitpid(service.pid, NULL, 0);
    }
    service.pid = 0;
    return folder_teardown(state);
}

/* Asks it to stop, and returns when main() has. */
static void stop_service(int signal_number)
{
    int status;

    assert_int_equal(kill(service.pid, signal_number), 0);
    assert_int_equal(waitpid(service.pid, &status, WUNTRACED), service.pid);
    assert_true(WIFSTOPPED(status));
}

static void expect_good_end(void)
{
    int status;

    assert_int_equal(kill(service.pid, SIGCONT), 0);
    assert_int_equal(waitpid(service.pid, &status, 0), service.pid);
    service.pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_SUCCESS);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static enum eyelet_status create_key(const char *name)
{
    Demo__CreateRequest request = DEMO__CREATE_REQUEST__INIT;
    Demo__CreateReply *reply = NULL;
    enum eyelet_status status;

    request.name = (char *)name; /* only read */
    status = demo_keys_create(service.client, NULL, &request, &reply, &last);
    if (status != EYELET_OK)
        return status;

    assert_non_null(reply->key);
    assert_string_equal(reply->key->name, name);
    assert_true(reply->key->created_s > 0);
    assert_true(reply->key->n_signed == 0);
    demo__create_reply__free_unpacked(reply, NULL);
    return status;
}

static enum eyelet_status sign_message(const char *name, const void *message, size_t len, uint8_t ret[KNOWN_SIZE])
{
    Demo__SignRequest request = DEMO__SIGN_REQUEST__INIT;
    Demo__SignReply *reply = NULL;
    enum eyelet_status status;

    request.name = (char *)name; /* only read, both */
    request.message = (ProtobufCBinaryData){ .len = len, .data = (uint8_t *)message };
    status = demo_keys_sign(service.client, NULL, &request, &reply, &last);
    if (status != EYELET_OK)
        return status;

    assert_int_equal(reply->signature.len, KNOWN_SIZE);
    memcpy(ret, reply->signature.data, KNOWN_SIZE);
    demo__sign_reply__free_unpacked(reply, NULL);
    return status;
}

static enum eyelet_status delete_key(const char *name)
{
    Demo__DeleteRequest request = DEMO__DELETE_REQUEST__INIT;
    Demo__DeleteReply *reply = NULL;
    enum eyelet_status status;

    request.name = (char *)name; /* only read */
    status = demo_keys_delete_(service.client, NULL, &request, &reply, &last);
    if (status == EYELET_OK)
        demo__delete_reply__free_unpacked(reply, NULL);
    return status;
}

/* The names and counts of all keys, each followed by a blank. */
static void list_keys(char *ret, size_t cap)
{
    const Demo__ListRequest request = DEMO__LIST_REQUEST__INIT;
    struct demo_keys_list_stream *stream;
    size_t used = 0;
    enum eyelet_got got;
    Demo__Key *key;

    assert_int_equal(demo_keys_list_open(service.client, NULL, &request, &stream, &last), EYELET_OK);
    ret[0] = '\0';
    while ((got = demo_keys_list_recv(stream, &key, &last)) == EYELET_GOT_MESSAGE) {
        assert_true(key->created_s > 0);
        used += (size_t)snprintf(ret + used, cap - used, "%s:%llu ", key->name, (unsigned long long)key->n_signed);
        assert_true(used < cap);
        demo__key__free_unpacked(key, NULL);
    }
    assert_int_equal(got, EYELET_GOT_END);
    demo_keys_list_close(stream);
}

static void assert_list(const char *wanted)
{
    char text[KEYS_MAX * (NAME_LEN + 8)];

    list_keys(text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void assert_refused(enum eyelet_status wanted, const char *part, enum eyelet_status status)
{
    if (status != wanted)
        fail_msg("%s instead of %s", eyelet_status_name(status), eyelet_status_name(wanted));
    assert_true(last.is_remote);
    assert_text_has(last.text, part);
}

static void assert_signs(const char *name, const char *message, const char *wanted)
{
    char text[2 * KNOWN_SIZE + 1];
    uint8_t signature[KNOWN_SIZE];

    assert_int_equal(sign_message(name, message, strlen(message), signature), EYELET_OK);
    for (size_t i = 0; i < KNOWN_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", signature[i]);
    assert_string_equal(text, wanted);
}

/* --- what it answers ---------------------------------------------------------------------------------------------- */

static void signatures_are_those_of_rfc_4231(void **state)
{
    (void)state;
    assert_int_equal(create_key("case-1"), EYELET_OK);
    assert_int_equal(create_key("case-2"), EYELET_OK);
    assert_signs("case-1", "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_signs("case-2", "what do ya want for nothing?",
                 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void a_signature_depends_on_key_and_message_alone(void **state)
{
    uint8_t first[KNOWN_SIZE], again[KNOWN_SIZE], of_nothing[KNOWN_SIZE], by_other[KNOWN_SIZE], by_new[KNOWN_SIZE];

    (void)state;
    assert_int_equal(create_key("a"), EYELET_OK);
    assert_int_equal(create_key("b"), EYELET_OK);
    assert_int_equal(sign_message("a", "text", 4, first), EYELET_OK);
    assert_int_equal(sign_message("a", "", 0, of_nothing), EYELET_OK);
    assert_int_equal(sign_message("b", "text", 4, by_other), EYELET_OK);
    assert_int_equal(sign_message("a", "text", 4, again), EYELET_OK);
    assert_memory_equal(first, again, KNOWN_SIZE);
    assert_memory_not_equal(first, of_nothing, KNOWN_SIZE);
    assert_memory_not_equal(first, by_other, KNOWN_SIZE);
    assert_list("a:3 b:1 ");

    assert_int_equal(delete_key("a"), EYELET_OK);
    assert_int_equal(create_key("a"), EYELET_OK);
    assert_list("a:0 b:1 ");
    assert_int_equal(sign_message("a", "text", 4, by_new), EYELET_OK);
    assert_memory_not_equal(first, by_new, KNOWN_SIZE);
}

static void a_key_that_is_there_stays_as_it_is(void **state)
{
    uint8_t before[KNOWN_SIZE], after[KNOWN_SIZE];

    (void)state;
    assert_int_equal(create_key("one"), EYELET_OK);
    assert_int_equal(sign_message("one", "text", 4, before), EYELET_OK);
    assert_refused(EYELET_ALREADY_EXISTS, "there is a key 'one' already", create_key("one"));
    assert_int_equal(sign_message("one", "text", 4, after), EYELET_OK);
    assert_memory_equal(before, after, KNOWN_SIZE);
    assert_list("one:2 ");
}

static void a_key_that_is_not_there_is_not_found(void **state)
{
    uint8_t signature[KNOWN_SIZE];

    (void)state;
    assert_list("");
    assert_refused(EYELET_NOT_FOUND, "there is no key 'one'", sign_message("one", "text", 4, signature));
    assert_refused(EYELET_NOT_FOUND, "there is no key 'one'", delete_key("one"));
    assert_int_equal(create_key("one"), EYELET_OK);
    assert_int_equal(delete_key("one"), EYELET_OK);
    assert_refused(EYELET_NOT_FOUND, "there is no key 'one'", sign_message("one", "text", 4, signature));
    assert_refused(EYELET_NOT_FOUND, "there is no key 'one'", delete_key("one"));
    assert_list("");
}

static void a_name_has_some_of_65_characters(void **state)
{
    static const char *const bad[] = { "", " ", "a b", "a/b", "a\n", "\xc3\xa9", "a:", "'" };
    uint8_t signature[KNOWN_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_refused(EYELET_INVALID_ARGUMENT, "a key's name has", create_key(bad[i]));
        assert_refused(EYELET_INVALID_ARGUMENT, "a key's name has", sign_message(bad[i], "text", 4, signature));
        assert_refused(EYELET_INVALID_ARGUMENT, "a key's name has", delete_key(bad[i]));
    }
    assert_int_equal(create_key("azAZ09._-"), EYELET_OK);
    assert_int_equal(create_key("azAZ09._-azAZ09._-azAZ09._-azAZ0"), EYELET_OK);
    assert_list("azAZ09._-:0 azAZ09._-azAZ09._-azAZ09._-azAZ0:0 ");
}

/* By the decoder, before a handler sees anything; the connection goes on. */
static void what_is_longer_than_declared_is_refused(void **state)
{
    static const char text[FRAME_MAX + 1];
    static const char name[] = "123456789-123456789-123456789-123";
    uint8_t signature[KNOWN_SIZE];

    (void)state;
    assert_int_equal(strlen(name), NAME_LEN + 1);
    assert_refused(EYELET_INTERNAL, "", create_key(name));
    assert_int_equal(create_key("one"), EYELET_OK);
    assert_int_equal(sign_message("one", text, MESSAGE_LEN, signature), EYELET_OK);
    assert_refused(EYELET_INTERNAL, "", sign_message("one", text, MESSAGE_LEN + 1, signature));
    assert_refused(EYELET_RESOURCE_EXHAUSTED, "", sign_message("one", text, FRAME_MAX + 1, signature));
    assert_list("one:1 ");
}

static const char *name_of(unsigned i)
{
    static char name[16];

    snprintf(name, sizeof(name), "key-%u", i);
    return name;
}

static void the_table_has_64_places_that_can_be_used_again(void **state)
{
    char wanted[KEYS_MAX * 16];
    size_t used = 0;

    (void)state;
    for (unsigned i = 0; i < KEYS_MAX; i++) {
        assert_int_equal(create_key(name_of(i)), EYELET_OK);
        used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%s:0 ", name_of(i));
    }
    assert_list(wanted);
    assert_refused(EYELET_RESOURCE_EXHAUSTED, "there are 64 keys, the most", create_key("one-more"));
    assert_refused(EYELET_ALREADY_EXISTS, "key-5", create_key("key-5"));
    assert_list(wanted);

    for (unsigned i = 0; i < KEYS_MAX; i++)
        assert_int_equal(delete_key(name_of(i)), EYELET_OK);
    assert_list("");
    assert_int_equal(create_key("one-more"), EYELET_OK);
    assert_list("one-more:0 ");
}

/* --- what its memory holds ---------------------------------------------------------------------------------------- */

/*
 * HMAC begins with the key, padded in two ways, and goes on with the hash's state behind each: who has the one has the
 * key, and who has the other can sign as well.
 */
struct traces {
    uint8_t padded_in[KNOWN_SIZE];
    uint8_t padded_out[KNOWN_SIZE];
    uint8_t state_in[KNOWN_SIZE];
    uint8_t state_out[KNOWN_SIZE];
};

static struct traces traces_of(const uint8_t key[KNOWN_SIZE])
{
    struct hmac_sha256_ctx context;
    struct traces traces;

    for (size_t i = 0; i < KNOWN_SIZE; i++) {
        traces.padded_in[i] = key[i] ^ HMAC_PAD_IN;
        traces.padded_out[i] = key[i] ^ HMAC_PAD_OUT;
    }
    hmac_sha256_set_key(&context, KNOWN_SIZE, key);
    memcpy(traces.state_in, context.inner.state, KNOWN_SIZE);
    memcpy(traces.state_out, context.outer.state, KNOWN_SIZE);
    return traces;
}

static void assert_key_is_there(unsigned n, unsigned times)
{
    struct traces traces;
    uint8_t key[KNOWN_SIZE];

    known_key(n, key);
    traces = traces_of(key);
    assert_int_equal(memory_count(service.pid, key, sizeof(key)), times * (KNOWN_SIZE / MEMORY_PIECE));
    assert_int_equal(memory_count(service.pid, &traces, sizeof(traces)), 0);
}

/* KNOWN_OTHER and the one behind it are named "a" and "b". */
static void create_two(void)
{
    uint8_t signature[KNOWN_SIZE];

    assert_int_equal(create_key("rfc-1"), EYELET_OK);
    assert_int_equal(create_key("rfc-2"), EYELET_OK);
    assert_int_equal(create_key("a"), EYELET_OK);
    assert_int_equal(create_key("b"), EYELET_OK);
    assert_int_equal(sign_message("a", "text", 4, signature), EYELET_OK);
    assert_int_equal(sign_message("b", "text", 4, signature), EYELET_OK);
    assert_key_is_there(KNOWN_OTHER, 1);
    assert_key_is_there(KNOWN_OTHER + 1, 1);
}

static void a_key_is_in_memory_once_and_after_its_deletion_nowhere(void **state)
{
    (void)state;
    create_two();
    assert_int_equal(delete_key("a"), EYELET_OK);
    assert_key_is_there(KNOWN_OTHER, 0);
    assert_key_is_there(KNOWN_OTHER + 1, 1);
}

static void a_message_and_its_signature_are_gone_when_the_next_call_is_answered(void **state)
{
    static const char secret[40] = "an invoice that is nobody else's concern";
    uint8_t signature[KNOWN_SIZE];

    (void)state;
    assert_int_equal(create_key("a"), EYELET_OK);
    assert_int_equal(sign_message("a", secret, sizeof(secret), signature), EYELET_OK);
    assert_list("a:1 "); /* an answer leaves before it is wiped; that of the next call leaves after */
    assert_int_equal(memory_count(service.pid, secret, sizeof(secret)), 0);
    assert_int_equal(memory_count(service.pid, signature, sizeof(signature)), 0);
}

static void ends_with_no_key_in_memory(int signal_number)
{
    create_two();
    stop_service(signal_number);
    assert_key_is_there(KNOWN_OTHER, 0);
    assert_key_is_there(KNOWN_OTHER + 1, 0);
    expect_good_end();
    assert_int_equal(access(folder_path("keys"), F_OK), -1);
    assert_int_equal(errno, ENOENT);
}

static void sigterm_ends_it_with_no_key_in_memory(void **state)
{
    (void)state;
    ends_with_no_key_in_memory(SIGTERM);
}

static void sigint_ends_it_with_no_key_in_memory(void **state)
{
    (void)state;
    ends_with_no_key_in_memory(SIGINT);
}

#define KEY_TEST(name) cmocka_unit_test_setup_teardown(name, start_service, end_service)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEY_TEST(signatures_are_those_of_rfc_4231),
        KEY_TEST(a_signature_depends_on_key_and_message_alone),
        KEY_TEST(a_key_that_is_there_stays_as_it_is),
        KEY_TEST(a_key_that_is_not_there_is_not_found),
        KEY_TEST(a_name_has_some_of_65_characters),
        KEY_TEST(what_is_longer_than_declared_is_refused),
        KEY_TEST(the_table_has_64_places_that_can_be_used_again),
        KEY_TEST(a_key_is_in_memory_once_and_after_its_deletion_nowhere),
        KEY_TEST(a_message_and_its_signature_are_gone_when_the_next_call_is_answered),
        KEY_TEST(sigterm_ends_it_with_no_key_in_memory),
        KEY_TEST(sigint_ends_it_with_no_key_in_memory),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
