/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/streams.proto
 */
#ifndef EYELET_GENERATED_rich_2fstreams_H
#define EYELET_GENERATED_rich_2fstreams_H

#include <eyelet/nano.h>

#include "rich/streams.pb.h"

#if defined(Acme_streams_Item)
#error "Acme.streams.Item must keep its name in C: mangle_names and package do not go with eyelet, see rich/streams.options"
#elif !defined(Acme_streams_Item_size)
#error "Acme.streams.Item has no fixed size; each of these needs one: Acme.streams.Item.data (bytes: max_size) in rich/streams.options"
#define Acme_streams_Item_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(Acme_streams_Item, "Acme.streams.Item");

#if defined(acme_parts_Box)
#error "acme.parts.Box must keep its name in C: mangle_names and package do not go with eyelet, see rich/parts.options"
#elif !defined(acme_parts_Box_size)
#error "acme.parts.Box has no fixed size; each of these needs one: acme.parts.Box.parts (repeated: max_count) in rich/parts.options, acme.parts.Box.Part.label (string: max_length) in rich/parts.options"
#define acme_parts_Box_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(acme_parts_Box, "acme.parts.Box");

#if defined(acme_parts_Box_Part)
#error "acme.parts.Box.Part must keep its name in C: mangle_names and package do not go with eyelet, see rich/parts.options"
#elif !defined(acme_parts_Box_Part_size)
#error "acme.parts.Box.Part has no fixed size; each of these needs one: acme.parts.Box.Part.label (string: max_length) in rich/parts.options"
#define acme_parts_Box_Part_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(acme_parts_Box_Part, "acme.parts.Box.Part");

#if defined(google_protobuf_Empty)
#error "google.protobuf.Empty must keep its name in C: mangle_names and package do not go with eyelet, see google/protobuf/empty.options"
#elif !defined(google_protobuf_Empty_size)
#error "google.protobuf.Empty has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define google_protobuf_Empty_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(google_protobuf_Empty, "google.protobuf.Empty");

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of Acme.streams.Hall? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_acme_streams_hall;
#if defined(__GNUC__)
static const char *const backend_of_acme_streams_hall __attribute__((__used__)) = &nanopb_makes_acme_streams_hall;
#endif

/**
 * struct acme_streams_hall_handlers - what answers the calls of Acme.streams.Hall
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_streams_hall_handlers {
    /*
     * Behind the line, and * / not at its end.
     *
     * Sends its replies with acme_streams_hall_new__call_send().
     */
    enum eyelet_status (*new_)(struct eyelet_nano_call *call, const google_protobuf_Empty *request, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_delete__call_recv().
     */
    enum eyelet_status (*delete_)(struct eyelet_nano_call *call, google_protobuf_Empty *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_union__call_recv().
     * Sends its replies with acme_streams_hall_union__call_send().
     */
    enum eyelet_status (*union_)(struct eyelet_nano_call *call, void *userdata);

    /*
     * Names that begin like those of a stream's functions, and end like them.
     */
    enum eyelet_status (*get)(struct eyelet_nano_call *call, const Acme_streams_Item *request,
        Acme_streams_Item *reply, void *userdata);

    /*
     * Sends its replies with acme_streams_hall_get_stream_call_send().
     */
    enum eyelet_status (*get_stream)(struct eyelet_nano_call *call, const Acme_streams_Item *request, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_open_call_recv().
     * Sends its replies with acme_streams_hall_open_call_send().
     */
    enum eyelet_status (*open)(struct eyelet_nano_call *call, void *userdata);

    enum eyelet_status (*stream__open)(struct eyelet_nano_call *call, const Acme_streams_Item *request,
        Acme_streams_Item *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_hall_call_send_call_recv().
     */
    enum eyelet_status (*call_send)(struct eyelet_nano_call *call, Acme_streams_Item *reply, void *userdata);

    enum eyelet_status (*start)(struct eyelet_nano_call *call, const Acme_streams_Item *request,
        Acme_streams_Item *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     *
     * @type says which message it is; nanopb calls it x_fields.
     */
    enum eyelet_status (*check_request)(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
        void *userdata);
};

extern const struct eyelet_nano_service acme_streams_hall_service;

/**
 * acme_streams_hall_add() - let a server answer for Acme.streams.Hall
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_add(struct eyelet_nano_server *server,
    const struct acme_streams_hall_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of Acme.streams.Hall and its reply: message_size of a server's options. */
union acme_streams_hall_messages {
    unsigned char new_[EYELET_NANO_ROUND(sizeof(google_protobuf_Empty)) +
        EYELET_NANO_ROUND(sizeof(acme_parts_Box_Part))];
    unsigned char delete_[EYELET_NANO_ROUND(sizeof(acme_parts_Box)) +
        EYELET_NANO_ROUND(sizeof(google_protobuf_Empty))];
    unsigned char union_[EYELET_NANO_ROUND(sizeof(acme_parts_Box_Part)) +
        EYELET_NANO_ROUND(sizeof(acme_parts_Box))];
    unsigned char get[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char get_stream[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char open[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char stream__open[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char call_send[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char start[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
};
#define ACME_STREAMS_HALL_MESSAGE_SIZE (sizeof(union acme_streams_hall_messages))

/*
 * Bytes of the longest frame of Acme.streams.Hall, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_acme_streams_hall {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char new__request[41 + google_protobuf_Empty_size];
    unsigned char new__reply[6 + acme_parts_Box_Part_size];
    unsigned char delete__request[44 + acme_parts_Box_size];
    unsigned char delete__reply[6 + google_protobuf_Empty_size];
    unsigned char union__request[43 + acme_parts_Box_Part_size];
    unsigned char union__reply[6 + acme_parts_Box_size];
    unsigned char get_request[41 + Acme_streams_Item_size];
    unsigned char get_reply[6 + Acme_streams_Item_size];
    unsigned char get_stream_request[47 + Acme_streams_Item_size];
    unsigned char get_stream_reply[6 + Acme_streams_Item_size];
    unsigned char open_request[42 + Acme_streams_Item_size];
    unsigned char open_reply[6 + Acme_streams_Item_size];
    unsigned char stream__open_request[49 + Acme_streams_Item_size];
    unsigned char stream__open_reply[6 + Acme_streams_Item_size];
    unsigned char call_send_request[46 + Acme_streams_Item_size];
    unsigned char call_send_reply[6 + Acme_streams_Item_size];
    unsigned char start_request[43 + Acme_streams_Item_size];
    unsigned char start_reply[6 + Acme_streams_Item_size];
};
#define ACME_STREAMS_HALL_FRAME_SIZE (sizeof(union frames_of_acme_streams_hall))

/**
 * acme_streams_hall_new__call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_new__call_send(struct eyelet_nano_call *call,
    const acme_parts_Box_Part *message);

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
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_new__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, struct acme_streams_hall_new__stream **ret, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_new__recv(struct acme_streams_hall_new__stream *stream,
    acme_parts_Box_Part *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_new__cancel(struct acme_streams_hall_new__stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_new__base(struct acme_streams_hall_new__stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_new__stream *acme_streams_hall_new__close(struct acme_streams_hall_new__stream *stream);

/**
 * acme_streams_hall_delete__call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_hall_delete__call_recv(struct eyelet_nano_call *call,
    const acme_parts_Box **ret);

struct acme_streams_hall_delete__stream;

/**
 * acme_streams_hall_delete__open() - begin a call of Delete of Acme.streams.Hall: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_delete__close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_delete__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_delete__stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_hall_delete__send(struct acme_streams_hall_delete__stream *stream,
    const acme_parts_Box *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_hall_delete__end(struct acme_streams_hall_delete__stream *stream, struct eyelet_error *reterr);

/* Waits for the reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_delete__recv(struct acme_streams_hall_delete__stream *stream,
    google_protobuf_Empty *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_delete__cancel(struct acme_streams_hall_delete__stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_delete__base(struct acme_streams_hall_delete__stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_delete__stream *acme_streams_hall_delete__close(struct acme_streams_hall_delete__stream *stream);

/**
 * acme_streams_hall_union__call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_union__call_send(struct eyelet_nano_call *call,
    const acme_parts_Box *message);

/**
 * acme_streams_hall_union__call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_hall_union__call_recv(struct eyelet_nano_call *call,
    const acme_parts_Box_Part **ret);

struct acme_streams_hall_union__stream;

/**
 * acme_streams_hall_union__open() - begin a call of Union of Acme.streams.Hall: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_union__close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_union__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_union__stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_hall_union__send(struct acme_streams_hall_union__stream *stream,
    const acme_parts_Box_Part *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_hall_union__end(struct acme_streams_hall_union__stream *stream, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_union__recv(struct acme_streams_hall_union__stream *stream,
    acme_parts_Box *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_union__cancel(struct acme_streams_hall_union__stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_union__base(struct acme_streams_hall_union__stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_union__stream *acme_streams_hall_union__close(struct acme_streams_hall_union__stream *stream);

/**
 * acme_streams_hall_get() - call Get of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Names that begin like those of a stream's functions, and end like them.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_get(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_get_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_get_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_get_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_get_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_streams_hall_get_stream_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_get_stream_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message);

struct acme_streams_hall_get_stream_stream;

/**
 * acme_streams_hall_get_stream_open() - begin a call of GetStream of Acme.streams.Hall: one request and then many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the stream; ended with acme_streams_hall_get_stream_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_get_stream_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, struct acme_streams_hall_get_stream_stream **ret, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_get_stream_recv(struct acme_streams_hall_get_stream_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_get_stream_cancel(struct acme_streams_hall_get_stream_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_get_stream_base(struct acme_streams_hall_get_stream_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_get_stream_stream *acme_streams_hall_get_stream_close(struct acme_streams_hall_get_stream_stream *stream);

/**
 * acme_streams_hall_open_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_open_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message);

/**
 * acme_streams_hall_open_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_hall_open_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret);

struct acme_streams_hall_open_stream;

/**
 * acme_streams_hall_open_open() - begin a call of Open of Acme.streams.Hall: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_open_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_open_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_open_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_hall_open_send(struct acme_streams_hall_open_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_hall_open_end(struct acme_streams_hall_open_stream *stream, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_open_recv(struct acme_streams_hall_open_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_open_cancel(struct acme_streams_hall_open_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_open_base(struct acme_streams_hall_open_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_open_stream *acme_streams_hall_open_close(struct acme_streams_hall_open_stream *stream);

/**
 * acme_streams_hall_stream__open() - call Stream_Open of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_stream__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr);

/**
 * acme_streams_hall_stream__open_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_stream__open_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_stream__open_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_stream__open_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_stream__open_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_stream__open_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_streams_hall_call_send_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_hall_call_send_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret);

struct acme_streams_hall_call_send_stream;

/**
 * acme_streams_hall_call_send_open() - begin a call of CallSend of Acme.streams.Hall: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_hall_call_send_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_call_send_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_call_send_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_hall_call_send_send(struct acme_streams_hall_call_send_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_hall_call_send_end(struct acme_streams_hall_call_send_stream *stream, struct eyelet_error *reterr);

/* Waits for the reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_hall_call_send_recv(struct acme_streams_hall_call_send_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_hall_call_send_cancel(struct acme_streams_hall_call_send_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_hall_call_send_base(struct acme_streams_hall_call_send_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_hall_call_send_stream *acme_streams_hall_call_send_close(struct acme_streams_hall_call_send_stream *stream);

/**
 * acme_streams_hall_start() - call Start of Acme.streams.Hall
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr);

/**
 * acme_streams_hall_start_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_streams_hall_start_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_hall_start_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_streams_hall_start_collect() - wait for the end of such a call
 * @pending:  what acme_streams_hall_start_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_streams_hall_start_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Acme.streams.Streams? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_acme_streams_streams;
#if defined(__GNUC__)
static const char *const backend_of_acme_streams_streams __attribute__((__used__)) = &nanopb_makes_acme_streams_streams;
#endif

/**
 * struct acme_streams_streams_handlers - what answers the calls of Acme.streams.Streams
 *
 * Nothing in here has a request that can be looked at before the handler.
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_streams_streams_handlers {
    /*
     * Receives its requests with acme_streams_streams_sum_call_recv().
     */
    enum eyelet_status (*sum)(struct eyelet_nano_call *call, Acme_streams_Item *reply, void *userdata);

    /*
     * Receives its requests with acme_streams_streams_chat_call_recv().
     * Sends its replies with acme_streams_streams_chat_call_send().
     */
    enum eyelet_status (*chat)(struct eyelet_nano_call *call, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     *
     * @type says which message it is; nanopb calls it x_fields.
     */
    enum eyelet_status (*check_request)(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
        void *userdata);
};

extern const struct eyelet_nano_service acme_streams_streams_service;

/**
 * acme_streams_streams_add() - let a server answer for Acme.streams.Streams
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_streams_add(struct eyelet_nano_server *server,
    const struct acme_streams_streams_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of Acme.streams.Streams and its reply: message_size of a server's options. */
union acme_streams_streams_messages {
    unsigned char sum[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
    unsigned char chat[EYELET_NANO_ROUND(sizeof(Acme_streams_Item)) +
        EYELET_NANO_ROUND(sizeof(Acme_streams_Item))];
};
#define ACME_STREAMS_STREAMS_MESSAGE_SIZE (sizeof(union acme_streams_streams_messages))

/*
 * Bytes of the longest frame of Acme.streams.Streams, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_acme_streams_streams {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char sum_request[44 + Acme_streams_Item_size];
    unsigned char sum_reply[6 + Acme_streams_Item_size];
    unsigned char chat_request[45 + Acme_streams_Item_size];
    unsigned char chat_reply[6 + Acme_streams_Item_size];
};
#define ACME_STREAMS_STREAMS_FRAME_SIZE (sizeof(union frames_of_acme_streams_streams))

/**
 * acme_streams_streams_sum_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_streams_sum_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret);

struct acme_streams_streams_sum_stream;

/**
 * acme_streams_streams_sum_open() - begin a call of Sum of Acme.streams.Streams: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_streams_sum_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_streams_sum_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_sum_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_streams_sum_send(struct acme_streams_streams_sum_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_streams_sum_end(struct acme_streams_streams_sum_stream *stream, struct eyelet_error *reterr);

/* Waits for the reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_streams_sum_recv(struct acme_streams_streams_sum_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_streams_sum_cancel(struct acme_streams_streams_sum_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_streams_sum_base(struct acme_streams_streams_sum_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_streams_sum_stream *acme_streams_streams_sum_close(struct acme_streams_streams_sum_stream *stream);

/**
 * acme_streams_streams_chat_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_streams_chat_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message);

/**
 * acme_streams_streams_chat_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got acme_streams_streams_chat_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret);

struct acme_streams_streams_chat_stream;

/**
 * acme_streams_streams_chat_open() - begin a call of Chat of Acme.streams.Streams: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with acme_streams_streams_chat_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status acme_streams_streams_chat_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_chat_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status acme_streams_streams_chat_send(struct acme_streams_streams_chat_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status acme_streams_streams_chat_end(struct acme_streams_streams_chat_stream *stream, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got acme_streams_streams_chat_recv(struct acme_streams_streams_chat_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void acme_streams_streams_chat_cancel(struct acme_streams_streams_chat_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *acme_streams_streams_chat_base(struct acme_streams_streams_chat_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct acme_streams_streams_chat_stream *acme_streams_streams_chat_close(struct acme_streams_streams_chat_stream *stream);

EYELET_END_DECLS

#endif
