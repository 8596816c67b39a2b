/*
 * The parent's view of two enclaves, CIDs 16 and 17, that are virtual machines inside of this one: they are called
 * before they are there, called, fed, killed, started again and paused. One story: each test goes on where the last one
 * ended.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/eyelet.h>
#include <eyelet/vsock.h>

#include "support/faults.h"
#include "support/guest.h"
#include "vm/echo.h"
#include "vm/enclave.h"

#define CID_A 16u
#define CID_B 17u

#define BOOT_TIMEOUT_MS 200000
#define CALL_TIMEOUT_MS 20000
#define N_EARLY         3 /* attempts that failed before anything was started */
#define N_CALLS         1000
#define STREAM_LEN      ((size_t)64 << 20)
#define CHUNK_SIZE      ENCLAVE_RAW_CHUNK
#define NS_PER_MS       1000000
#define ADDRESS_CAP     64

static pid_t enclaves[2] = { -1, -1 }; /* of CID_A and CID_B */
static struct eyelet_client *clients[2];

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

static const char *address_of(uint32_t cid, uint32_t port)
{
    static _Thread_local char text[ADDRESS_CAP];

    snprintf(text, sizeof(text), "vsock://%u:%u", cid, port);
    return text;
}

static void boot(uint32_t cid)
{
    char text[16];
    pid_t pid;

    snprintf(text, sizeof(text), "%u", cid);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/boot-enclave", "/boot-enclave", text, (char *)NULL);
        _exit(127);
    }
    enclaves[cid - CID_A] = pid;
}

static void kill_enclave(uint32_t cid)
{
    pid_t *pid = &enclaves[cid - CID_A];

    if (*pid < 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = -1;
}

/* Fails the test where an enclave that should run has ended by itself. */
static void assert_runs(uint32_t cid)
{
    assert_int_equal(waitpid(enclaves[cid - CID_A], NULL, WNOHANG), 0);
}

static void assert_ok(enum eyelet_status status, const struct eyelet_error *error)
{
    if (status != EYELET_OK)
        fail_msg("%s: %s", eyelet_status_name(status), error->text);
}

static struct eyelet_client *open_client(uint32_t cid, uint32_t port, uint32_t timeout_ms)
{
    const struct eyelet_client_opts opts = { .connect_timeout_ms = timeout_ms, .call_timeout_ms = CALL_TIMEOUT_MS };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;

    assert_ok(eyelet_client_open(address_of(cid, port), &opts, &client, &error), &error);
    return client;
}

static void assert_echoes(struct eyelet_client *client, const char *text)
{
    struct eyelet_error error;
    char *answer = NULL;

    assert_ok(echo_ask(client, text, 0, &answer, &error), &error);
    assert_string_equal(answer, text);
    free(answer);
}

static void before_the_boot_there_is_no_such_machine(void **state)
{
    int r = eyelet_vsock_connect_with_max_attempts(CID_A, ENCLAVE_PORT, 1);

    (void)state;
    print_message("CID %u, not running: errno %d, %s\n", CID_A, -r, strerror(-r));
    assert_int_equal(r, -ENODEV);
}

/* A client as a parent's program has it: opened once, long before anybody is there. */
static void *open_early(void *userdata)
{
    struct eyelet_error *error = userdata;
    const struct eyelet_client_opts opts = { .connect_timeout_ms = BOOT_TIMEOUT_MS,
                                             .call_timeout_ms = CALL_TIMEOUT_MS };

    if (eyelet_client_open(address_of(CID_A, ENCLAVE_PORT), &opts, &clients[0], error) != EYELET_OK)
        clients[0] = NULL;
    return NULL;
}

/* Attempts one by one, every tenth of a second, until @cid answers; says how each ended. */
static int connect_one_by_one(uint32_t cid)
{
    const int64_t give_up_ms = now_ms() + BOOT_TIMEOUT_MS;
    unsigned n_no_device = 0, n_timed_out = 0, n_reset = 0;
    int r;

    do {
        r = eyelet_vsock_connect_with_max_attempts(cid, ENCLAVE_PORT, 1);
        n_no_device += r == -ENODEV;
        n_timed_out += r == -ETIMEDOUT;
        n_reset += r == -ECONNRESET;
        if (r < 0 && r != -ENODEV && r != -ETIMEDOUT && r != -ECONNRESET)
            break;
        if (r < 0)
            poll(NULL, 0, 100);
    } while (r < 0 && now_ms() < give_up_ms);
    print_message("CID %u, booting: %u times ENODEV, %u times ETIMEDOUT, %u times ECONNRESET, then %s\n", cid,
                  n_no_device, n_timed_out, n_reset, r < 0 ? strerror(-r) : "connected");
    assert_true(n_no_device + n_timed_out > 0);
    return r;
}

static void a_call_begun_before_the_boot_gets_through(void **state)
{
    const int64_t start_ms = now_ms();
    struct eyelet_error error = { 0 };
    pthread_t thread;
    int fd;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, open_early, &error), 0);
    while (faults_count(FAULT_CONNECT) < N_EARLY)
        sched_yield();
    boot(CID_A);
    boot(CID_B);
    fd = connect_one_by_one(CID_B);
    pthread_join(thread, NULL);
    assert_true(fd >= 0);
    assert_int_equal(eyelet_vsock_close(fd), 0);
    if (!clients[0])
        fail_msg("%s", error.text);
    assert_echoes(clients[0], "before the boot");
    print_message("CID %u: called %" PRId64 " ms after the first of at least %d attempts\n", CID_A, now_ms() - start_ms,
                  N_EARLY);
    assert_runs(CID_A);
    assert_runs(CID_B);
}

static void both_enclaves_answer_and_know_who_calls(void **state)
{
    struct eyelet_error error;

    (void)state;
    clients[1] = open_client(CID_B, ENCLAVE_PORT, BOOT_TIMEOUT_MS);
    for (uint32_t i = 0; i < 2; i++) {
        char *who = NULL;

        assert_echoes(clients[i], "hello, enclave");
        assert_ok(echo_ask(clients[i], ECHO_WHO, 0, &who, &error), &error);
        print_message("CID %u is called by %s\n", CID_A + i, who);
        assert_int_equal(strncmp(who, "vsock://2:", strlen("vsock://2:")), 0);
        free(who);
    }
}

static void a_thousand_calls_go_to_each(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        const int64_t start_ms = now_ms();

        for (unsigned k = 0; k < N_CALLS; k++)
            assert_echoes(clients[i], "again");
        print_message("CID %u: %u calls, %" PRId64 " us each\n", CID_A + i, N_CALLS, now_ms() - start_ms);
    }
}

/* The @at-th byte of the stream: no two chunks are alike. */
static uint8_t stream_byte(size_t at)
{
    return (uint8_t)(at * 31 + at / CHUNK_SIZE * 7);
}

static void *send_stream(void *userdata)
{
    const int fd = *(const int *)userdata;
    static uint8_t chunk[CHUNK_SIZE];
    int r = 0;

    for (size_t at = 0; r == 0 && at < STREAM_LEN; at += CHUNK_SIZE) {
        for (size_t i = 0; i < CHUNK_SIZE; i++)
            chunk[i] = stream_byte(at + i);
        r = eyelet_vsock_send(fd, chunk, CHUNK_SIZE, CHUNK_SIZE);
    }
    return r < 0 ? strerror(-r) : NULL;
}

static void assert_continues(const uint8_t *data, size_t len, size_t at)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != stream_byte(at + i))
            fail_msg("byte %zu is %u, not %u", at + i, data[i], stream_byte(at + i));
}

static void a_stream_of_64_mib_comes_back_as_it_went(void **state)
{
    const int64_t start_ms = now_ms();
    int fd = eyelet_vsock_connect(CID_B, ENCLAVE_RAW_PORT);
    size_t n = 0, n_receives = 0, len;
    pthread_t thread;
    void *data, *why;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(pthread_create(&thread, NULL, send_stream, &fd), 0);
    while (n < STREAM_LEN) {
        assert_int_equal(eyelet_vsock_receive(fd, STREAM_LEN, CHUNK_SIZE, &data, &len), 0);
        assert_true(len > 0 && len <= STREAM_LEN - n);
        assert_continues(data, len, n);
        free(data);
        n += len;
        n_receives++;
    }
    pthread_join(thread, &why);
    assert_null(why);
    assert_int_equal(eyelet_vsock_close(fd), 0);
    print_message("CID %u: %zu bytes there and back in %zu receives and %" PRId64 " ms\n", CID_B, n, n_receives,
                  now_ms() - start_ms);
}

static void the_accept_filter_refuses_this_cid(void **state)
{
    struct eyelet_client *client = open_client(CID_B, ENCLAVE_PICKY_PORT, CALL_TIMEOUT_MS);
    struct eyelet_error error;
    char *answer = NULL;
    enum eyelet_status status = echo_ask(client, "let me in", 0, &answer, &error);

    (void)state;
    assert_int_equal(status, EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    print_message("CID %u, port %d: %s: %s\n", CID_B, ENCLAVE_PICKY_PORT, eyelet_status_name(status), error.text);
    eyelet_client_close(client);
    assert_echoes(clients[1], "at the other port");
}

struct held_call {
    struct eyelet_client *client;
    enum eyelet_status status;
    struct eyelet_error error;
};

static void *make_held_call(void *userdata)
{
    struct held_call *call = userdata;
    char *answer = NULL;

    call->status = echo_ask(call->client, ECHO_HOLD, BOOT_TIMEOUT_MS, &answer, &call->error);
    free(answer);
    return NULL;
}

/* The witness says when the handler has the call; its connection is reset with the machine. */
static void an_enclave_killed_in_mid_call_may_have_executed_it(void **state)
{
    int witness = eyelet_vsock_connect(CID_A, ENCLAVE_WITNESS_PORT);
    struct held_call call = { .client = clients[0] };
    struct eyelet_error error;
    char *answer = NULL, byte;
    pthread_t thread;
    int r;

    (void)state;
    assert_true(witness >= 0);
    assert_int_equal(pthread_create(&thread, NULL, make_held_call, &call), 0);
    assert_int_equal(eyelet_vsock_receive_exact(witness, &byte, 1), 0);
    kill_enclave(CID_A);
    pthread_join(thread, NULL);
    print_message("CID %u, killed in mid-call: %s: %s\n", CID_A, eyelet_status_name(call.status), call.error.text);
    assert_int_equal(call.status, EYELET_UNAVAILABLE);
    assert_true(call.error.may_have_executed);
    assert_false(call.error.is_remote);

    r = eyelet_vsock_receive_exact(witness, &byte, 1);
    print_message("CID %u, killed: receive: errno %d, %s\n", CID_A, -r, strerror(-r));
    assert_true(r == -ECONNRESET || r == -ENODATA);
    eyelet_vsock_close(witness);
    r = eyelet_vsock_connect_with_max_attempts(CID_A, ENCLAVE_PORT, 1);
    print_message("CID %u, killed: connect: errno %d, %s\n", CID_A, -r, strerror(-r));
    assert_int_equal(r, -ENODEV);

    assert_int_equal(echo_ask(clients[0], "still there?", 0, &answer, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_echoes(clients[1], "the other one is");
}

static void an_enclave_started_again_is_reached_again(void **state)
{
    const int64_t start_ms = now_ms();

    (void)state;
    clients[0] = eyelet_client_close(clients[0]);
    boot(CID_A);
    clients[0] = open_client(CID_A, ENCLAVE_PORT, BOOT_TIMEOUT_MS);
    assert_echoes(clients[0], "welcome back");
    print_message("CID %u: started again, called after %u attempts and %" PRId64 " ms\n", CID_A,
                  faults_count(FAULT_CONNECT), now_ms() - start_ms);
    assert_true(faults_count(FAULT_CONNECT) > 1);
}

/* Nothing comes from a paused machine, not even a reset. On time is well before what was given to others. */
static void a_paused_enclave_costs_no_more_than_the_deadline(void **state)
{
    const struct eyelet_client_opts opts = { .connect_timeout_ms = 1000 };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    char *answer = NULL;
    int64_t start_ms, took_ms;
    int r;

    (void)state;
    assert_int_equal(kill(enclaves[1], SIGSTOP), 0);
    assert_int_equal(waitpid(enclaves[1], NULL, WUNTRACED), enclaves[1]);

    start_ms = now_ms();
    assert_int_equal(echo_ask(clients[1], "anybody?", 1000, &answer, &error), EYELET_DEADLINE_EXCEEDED);
    took_ms = now_ms() - start_ms;
    print_message("CID %u, paused: a call with 1000 ms ended after %" PRId64 " ms: %s\n", CID_B, took_ms, error.text);
    assert_true(error.may_have_executed);
    assert_in_range(took_ms, 1000, CALL_TIMEOUT_MS / 4);

    start_ms = now_ms();
    assert_int_equal(eyelet_client_open(address_of(CID_B, ENCLAVE_PORT), &opts, &client, &error),
                     EYELET_DEADLINE_EXCEEDED);
    took_ms = now_ms() - start_ms;
    print_message("CID %u, paused: connecting with 1000 ms ended after %" PRId64 " ms: %s\n", CID_B, took_ms,
                  error.text);
    assert_in_range(took_ms, 1000, CALL_TIMEOUT_MS / 4);
    r = eyelet_vsock_connect_with_max_attempts(CID_B, ENCLAVE_PORT, 1);
    print_message("CID %u, paused: connect: errno %d, %s\n", CID_B, -r, strerror(-r));
    assert_int_equal(r, -ETIMEDOUT);

    assert_int_equal(kill(enclaves[1], SIGCONT), 0);
    assert_echoes(clients[1], "going on");
}

static int end_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        eyelet_client_close(clients[i]);
        kill_enclave(CID_A + i);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(before_the_boot_there_is_no_such_machine, faults_setup),
        cmocka_unit_test_setup(a_call_begun_before_the_boot_gets_through, faults_setup),
        cmocka_unit_test_setup(both_enclaves_answer_and_know_who_calls, faults_setup),
        cmocka_unit_test_setup(a_thousand_calls_go_to_each, faults_setup),
        cmocka_unit_test_setup(a_stream_of_64_mib_comes_back_as_it_went, faults_setup),
        cmocka_unit_test_setup(the_accept_filter_refuses_this_cid, faults_setup),
        cmocka_unit_test_setup(an_enclave_killed_in_mid_call_may_have_executed_it, faults_setup),
        cmocka_unit_test_setup(an_enclave_started_again_is_reached_again, faults_setup),
        cmocka_unit_test_setup(a_paused_enclave_costs_no_more_than_the_deadline, faults_setup),
    };

    if (!guest_is_here()) {
        fputs("test_parent: runs in a virtual machine only: tests/run.sh vm-enclave\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests_name("parent", tests, NULL, end_all);
}
