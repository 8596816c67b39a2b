/*
 * A server of demo.Echo under test, of whichever library: the tests of this folder know nothing else of it. Each
 * library has an adapter, endpoint_<library>.c; a test is compiled once and linked with each of them.
 *
 * What a test starts listens on "server" in its folder, see support/folder.h, unless it says where; there is one at a
 * time. What must not happen here ends the program with a sentence, see support/live.h.
 */
#ifndef EYELET_TESTS_ENDPOINT_H
#define EYELET_TESTS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/counters.h>
#include <eyelet/kind.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>

/* --- what differs by nature --------------------------------------------------------------------------------------- */

/**
 * struct endpoint_traits - of the library
 * @frame_max:  the default of that option
 */
struct endpoint_traits {
    uint32_t frame_max;
};

extern const struct endpoint_traits endpoint_traits;

/* --- handlers ----------------------------------------------------------------------------------------------------- */

/* A call; what a handler may ask of it and do with it. */
struct endpoint_call;

/**
 * struct endpoint_handlers - what answers the calls; a member that is NULL is left out of the service
 * @say:    @ret is the reply, "" until it is set: @text, or what is there for as long as the test
 * @check:  asked before @say, see check_request of generated code
 */
struct endpoint_handlers {
    enum eyelet_status (*say)(struct endpoint_call *call, const char *text, const char **ret);
    enum eyelet_status (*count)(struct endpoint_call *call, int64_t limit);
    enum eyelet_status (*sum)(struct endpoint_call *call, int64_t *ret_sum, int64_t *ret_n_numbers);
    enum eyelet_status (*chat)(struct endpoint_call *call);
    enum eyelet_status (*check)(struct endpoint_call *call, const char *text);
};

enum eyelet_status endpoint_call_fail(struct endpoint_call *call, enum eyelet_status status, const char *text);
bool endpoint_call_add_detail(struct endpoint_call *call, const char *type_url, struct eyelet_slice value);
bool endpoint_call_is_cancelled(struct endpoint_call *call);
uint32_t endpoint_call_time_left_ms(const struct endpoint_call *call);
const struct eyelet_peer *endpoint_call_peer(const struct endpoint_call *call);
const char *endpoint_call_service(const struct endpoint_call *call);
const char *endpoint_call_method(const struct endpoint_call *call);
bool endpoint_call_metadata(const struct endpoint_call *call, const char *key, size_t index, struct eyelet_slice *ret);
bool endpoint_call_metadata_at(const struct endpoint_call *call, size_t index, struct eyelet_slice *ret_key,
                               struct eyelet_slice *ret_value);

/* Messages of streams: numbers of Count and Sum, texts of Chat; a text is valid until the next one. */
enum eyelet_status endpoint_call_send_number(struct endpoint_call *call, int64_t number);
enum eyelet_status endpoint_call_send_text(struct endpoint_call *call, const char *text);
enum eyelet_got endpoint_call_recv_number(struct endpoint_call *call, int64_t *ret);
enum eyelet_got endpoint_call_recv_text(struct endpoint_call *call, const char **ret);

/* --- life --------------------------------------------------------------------------------------------------------- */

/**
 * struct endpoint_opts - how it behaves; zero means the library's default
 * @address:    where it listens, if not in the folder
 * @on_broken:  told of each connection that it closes for what the peer did; @why is its text
 *
 * All others are the options of <eyelet/server.h> and <eyelet/nano.h> of that name.
 */
struct endpoint_opts {
    const char *address;
    bool is_enclave;
    bool wipe;
    uint32_t frame_max;
    uint32_t connections_max;
    uint32_t connections_per_cid_max;
    uint32_t calls_max;
    uint32_t header_timeout_ms;
    uint32_t body_grace_ms;
    uint32_t body_rate_min;
    uint32_t write_stall_ms;
    uint32_t call_timeout_ms;
    uint32_t call_timeout_max_ms;
    uint32_t grace_ms;
    bool (*accept)(const struct eyelet_peer *peer, void *userdata);
    void *accept_userdata;
    void (*on_broken)(const char *why);
};

/* @opts may be NULL. Return: why it does not open, with all released; EYELET_OK, and it listens. */
enum eyelet_status endpoint_open(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers,
                                 struct eyelet_error *reterr);

/* Runs what is open, here, until a stop. Return: what running it gave. */
enum eyelet_status endpoint_run(void);

/* Opens it, and runs it in a thread of its own. */
void endpoint_start(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers);

/* Tells it to stop: from any thread, a handler or a signal handler. */
void endpoint_stop(void);

/* Waits until the thread has ended, which something must have told it to, and closes. Return: what running it gave. */
enum eyelet_status endpoint_join(void);

/* Closes what is open and has no thread. */
void endpoint_close(void);

/* The signal @number, for the thread. */
void endpoint_kill(int number);

/* --- counters ----------------------------------------------------------------------------------------------------- */

/*
 * Of what runs in a thread, and not while a handler waits at a gate. endpoint_await() looks until @is_so says so of
 * them.
 */
struct eyelet_counters endpoint_counters(void);
void endpoint_await(bool (*is_so)(const struct eyelet_counters *counters));

#endif
