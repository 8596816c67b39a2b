/*
 * A client of demo.Echo under test, of whichever library, and the raw peer at its other end, in one thread: what the
 * peer says is written before the client reads it. Each library has an adapter, dialer_<library>.c; a test is compiled
 * once and linked with each of them.
 *
 * There is one client at a time. What must not happen here ends the program with a sentence, see support/live.h.
 */
#ifndef EYELET_TESTS_CLIENT_H
#define EYELET_TESTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/call_opts.h>
#include <eyelet/counters.h>
#include <eyelet/kind.h>
#include <eyelet/status.h>

#define CLIENT_TEXT_MAX 16000 /* of a request or reply, in a frame of 16 KiB */

/* --- life --------------------------------------------------------------------------------------------------------- */

/**
 * struct client_opts - how it behaves; zero means the library's default; 16 calls and 8 streams are possible at least
 *
 * All are the options of <eyelet/client.h> and <eyelet/nano.h> of that name.
 */
struct client_opts {
    bool reconnect;
    bool wipe;
    uint32_t connect_timeout_ms;
    uint32_t call_timeout_ms;
    uint32_t frame_max;
    uint32_t calls_max;
};

/* @opts may be NULL. Return: why it does not open, with all released. Closing: nothing, when there is none. */
enum eyelet_status client_open(const char *address, const struct client_opts *opts, struct eyelet_error *reterr);
void client_close(void);

enum eyelet_status client_reconnect(uint32_t timeout_ms, struct eyelet_error *reterr);

/* What a foreign loop uses. */
int client_fd(void);
short client_events(void);
int client_timeout_ms(void);
enum eyelet_status client_process(struct eyelet_error *reterr);

struct eyelet_counters client_counters(void);

/* --- calls of Say ------------------------------------------------------------------------------------------------- */

/* @ret_text of @cap bytes may be NULL; it is written on success only, and so for all that follow. */
enum eyelet_status client_say(const struct eyelet_call_opts *opts, const char *text, char *ret_text, size_t cap,
                              struct eyelet_error *reterr);

struct client_pending;

/* @text and @error: one of them is NULL. */
typedef void (*client_done_fn)(enum eyelet_status status, const char *text, const struct eyelet_error *error,
                               void *userdata);

/* Started, to be told of if @done is not NULL, or to be collected. */
enum eyelet_status client_start(const struct eyelet_call_opts *opts, const char *text, client_done_fn done,
                                void *userdata, struct client_pending **ret, struct eyelet_error *reterr);
enum eyelet_status client_collect(struct client_pending *pending, char *ret_text, size_t cap,
                                  struct eyelet_error *reterr);
void client_cancel(struct client_pending *pending);
bool client_is_done(const struct client_pending *pending);

/* --- streams ------------------------------------------------------------------------------------------------------ */

enum client_method {
    CLIENT_COUNT,
    CLIENT_SUM,
    CLIENT_CHAT,
};

struct client_stream;

/* Opens a stream; @limit is Count's request. Closing takes NULL. */
enum eyelet_status client_stream_open(enum client_method method, const struct eyelet_call_opts *opts, int64_t limit,
                                      struct client_stream **ret, struct eyelet_error *reterr);
void client_stream_close(struct client_stream *stream);
void client_stream_cancel(struct client_stream *stream);

enum eyelet_status client_stream_send_text(struct client_stream *chat, const char *text, struct eyelet_error *reterr);
enum eyelet_status client_stream_send_number(struct client_stream *sum, int64_t number, struct eyelet_error *reterr);
enum eyelet_status client_stream_end(struct client_stream *stream, struct eyelet_error *reterr);

enum eyelet_got client_stream_recv_text(struct client_stream *chat, char *ret_text, size_t cap,
                                        struct eyelet_error *reterr);
enum eyelet_got client_stream_recv_number(struct client_stream *count, int64_t *ret, struct eyelet_error *reterr);
enum eyelet_got client_stream_recv_sum(struct client_stream *sum, int64_t *ret_sum, int64_t *ret_n_numbers,
                                       struct eyelet_error *reterr);

bool client_stream_is_readable(const struct client_stream *stream);
bool client_stream_is_writable(const struct client_stream *stream);

#endif
