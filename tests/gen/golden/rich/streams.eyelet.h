/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/streams.proto
 */
#ifndef EYELET_GENERATED_rich_2fstreams_H
#define EYELET_GENERATED_rich_2fstreams_H

#include <eyelet/service.h>

#include "rich/streams.pb-c.h"

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of Acme.streams.Hall? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_acme_streams_hall;
#if defined(__GNUC__)
static const char *const backend_of_acme_streams_hall __attribute__((__used__)) = &protobuf_c_makes_acme_streams_hall;
#endif

/**
 * struct acme_streams_hall_handlers - what answers the calls of Acme.streams.Hall
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_streams_hall_handlers {
    /*
     * Behind the line, and * / not at its end.
     *
     * Sends its replies with acme_streams_hall_new__call_send().
     */
    enum eyelet_status (*new_)(struct eyelet_call *call, const Google__Protobuf__Empty *request, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_delete__call_recv().
     */
    enum eyelet_status (*delete_)(struct eyelet_call *call, Google__Protobuf__Empty *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_union__call_recv().
     * Sends its replies with acme_streams_hall_union__call_send().
     */
    enum eyelet_status (*union_)(struct eyelet_call *call, void *userdata);

    /*
     * Names that begin like those of a stream's functions, and end like them.
     */
    enum eyelet_status (*get)(struct eyelet_call *call, const Acme__Streams__Item *request,
        Acme__Streams__Item *reply, void *userdata);

    /*
     * Sends its replies with acme_streams_hall_get_stream_call_send().
     */
    enum eyelet_status (*get_stream)(struct eyelet_call *call, const Acme__Streams__Item *request, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_open_call_recv().
     * Sends its replies with acme_streams_hall_open_call_send().
     */
    enum eyelet_status (*open)(struct eyelet_call *call, void *userdata);

    enum eyelet_status (*stream__open)(struct eyelet_call *call, const Acme__Streams__Item *request,
        Acme__Streams__Item *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_call_send_call_recv().
     */
    enum eyelet_status (*call_send)(struct eyelet_call *call, Acme__Streams__Item *reply, void *userdata);

    enum eyelet_status (*start)(struct eyelet_call *call, const Acme__Streams__Item *request,
        Acme__Streams__Item *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service acme_streams_hall_service;

/**
 * acme_streams_hall_add() - let a server answer for Acme.streams.Hall
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_add(struct eyelet_server *server,
    const struct acme_streams_hall_handlers *handlers, void *userdata);

/**
 * acme_streams_hall_new__call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_new__call_send(struct eyelet_call *call,
    const BoxCo__V1__Box__Part *message);

struct acme_streams_hall_new__stream;

/**
 * acme_streams_hall_new__open() - begin a call of New of Acme.streams.Hall: one request and then many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the stream; ended with acme_streams_hall_new__close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Behind the line, and * / not at its end.
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_new__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, struct acme_streams_hall_new__stream **ret, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_new__recv(struct acme_streams_hall_new__stream *stream,
    BoxCo__V1__Box__Part **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_new__cancel(struct acme_streams_hall_new__stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_new__base(struct acme_streams_hall_new__stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_new__stream *acme_streams_hall_new__close(struct acme_streams_hall_new__stream *stream);

/**
 * acme_streams_hall_delete__call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_hall_delete__call_recv(struct eyelet_call *call,
    const BoxCo__V1__Box **ret);

struct acme_streams_hall_delete__stream;

/**
 * acme_streams_hall_delete__open() - begin a call of Delete of Acme.streams.Hall: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_delete__close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_delete__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_delete__stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_hall_delete__send(struct acme_streams_hall_delete__stream *stream,
    const BoxCo__V1__Box *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_hall_delete__end(struct acme_streams_hall_delete__stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_delete__recv(struct acme_streams_hall_delete__stream *stream,
    Google__Protobuf__Empty **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_delete__cancel(struct acme_streams_hall_delete__stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_delete__base(struct acme_streams_hall_delete__stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_delete__stream *acme_streams_hall_delete__close(struct acme_streams_hall_delete__stream *stream);

/**
 * acme_streams_hall_union__call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_union__call_send(struct eyelet_call *call,
    const BoxCo__V1__Box *message);

/**
 * acme_streams_hall_union__call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_hall_union__call_recv(struct eyelet_call *call,
    const BoxCo__V1__Box__Part **ret);

struct acme_streams_hall_union__stream;

/**
 * acme_streams_hall_union__open() - begin a call of Union of Acme.streams.Hall: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_union__close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_union__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_union__stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_hall_union__send(struct acme_streams_hall_union__stream *stream,
    const BoxCo__V1__Box__Part *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_hall_union__end(struct acme_streams_hall_union__stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_union__recv(struct acme_streams_hall_union__stream *stream,
    BoxCo__V1__Box **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_union__cancel(struct acme_streams_hall_union__stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_union__base(struct acme_streams_hall_union__stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_union__stream *acme_streams_hall_union__close(struct acme_streams_hall_union__stream *stream);

/**
 * acme_streams_hall_get() - call Get of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Names that begin like those of a stream's functions, and end like them.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_get(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_get_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_get_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_get_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_get_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_stream_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_get_stream_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message);

struct acme_streams_hall_get_stream_stream;

/**
 * acme_streams_hall_get_stream_open() - begin a call of GetStream of Acme.streams.Hall: one request and then many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the stream; ended with acme_streams_hall_get_stream_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_get_stream_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, struct acme_streams_hall_get_stream_stream **ret, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_get_stream_recv(struct acme_streams_hall_get_stream_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_get_stream_cancel(struct acme_streams_hall_get_stream_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_get_stream_base(struct acme_streams_hall_get_stream_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_get_stream_stream *acme_streams_hall_get_stream_close(struct acme_streams_hall_get_stream_stream *stream);

/**
 * acme_streams_hall_open_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_open_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message);

/**
 * acme_streams_hall_open_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_hall_open_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret);

struct acme_streams_hall_open_stream;

/**
 * acme_streams_hall_open_open() - begin a call of Open of Acme.streams.Hall: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_open_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_open_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_open_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_hall_open_send(struct acme_streams_hall_open_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_hall_open_end(struct acme_streams_hall_open_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_open_recv(struct acme_streams_hall_open_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_open_cancel(struct acme_streams_hall_open_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_open_base(struct acme_streams_hall_open_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_open_stream *acme_streams_hall_open_close(struct acme_streams_hall_open_stream *stream);

/**
 * acme_streams_hall_stream__open() - call Stream_Open of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_stream__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_stream__open_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_stream__open_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_stream__open_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_stream__open_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_stream__open_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_stream__open_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr);

/**
 * acme_streams_hall_call_send_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_hall_call_send_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret);

struct acme_streams_hall_call_send_stream;

/**
 * acme_streams_hall_call_send_open() - begin a call of CallSend of Acme.streams.Hall: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_call_send_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_call_send_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_call_send_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_hall_call_send_send(struct acme_streams_hall_call_send_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_hall_call_send_end(struct acme_streams_hall_call_send_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_hall_call_send_recv(struct acme_streams_hall_call_send_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_hall_call_send_cancel(struct acme_streams_hall_call_send_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_hall_call_send_base(struct acme_streams_hall_call_send_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_hall_call_send_stream *acme_streams_hall_call_send_close(struct acme_streams_hall_call_send_stream *stream);

/**
 * acme_streams_hall_start() - call Start of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_start_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_start_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_hall_start_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_start_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_start_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_start_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Acme.streams.Streams? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_acme_streams_streams;
#if defined(__GNUC__)
static const char *const backend_of_acme_streams_streams __attribute__((__used__)) = &protobuf_c_makes_acme_streams_streams;
#endif

/**
 * struct acme_streams_streams_handlers - what answers the calls of Acme.streams.Streams
 *
 * Nothing in here has a request that can be looked at before the handler.
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_streams_streams_handlers {
    /*
     * Receives its requests with acme_streams_streams_sum_call_recv().
     */
    enum eyelet_status (*sum)(struct eyelet_call *call, Acme__Streams__Item *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_streams_chat_call_recv().
     * Sends its replies with acme_streams_streams_chat_call_send().
     */
    enum eyelet_status (*chat)(struct eyelet_call *call, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service acme_streams_streams_service;

/**
 * acme_streams_streams_add() - let a server answer for Acme.streams.Streams
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_streams_add(struct eyelet_server *server,
    const struct acme_streams_streams_handlers *handlers, void *userdata);

/**
 * acme_streams_streams_sum_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_streams_sum_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret);

struct acme_streams_streams_sum_stream;

/**
 * acme_streams_streams_sum_open() - begin a call of Sum of Acme.streams.Streams: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_streams_sum_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_streams_sum_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_sum_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_streams_sum_send(struct acme_streams_streams_sum_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_streams_sum_end(struct acme_streams_streams_sum_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_streams_sum_recv(struct acme_streams_streams_sum_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_streams_sum_cancel(struct acme_streams_streams_sum_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_streams_sum_base(struct acme_streams_streams_sum_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_streams_sum_stream *acme_streams_streams_sum_close(struct acme_streams_streams_sum_stream *stream);

/**
 * acme_streams_streams_chat_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_streams_chat_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message);

/**
 * acme_streams_streams_chat_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got acme_streams_streams_chat_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret);

struct acme_streams_streams_chat_stream;

/**
 * acme_streams_streams_chat_open() - begin a call of Chat of Acme.streams.Streams: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_streams_chat_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status acme_streams_streams_chat_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_chat_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status acme_streams_streams_chat_send(struct acme_streams_streams_chat_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status acme_streams_streams_chat_end(struct acme_streams_streams_chat_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got acme_streams_streams_chat_recv(struct acme_streams_streams_chat_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void acme_streams_streams_chat_cancel(struct acme_streams_streams_chat_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *acme_streams_streams_chat_base(struct acme_streams_streams_chat_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct acme_streams_streams_chat_stream *acme_streams_streams_chat_close(struct acme_streams_streams_chat_stream *stream);

EYELET_END_DECLS

#endif
