/*
 * Client and server for small enclaves: nanopb messages, no malloc, no printf, no thread. All memory is a block that
 * the program gives, whose size the compiler works out; the library is eyelet::nano, libeyelet-nano.a, and what it
 * needs of libc are system calls and memcpy(). It speaks to every other peer of ttrpc.
 *
 *     static uint8_t memory[EYELET_NANO_SERVER_SIZE(4, 8, 16384, DEMO_ECHO_MESSAGE_SIZE)];
 *     const struct eyelet_nano_server_opts opts = {
 *         .connections_max = 4, .calls_max = 8, .frame_max = 16384, .message_size = DEMO_ECHO_MESSAGE_SIZE,
 *     };
 *
 *     status = eyelet_nano_server_init("vsock://any:5005", &opts, memory, sizeof(memory), &server, &error);
 *     if (status == EYELET_OK)
 *         status = demo_echo_add(server, &handlers, NULL, &error);
 *     if (status == EYELET_OK)
 *         status = eyelet_nano_server_run(server, &error);
 *     eyelet_nano_server_clear(server);
 *
 * eyelet_generate(BACKEND nanopb) writes the typed functions. Every string, bytes and repeated field needs a max_size
 * or max_count in the .options file beside the .proto file; what comes longer is refused, EYELET_INTERNAL. The struct
 * of a message has at most 64 KiB, 65,535 bytes.
 *
 * Threads: an object is for one thread, whichever; eyelet_nano_server_stop() alone may be called from a signal handler
 * or another thread.
 */
#ifndef EYELET_NANO_H
#define EYELET_NANO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pb.h>

#include <eyelet/address.h>
#include <eyelet/call_opts.h>
#include <eyelet/counters.h>
#include <eyelet/export.h>
#include <eyelet/kind.h>
#include <eyelet/metadata.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>

#if defined(PB_FIELD_32BIT)
#error "a message has at most 64 KiB, eyelet::nano is built without PB_FIELD_32BIT: send it in parts, as a stream"
#endif
#if defined(PB_WITHOUT_64BIT)
#error "eyelet::nano is built without PB_WITHOUT_64BIT: descriptors would not be the same"
#endif

EYELET_BEGIN_DECLS

struct eyelet_nano_call;
struct eyelet_nano_client;
struct eyelet_nano_pending;
struct eyelet_nano_server;
struct eyelet_nano_stream;

/* --- storage ------------------------------------------------------------------------------------------------------ */

#define EYELET_NANO_CONNECTIONS_DEFAULT 4u   /* DESIGN: a parent, and room for who comes while it reconnects */
#define EYELET_NANO_CONNECTIONS_MAX     256u /* HOSTILE limit "connections" */
#define EYELET_NANO_CALLS_DEFAULT       8u
#define EYELET_NANO_CALLS_MAX           1024u /* HOSTILE limit "in-flight streams", the most */
#define EYELET_NANO_FRAME_DEFAULT       16384u
#define EYELET_NANO_FRAME_MIN           4096u /* every error reply of ours fits into this */
#define EYELET_NANO_MESSAGE_DEFAULT     1024u
#define EYELET_NANO_SERVICES_MAX        8u /* services of one server */

/* What the objects in a block take, in bytes; src/nano/ asserts that they do. For the macros below alone. */
#define EYELET_NANO_ALIGN           16u
#define EYELET_NANO_SERVER_BASE     6144u
#define EYELET_NANO_CLIENT_BASE     7168u
#define EYELET_NANO_CONNECTION_BASE 512u
#define EYELET_NANO_SLOT_SIZE       32u   /* twice: a connection's table has up to twice as many places as calls */
#define EYELET_NANO_CALL_BASE       2560u /* with the error that it may end with */
#define EYELET_NANO_FRAME_ROOM      2304u /* beside a frame's data: its head, and an error reply behind it */

#define EYELET_NANO_ROUND(size) (((size) + EYELET_NANO_ALIGN - 1) / EYELET_NANO_ALIGN * EYELET_NANO_ALIGN)
#define EYELET_NANO_LINE_SIZE(calls, frame)                                                                            \
    (EYELET_NANO_CONNECTION_BASE + 2 * EYELET_NANO_SLOT_SIZE * (size_t)(calls) +                                       \
     2 * EYELET_NANO_ROUND((size_t)(frame) + EYELET_NANO_FRAME_ROOM))
#define EYELET_NANO_CALL_SIZE(frame)                                                                                   \
    (EYELET_NANO_CALL_BASE + EYELET_NANO_ROUND((size_t)(frame) + EYELET_NANO_FRAME_ROOM))

/**
 * EYELET_NANO_SERVER_SIZE() - bytes of memory for a server: a constant
 * @connections:  connections_max of its options
 * @calls:        calls_max
 * @frame:        frame_max; DEMO_ECHO_FRAME_SIZE, as generated, holds every request and reply, but no metadata beside
 *                the longest of them
 * @message:      message_size: DEMO_ECHO_MESSAGE_SIZE, as generated
 *
 * Of several services the larger numbers, EYELET_NANO_MAX(). With 4, 8, 16384 and 1024: 323 KiB.
 */
#define EYELET_NANO_SERVER_SIZE(connections, calls, frame, message)                                                    \
    (EYELET_NANO_ALIGN + EYELET_NANO_SERVER_BASE + (connections)*EYELET_NANO_LINE_SIZE(calls, frame) +                 \
     (calls)*EYELET_NANO_CALL_SIZE(frame) + EYELET_NANO_ROUND((size_t)(message)))

/* The larger of two: a constant. */
#define EYELET_NANO_MAX(a, b) ((a) > (b) ? (a) : (b))

/**
 * EYELET_NANO_CLIENT_SIZE() - bytes of memory for a client: a constant
 * @calls:    calls_max of its options
 * @streams:  streams_max
 * @frame:    frame_max
 */
#define EYELET_NANO_CLIENT_SIZE(calls, streams, frame)                                                                 \
    (EYELET_NANO_ALIGN + EYELET_NANO_CLIENT_BASE + EYELET_NANO_LINE_SIZE((calls) + (streams), frame) +                 \
     (calls)*EYELET_NANO_CALL_BASE + (streams)*EYELET_NANO_CALL_SIZE(frame))

/* --- server ------------------------------------------------------------------------------------------------------- */

/**
 * struct eyelet_nano_server_opts - how a server behaves; zero means the default
 * @is_enclave:           refuse vsock peers with CID 1 or this machine's own: nobody but the parent has business here
 * @wipe:                 overwrite what was in this memory of requests and replies as soon as it is of no more use
 * @connections_max:      default 4, at most 256; more are accepted and closed at once
 * @connections_per_cid_max: default: @connections_max, no share; of those above, how many one vsock CID may hold
 * @calls_max:            calls of all connections that are running, waiting or streams; default 8, at most 1,024. One
 *                        connection has no more than leave one for each of the others that may come. What comes beyond
 *                        is left unread; where that would stop a stream that a handler waits for it is refused,
 *                        EYELET_RESOURCE_EXHAUSTED
 * @frame_max:            longest frame data accepted and sent, in bytes; default 16 KiB, from 4 KiB to 16 MiB - 1. A
 *                        stream holds as much that its handler has not taken
 * @message_size:         bytes for one unpacked request and its reply; default 1,024
 * @backlog:              connections that wait to be accepted; default 128
 * @header_timeout_ms:    a frame's head must be complete so long after its first byte; default 5,000
 * @body_grace_ms:        after this, a frame's data must have come at @body_rate_min; default 5,000
 * @body_rate_min:        bytes per second; default 65,536
 * @write_stall_ms:       a peer that takes no byte of what waits for it for so long is closed; default 10,000
 * @call_timeout_ms:      deadline of a request that brings none; default 30,000
 * @call_timeout_max_ms:  longest deadline that a request may bring; default 300,000
 * @grace_ms:             after eyelet_nano_server_stop(), how long calls in flight may take, and answers to leave;
 *                        default 5,000
 * @accept:               asked for every new connection, before a byte is read; false closes it. NULL: all welcome
 * @accept_userdata:      handed to @accept
 * @on_broken:            told of every connection that this side refuses, or closes for what its peer did, at most 100
 *                        times per second; may be NULL. It and @accept may stop the server and do nothing else with it
 * @on_broken_userdata:   handed to @on_broken
 */
struct eyelet_nano_server_opts {
    bool is_enclave;
    bool wipe;
    uint32_t connections_max;
    uint32_t connections_per_cid_max;
    uint32_t calls_max;
    uint32_t frame_max;
    uint32_t message_size;
    uint32_t backlog;
    uint32_t header_timeout_ms;
    uint32_t body_grace_ms;
    uint32_t body_rate_min;
    uint32_t write_stall_ms;
    uint32_t call_timeout_ms;
    uint32_t call_timeout_max_ms;
    uint32_t grace_ms;
    bool (*accept)(const struct eyelet_peer *peer, void *userdata);
    void *accept_userdata;
    void (*on_broken)(const struct eyelet_peer *peer, const struct eyelet_error *why, void *userdata);
    void *on_broken_userdata;
};

/**
 * eyelet_nano_server_init() - listen
 * @address:  see <eyelet/address.h>
 * @opts:     may be NULL
 * @memory:   of any alignment and contents; the server's until eyelet_nano_server_clear(). It is touched as it is
 *            needed: a connection's buffers and a call's slot with the first that is one more at once than there were
 *            before, and from then on they are used again. A program that wants every page to be there from the start
 *            writes over it before
 * @size:     bytes in @memory, at least EYELET_NANO_SERVER_SIZE() of the options
 * @ret:      the server, which lies in @memory; set on success only
 * @reterr:   may be NULL
 *
 * From here on peers can connect; they are answered once it runs or is processed.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for an address, option or @size that makes no sense; all others as
 * eyelet_server_open() in <eyelet/server.h>.
 */
EYELET_API enum eyelet_status eyelet_nano_server_init(const char *address, const struct eyelet_nano_server_opts *opts,
                                                      void *memory, size_t size, struct eyelet_nano_server **ret,
                                                      struct eyelet_error *reterr);

/**
 * eyelet_nano_server_clear() - close everything; the memory is the caller's again
 * @server:  may be NULL; not from inside a handler
 */
EYELET_API void eyelet_nano_server_clear(struct eyelet_nano_server *server);

/**
 * eyelet_nano_server_run() - serve until eyelet_nano_server_stop()
 *
 * On a descriptor that is connected already (fd:// or systemd://) this serves that one connection and returns when it
 * has ended.
 *
 * Handlers run one after the other in the calling thread, those of a connection in the order of its requests, the
 * connections in turn. Where one waits for its stream, all connections are read and written meanwhile, but no other
 * handler runs. A peer that is slow, silent or stalled holds up nobody but a handler that sends to it. Answers leave
 * together where handlers are quick: one that is there may wait for the first that is not; behind that each leaves
 * before the next handler runs, for a while.
 *
 * Return: EYELET_OK after a stop, or after the only connection; EYELET_FAILED_PRECONDITION from inside a handler or
 * after it has stopped; EYELET_INTERNAL when the listening socket or epoll fails.
 */
EYELET_API enum eyelet_status eyelet_nano_server_run(struct eyelet_nano_server *server, struct eyelet_error *reterr);

/**
 * eyelet_nano_server_stop() - end it: from a handler, a signal handler or another thread, any number of times
 * @server:  may be NULL
 *
 * No new connection is accepted, a new request is answered with EYELET_UNAVAILABLE, calls in flight finish within
 * @grace_ms or end with EYELET_UNAVAILABLE, and run returns.
 */
EYELET_API void eyelet_nano_server_stop(struct eyelet_nano_server *server);

/*
 * A foreign event loop instead of run: wait until the descriptor is readable or the timeout is over, process, and ask
 * for the timeout again. The descriptor stays the same. Handlers run inside process, and those of streams wait there.
 */

/* eyelet_nano_server_fd() - to be polled for reading (POLLIN); still the server's. */
EYELET_API int eyelet_nano_server_fd(const struct eyelet_nano_server *server);

/* eyelet_nano_server_timeout_ms() - until the next deadline, rounded up; 0 with work to do, or over; -1 for none. */
EYELET_API int eyelet_nano_server_timeout_ms(const struct eyelet_nano_server *server);

/**
 * eyelet_nano_server_process() - accept, read, run handlers and write, without waiting but for handlers
 *
 * Return: as eyelet_nano_server_run(); EYELET_OK both while it serves and when it is over.
 */
EYELET_API enum eyelet_status eyelet_nano_server_process(struct eyelet_nano_server *server,
                                                         struct eyelet_error *reterr);

/* eyelet_nano_server_is_over() - has everything ended after a stop, or the only connection? */
EYELET_API bool eyelet_nano_server_is_over(const struct eyelet_nano_server *server);

/* eyelet_nano_server_address() - where it listens, printed; borrowed from @server. */
EYELET_API const char *eyelet_nano_server_address(const struct eyelet_nano_server *server);

/* eyelet_nano_server_get_counters() - what it has done so far. */
EYELET_API void eyelet_nano_server_get_counters(const struct eyelet_nano_server *server, struct eyelet_counters *ret);

/* --- a call, for its handler -------------------------------------------------------------------------------------- */

/**
 * eyelet_nano_call_fail() - end this call with an error: `return eyelet_nano_call_fail(call, EYELET_NOT_FOUND, "no
 * key");`
 * @status:  what the caller gets; EYELET_OK becomes EYELET_UNKNOWN
 * @format:  of the text that the caller gets. The conversions are printf's c, d, i, u, x, X, s and %, with h, l, ll, z,
 *           t or j, a width, the flags 0 and -, and a precision for s; there are no others, and at what is none of
 *           these the rest of the format is shown as it stands
 *
 * Return: @status, to be returned from the handler. A handler that returns a status without having called this gives
 * the caller that status with its name as text; one that has called this and returns EYELET_OK fails all the same.
 */
EYELET_API EYELET_MUST_USE enum eyelet_status eyelet_nano_call_fail(struct eyelet_nano_call *call,
                                                                    enum eyelet_status status, const char *format, ...)
    EYELET_PRINTF(3, 4);

/**
 * eyelet_nano_call_add_detail() - a google.protobuf.Any that travels with the error of this call
 *
 * Return: true; false when all details would be more than EYELET_ERROR_DETAILS_MAX bytes or @type_url is not UTF-8, and
 * this one is left out.
 */
EYELET_API bool eyelet_nano_call_add_detail(struct eyelet_nano_call *call, const char *type_url,
                                            struct eyelet_slice value);

/* eyelet_nano_call_peer() - who is calling, as at accept; valid as long as @call. */
EYELET_API const struct eyelet_peer *eyelet_nano_call_peer(const struct eyelet_nano_call *call);

/* eyelet_nano_call_service(), _method() - what is called: "demo.Echo" and "Say"; static. */
EYELET_API const char *eyelet_nano_call_service(const struct eyelet_nano_call *call);
EYELET_API const char *eyelet_nano_call_method(const struct eyelet_nano_call *call);

/* eyelet_nano_call_time_left_ms() - until the caller's deadline, rounded up; 0 only when it is over. */
EYELET_API uint32_t eyelet_nano_call_time_left_ms(const struct eyelet_nano_call *call);

/**
 * eyelet_nano_call_is_cancelled() - has nobody use for the answer any more?
 *
 * Looks at the clock and, without waiting, at the connection: for handlers that work long.
 */
EYELET_API bool eyelet_nano_call_is_cancelled(struct eyelet_nano_call *call);

/**
 * eyelet_nano_call_metadata() - look up a metadata value that came with the request
 * @key:    compared without case
 * @index:  0 for the first pair of that key, 1 for the second, in the order of arrival
 * @ret:    the value, borrowed as long as @call; not NUL-terminated
 *
 * Return: true when there is one. eyelet_nano_call_metadata_at() walks all pairs in the same way.
 */
EYELET_API bool eyelet_nano_call_metadata(const struct eyelet_nano_call *call, const char *key, size_t index,
                                          struct eyelet_slice *ret);
EYELET_API bool eyelet_nano_call_metadata_at(const struct eyelet_nano_call *call, size_t index,
                                             struct eyelet_slice *ret_key, struct eyelet_slice *ret_value);

/* --- client ------------------------------------------------------------------------------------------------------- */

/**
 * struct eyelet_nano_client_opts - how a client behaves; zero means the default
 * @reconnect:           open a lost connection again when the next call or stream needs it: until its deadline, and for
 *                       @connect_timeout_ms at most. What was in flight is never sent a second time. New connections
 *                       are at least 100 ms apart, twice as far each time while they bring no reply, up to 1 s. Not for
 *                       fd:// addresses
 * @wipe:                overwrite what was in this memory of requests and replies as soon as it is of no more use
 * @connect_timeout_ms:  for all attempts to connect together; default 30,000
 * @call_timeout_ms:     for a call that does not say; default 30,000
 * @calls_max:           unary calls in flight; default 8, at most 1,024
 * @streams_max:         streams that are open; default 0, at most 1,024
 * @frame_max:           longest frame data sent and accepted, in bytes; default 16 KiB, from 4 KiB to 16 MiB - 1. A
 *                       stream holds as much that the program has not taken; when that is full for a second while
 *                       others wait for the connection, it ends with EYELET_RESOURCE_EXHAUSTED
 */
struct eyelet_nano_client_opts {
    bool reconnect;
    bool wipe;
    uint32_t connect_timeout_ms;
    uint32_t call_timeout_ms;
    uint32_t calls_max;
    uint32_t streams_max;
    uint32_t frame_max;
};

/**
 * eyelet_nano_client_init() - connect to a service
 * @address:  see <eyelet/address.h>
 * @opts:     may be NULL
 * @memory:   of any alignment and contents; the client's until eyelet_nano_client_clear(); touched as a server's is
 * @size:     bytes in @memory, at least EYELET_NANO_CLIENT_SIZE() of the options
 * @ret:      the client, which lies in @memory; set on success only
 * @reterr:   may be NULL
 *
 * Tries again until the connect timeout is over. Return: as eyelet_client_open() in <eyelet/client.h>.
 */
EYELET_API enum eyelet_status eyelet_nano_client_init(const char *address, const struct eyelet_nano_client_opts *opts,
                                                      void *memory, size_t size, struct eyelet_nano_client **ret,
                                                      struct eyelet_error *reterr);

/**
 * eyelet_nano_client_clear() - end the connection; the memory is the caller's again
 * @client:  may be NULL; not from inside a function that it calls
 *
 * Functions of started calls are told EYELET_CANCELLED; streams and started calls are of no more use.
 */
EYELET_API void eyelet_nano_client_clear(struct eyelet_nano_client *client);

/* eyelet_nano_client_reconnect() - open a lost connection again, now; @timeout_ms 0 is connect_timeout_ms. */
EYELET_API enum eyelet_status eyelet_nano_client_reconnect(struct eyelet_nano_client *client, uint32_t timeout_ms,
                                                           struct eyelet_error *reterr);

/*
 * A foreign event loop: wait until the descriptor has one of the events or the timeout is over, then process; ask for
 * all three again after each process and each use of the client. Return: the connection's descriptor, still the
 * client's, -1 while it is lost; POLLIN, POLLOUT or both, 0 while it is lost or nothing is to be read; milliseconds
 * rounded up, 0 with work to do, -1 for none; EYELET_OK or EYELET_UNAVAILABLE while it is lost.
 */
EYELET_API int eyelet_nano_client_fd(const struct eyelet_nano_client *client);
EYELET_API short eyelet_nano_client_events(const struct eyelet_nano_client *client);
EYELET_API int eyelet_nano_client_timeout_ms(const struct eyelet_nano_client *client);
EYELET_API enum eyelet_status eyelet_nano_client_process(struct eyelet_nano_client *client,
                                                         struct eyelet_error *reterr);

/* eyelet_nano_client_get_counters() - what it has done so far. */
EYELET_API void eyelet_nano_client_get_counters(const struct eyelet_nano_client *client, struct eyelet_counters *ret);

/* eyelet_nano_pending_cancel() - give a started call up: its end is EYELET_CANCELLED; one that is over keeps its end.
 */
EYELET_API void eyelet_nano_pending_cancel(struct eyelet_nano_pending *pending);

/* eyelet_nano_pending_is_done() - would collecting it return without waiting? */
EYELET_API bool eyelet_nano_pending_is_done(const struct eyelet_nano_pending *pending);

/* eyelet_nano_stream_cancel() - give a stream up; the server's handler sees the end of this side. */
EYELET_API void eyelet_nano_stream_cancel(struct eyelet_nano_stream *stream);

/* Would receiving, or sending, return without waiting? For programs with an event loop, after process. */
EYELET_API bool eyelet_nano_stream_is_readable(const struct eyelet_nano_stream *stream);
EYELET_API bool eyelet_nano_stream_is_writable(const struct eyelet_nano_stream *stream);

/*
 * Calls, which generated functions make. A request is encoded before they return, and may go then; a reply goes to
 * memory that the caller gives, whose contents mean nothing after a failure. A call returns one of
 *
 *   EYELET_OK                  the reply is there
 *   EYELET_DEADLINE_EXCEEDED   time ran out, here or there; the client stays usable and drops the late answer
 *   EYELET_UNAVAILABLE         the connection is lost; or the server is stopping and did not take the call
 *   EYELET_RESOURCE_EXHAUSTED  the request, its metadata or the reply is over a limit, or as many calls or streams are
 *                              open as there is room for; the client stays usable
 *   EYELET_INVALID_ARGUMENT    metadata with a bad key or a request that cannot be encoded, nothing was sent; or from
 *                              the server
 *   EYELET_INTERNAL            the reply makes no sense or does not fit into its struct
 *   EYELET_CANCELLED           the call was given up, or the client is being cleared; or from the server
 *   any other                  from the server, struct eyelet_error says so in is_remote
 *
 * and error.may_have_executed tells whether the server may have run it.
 */

/* --- what generated code is made of ------------------------------------------------------------------------------- */

/* For a message of a service: nanopb's descriptors are of 16 bits, and its own sentence would ask for PB_FIELD_32BIT.
 */
#ifdef __cplusplus
#define EYELET_NANO_CHECK_MESSAGE(type, name)                                                                          \
    static_assert(sizeof(type) <= 65535, name " has more than 64 KiB: nanopb and eyelet::nano have no larger "         \
                                              "messages")
#else
#define EYELET_NANO_CHECK_MESSAGE(type, name)                                                                          \
    _Static_assert(sizeof(type) <= 65535, name " has more than 64 KiB: nanopb and eyelet::nano have no larger "        \
                                               "messages")
#endif

/**
 * struct eyelet_nano_method - one method of a generated service
 * @name:           the bare name of the .proto file, "Say"
 * @request_type:   nanopb's descriptor of the request's message
 * @reply_type:     the same of the reply's
 * @request_size:   bytes of the request's struct
 * @reply_size:     the same of the reply's
 * @reply_len_max:  bytes of the longest encoded reply
 * @kind:           what of it is a stream
 * @handle:         generated: calls the typed handler in @handlers; fails the call with EYELET_UNIMPLEMENTED when that
 *                  member is NULL. @request is NULL when the requests are a stream, @reply when the replies are
 */
struct eyelet_nano_method {
    const char *name;
    const pb_msgdesc_t *request_type;
    const pb_msgdesc_t *reply_type;
    uint32_t request_size;
    uint32_t reply_size;
    uint32_t reply_len_max;
    enum eyelet_kind kind;
    enum eyelet_status (*handle)(struct eyelet_nano_call *call, const void *handlers, const void *request, void *reply,
                                 void *userdata);
};

/**
 * struct eyelet_nano_service - one generated service; static and constant
 * @name:       full name in the .proto file, "demo.Echo"
 * @methods:    sorted by name, in the order of strcmp()
 * @n_methods:  number of methods
 */
struct eyelet_nano_service {
    const char *name;
    const struct eyelet_nano_method *methods;
    size_t n_methods;
};

/**
 * eyelet_nano_server_add_service() - let a server answer for a service
 * @service:   generated table; must outlive the server
 * @handlers:  the generated struct of handlers; must outlive the server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT when @handlers is NULL; EYELET_ALREADY_EXISTS when the server has a
 * service of that name; EYELET_FAILED_PRECONDITION from inside a handler; EYELET_RESOURCE_EXHAUSTED when message_size
 * is too small for a method of it, which the text names, or there are EYELET_NANO_SERVICES_MAX services.
 */
EYELET_API enum eyelet_status eyelet_nano_server_add_service(struct eyelet_nano_server *server,
                                                             const struct eyelet_nano_service *service,
                                                             const void *handlers, void *userdata,
                                                             struct eyelet_error *reterr);

/**
 * eyelet_nano_call_send(), eyelet_nano_call_recv() - a stream's messages, for a handler
 * @message:  packed before this returns
 * @ret:      set for a message, which lies in the server's memory until the next one is received or the call is over
 *
 * Both wait when they must, and never past the call's deadline. A message leaves before sending returns, as far as the
 * socket takes it. Return of sending: EYELET_OK; EYELET_INVALID_ARGUMENT for a message that cannot be encoded and
 * EYELET_RESOURCE_EXHAUSTED for one that is longer than frame_max, after which the call goes on; or why the call is
 * over: the handler should return. After an error from receiving it should, too: returned EYELET_OK becomes that error.
 */
EYELET_API enum eyelet_status eyelet_nano_call_send(struct eyelet_nano_call *call, const void *message);
EYELET_API enum eyelet_got eyelet_nano_call_recv(struct eyelet_nano_call *call, const void **ret);

/**
 * eyelet_nano_client_call() - one unary call
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the method's reply struct; its contents mean something on success only
 */
EYELET_API enum eyelet_status eyelet_nano_client_call(struct eyelet_nano_client *client,
                                                      const struct eyelet_nano_service *service,
                                                      const struct eyelet_nano_method *method,
                                                      const struct eyelet_call_opts *opts, const void *request,
                                                      void *reply, struct eyelet_error *reterr);

/**
 * eyelet_nano_tell_fn - generated, one for each unary method: casts @done back to the method's own type and calls it
 * @done:      the program's function, as eyelet_nano_client_start() got it; never NULL
 * @reply:     as eyelet_nano_client_start() got it; NULL on failure
 * @error:     on failure; NULL otherwise; valid until the return
 *
 * Called from process, from a call or another function of the client's or of one of its streams', or from clear, once.
 * It may use the client, but not clear it.
 */
typedef void (*eyelet_nano_tell_fn)(void (*done)(void), enum eyelet_status status, void *reply,
                                    const struct eyelet_error *error, void *userdata);

/**
 * eyelet_nano_client_start() - begin a unary call and do not wait
 * @reply:     the method's reply struct, which must stay until the call is over
 * @tell:      told of its end when @done is not NULL; never NULL itself
 * @done:      handed to @tell; NULL: the call is collected with eyelet_nano_client_collect(), and holds its place among
 *             calls_max until then
 * @ret:       the call; with @done valid until that is called. May be NULL when @done is not
 *
 * It waits for nothing: without a connection it fails with EYELET_UNAVAILABLE, and without room for the request with
 * EYELET_RESOURCE_EXHAUSTED.
 *
 * Return: EYELET_OK, and the end comes later; anything else, and @tell is not called.
 */
EYELET_API enum eyelet_status
eyelet_nano_client_start(struct eyelet_nano_client *client, const struct eyelet_nano_service *service,
                         const struct eyelet_nano_method *method, const struct eyelet_call_opts *opts,
                         const void *request, void *reply, eyelet_nano_tell_fn tell, void (*done)(void), void *userdata,
                         struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/* eyelet_nano_client_collect() - wait for the end of a call that was started without a function to be told. */
EYELET_API enum eyelet_status eyelet_nano_client_collect(struct eyelet_nano_pending *pending,
                                                         struct eyelet_error *reterr);

/**
 * eyelet_nano_client_open_stream() - begin a call of a method with a stream
 * @request:  for a method that takes one request; NULL for a stream of them
 * @ret:      the stream; ended with eyelet_nano_stream_close(); set on success only
 *
 * Return: EYELET_OK as soon as the request is on its way; EYELET_RESOURCE_EXHAUSTED when streams_max are open;
 * otherwise the statuses of a call.
 */
EYELET_API enum eyelet_status
eyelet_nano_client_open_stream(struct eyelet_nano_client *client, const struct eyelet_nano_service *service,
                               const struct eyelet_nano_method *method, const struct eyelet_call_opts *opts,
                               const void *request, struct eyelet_nano_stream **ret, struct eyelet_error *reterr);

/*
 * What <eyelet/service.h> says of eyelet_stream_send(), _end(), _recv() and _close(); a received message goes to
 * @message, the method's reply struct. A client that was processed before is taken for one with a loop, and opening,
 * sending and ending leave to that what the socket does not take at once, and what follows within 50 us: messages that
 * are sent in a row leave together.
 */
EYELET_API enum eyelet_status eyelet_nano_stream_send(struct eyelet_nano_stream *stream, const void *message,
                                                      struct eyelet_error *reterr);
EYELET_API enum eyelet_status eyelet_nano_stream_end(struct eyelet_nano_stream *stream, struct eyelet_error *reterr);
EYELET_API enum eyelet_got eyelet_nano_stream_recv(struct eyelet_nano_stream *stream, void *message,
                                                   struct eyelet_error *reterr);
EYELET_API struct eyelet_nano_stream *eyelet_nano_stream_close(struct eyelet_nano_stream *stream);

EYELET_END_DECLS

#endif
