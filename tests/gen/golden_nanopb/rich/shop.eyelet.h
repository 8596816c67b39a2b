/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/shop.proto
 */
#ifndef EYELET_GENERATED_rich_2fshop_H
#define EYELET_GENERATED_rich_2fshop_H

#include <eyelet/nano.h>

#include "rich/shop.pb.h"

#if defined(Acme_shopV2_http_api_HTTPRequest)
#error "Acme.shopV2.http_api.HTTPRequest must keep its name in C: mangle_names and package do not go with eyelet, see rich/shop.options"
#elif !defined(Acme_shopV2_http_api_HTTPRequest_size)
#error "Acme.shopV2.http_api.HTTPRequest has no fixed size; each of these needs one: Acme.shopV2.http_api.HTTPRequest.in_ner.text (string: max_length) in rich/shop.options"
#define Acme_shopV2_http_api_HTTPRequest_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(Acme_shopV2_http_api_HTTPRequest, "Acme.shopV2.http_api.HTTPRequest");

#if defined(Acme_shopV2_http_api_HTTPRequest_in_ner)
#error "Acme.shopV2.http_api.HTTPRequest.in_ner must keep its name in C: mangle_names and package do not go with eyelet, see rich/shop.options"
#elif !defined(Acme_shopV2_http_api_HTTPRequest_in_ner_size)
#error "Acme.shopV2.http_api.HTTPRequest.in_ner has no fixed size; each of these needs one: Acme.shopV2.http_api.HTTPRequest.in_ner.text (string: max_length) in rich/shop.options"
#define Acme_shopV2_http_api_HTTPRequest_in_ner_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(Acme_shopV2_http_api_HTTPRequest_in_ner, "Acme.shopV2.http_api.HTTPRequest.in_ner");

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

/* "multiple definition" of functions of Acme.shopV2.http_api.HTTPServer? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_acme_shop_v2_http_api_httpserver;
#if defined(__GNUC__)
static const char *const backend_of_acme_shop_v2_http_api_httpserver __attribute__((__used__)) = &nanopb_makes_acme_shop_v2_http_api_httpserver;
#endif

/**
 * struct acme_shop_v2_http_api_httpserver_handlers - what answers the calls of Acme.shopV2.http_api.HTTPServer
 *
 * A comment that / * tries to start another, and * / to end ours: ** / / * / // ** what?? /
 *
 * Also \
 * a backslash, and "?reversed?" text.
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_shop_v2_http_api_httpserver_handlers {
    /*
     * Keywords of C and C++.
     */
    enum eyelet_status (*int_)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*delete_)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest *request,
        Acme_shopV2_http_api_HTTPRequest_in_ner *reply, void *userdata);

    enum eyelet_status (*class_)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest_in_ner *request,
        google_protobuf_Empty *reply, void *userdata);

    /*
     * Names that the generated code has already.
     */
    enum eyelet_status (*add_)(struct eyelet_nano_call *call, const google_protobuf_Empty *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*check_request_)(struct eyelet_nano_call *call, const google_protobuf_Empty *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*service_)(struct eyelet_nano_call *call, const google_protobuf_Empty *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*handlers_)(struct eyelet_nano_call *call, const google_protobuf_Empty *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    /*
     * Letters, digits and underscores.
     */
    enum eyelet_status (*get_v2_foo)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*get_raw)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    enum eyelet_status (*__say2x___http_)(struct eyelet_nano_call *call, const Acme_shopV2_http_api_HTTPRequest *request,
        Acme_shopV2_http_api_HTTPRequest *reply, void *userdata);

    /*
     * Parts of another file.
     */
    enum eyelet_status (*parts)(struct eyelet_nano_call *call, const acme_parts_Box_Part *request,
        acme_parts_Box *reply, void *userdata);

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

extern const struct eyelet_nano_service acme_shop_v2_http_api_httpserver_service;

/**
 * acme_shop_v2_http_api_httpserver_add() - let a server answer for Acme.shopV2.http_api.HTTPServer
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add(struct eyelet_nano_server *server,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of Acme.shopV2.http_api.HTTPServer and its reply: message_size of a server's options. */
union acme_shop_v2_http_api_httpserver_messages {
    unsigned char int_[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char delete_[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest_in_ner))];
    unsigned char class_[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest_in_ner)) +
        EYELET_NANO_ROUND(sizeof(google_protobuf_Empty))];
    unsigned char add_[EYELET_NANO_ROUND(sizeof(google_protobuf_Empty)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char check_request_[EYELET_NANO_ROUND(sizeof(google_protobuf_Empty)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char service_[EYELET_NANO_ROUND(sizeof(google_protobuf_Empty)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char handlers_[EYELET_NANO_ROUND(sizeof(google_protobuf_Empty)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char get_v2_foo[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char get_raw[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char __say2x___http_[EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest)) +
        EYELET_NANO_ROUND(sizeof(Acme_shopV2_http_api_HTTPRequest))];
    unsigned char parts[EYELET_NANO_ROUND(sizeof(acme_parts_Box_Part)) +
        EYELET_NANO_ROUND(sizeof(acme_parts_Box))];
};
#define ACME_SHOP_V2_HTTP_API_HTTPSERVER_MESSAGE_SIZE (sizeof(union acme_shop_v2_http_api_httpserver_messages))

/*
 * Bytes of the longest frame of Acme.shopV2.http_api.HTTPServer, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_acme_shop_v2_http_api_httpserver {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char int__request[55 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char int__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char delete__request[58 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char delete__reply[6 + Acme_shopV2_http_api_HTTPRequest_in_ner_size];
    unsigned char class__request[57 + Acme_shopV2_http_api_HTTPRequest_in_ner_size];
    unsigned char class__reply[6 + google_protobuf_Empty_size];
    unsigned char add__request[55 + google_protobuf_Empty_size];
    unsigned char add__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char check_request__request[64 + google_protobuf_Empty_size];
    unsigned char check_request__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char service__request[59 + google_protobuf_Empty_size];
    unsigned char service__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char handlers__request[60 + google_protobuf_Empty_size];
    unsigned char handlers__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char get_v2_foo_request[60 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char get_v2_foo_reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char get_raw_request[59 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char get_raw_reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char __say2x___http__request[65 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char __say2x___http__reply[6 + Acme_shopV2_http_api_HTTPRequest_size];
    unsigned char parts_request[57 + acme_parts_Box_Part_size];
    unsigned char parts_reply[6 + acme_parts_Box_size];
};
#define ACME_SHOP_V2_HTTP_API_HTTPSERVER_FRAME_SIZE (sizeof(union frames_of_acme_shop_v2_http_api_httpserver))

/**
 * acme_shop_v2_http_api_httpserver_int_() - call Int of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Keywords of C and C++.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_int__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_int__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_int__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_int__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete_() - call Delete of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest_in_ner *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_delete__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest_in_ner *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest_in_ner *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_delete__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class_() - call Class of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest_in_ner *request, google_protobuf_Empty *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_class__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest_in_ner *request, google_protobuf_Empty *reply,
    void (*done)(enum eyelet_status status, google_protobuf_Empty *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_class__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add_() - call Add of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Names that the generated code has already.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_add__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_add__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request_() - call CheckRequest of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_check_request__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_check_request__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service_() - call Service of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_service__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_service__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers_() - call Handlers of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_handlers__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_handlers__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo() - call GetV2Foo of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Letters, digits and underscores.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_get_v2_foo_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_get_v2_foo_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw() - call get_raw of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_get_raw_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_get_raw_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http_() - call _Say2x__HTTP_ of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http__start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver___say2x___http__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver___say2x___http__start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts() - call Parts of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Parts of another file.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box_Part *request, acme_parts_Box *reply, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_parts_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box_Part *request, acme_parts_Box *reply,
    void (*done)(enum eyelet_status status, acme_parts_Box *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_parts_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Acme.shopV2.http_api.Without? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_acme_shop_v2_http_api_without;
#if defined(__GNUC__)
static const char *const backend_of_acme_shop_v2_http_api_without __attribute__((__used__)) = &nanopb_makes_acme_shop_v2_http_api_without;
#endif

/**
 * struct acme_shop_v2_http_api_without_handlers - what answers the calls of Acme.shopV2.http_api.Without
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_shop_v2_http_api_without_handlers {
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

extern const struct eyelet_nano_service acme_shop_v2_http_api_without_service;

/**
 * acme_shop_v2_http_api_without_add() - let a server answer for Acme.shopV2.http_api.Without
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status acme_shop_v2_http_api_without_add(struct eyelet_nano_server *server,
    const struct acme_shop_v2_http_api_without_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of Acme.shopV2.http_api.Without and its reply: message_size of a server's options. */
#define ACME_SHOP_V2_HTTP_API_WITHOUT_MESSAGE_SIZE ((size_t)1)

/*
 * Bytes of the longest frame of Acme.shopV2.http_api.Without, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_acme_shop_v2_http_api_without {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
};
#define ACME_SHOP_V2_HTTP_API_WITHOUT_FRAME_SIZE (sizeof(union frames_of_acme_shop_v2_http_api_without))

EYELET_END_DECLS

#endif
