/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/shop.proto
 */
#ifndef EYELET_GENERATED_rich_2fshop_H
#define EYELET_GENERATED_rich_2fshop_H

#include <eyelet/service.h>

#include "rich/shop.pb-c.h"

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of Acme.shopV2.http_api.HTTPServer? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_acme_shop_v2_http_api_httpserver;
#if defined(__GNUC__)
static const char *const backend_of_acme_shop_v2_http_api_httpserver __attribute__((__used__)) = &protobuf_c_makes_acme_shop_v2_http_api_httpserver;
#endif

/**
 * struct acme_shop_v2_http_api_httpserver_handlers - what answers the calls of Acme.shopV2.http_api.HTTPServer
 *
 * A comment that / * tries to start another, and * / to end ours: ** / / * / // ** what?? /
 *
 * Also \
 * a backslash, and "?reversed?" text.
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_shop_v2_http_api_httpserver_handlers {
    /*
     * Keywords of C and C++.
     */
    enum eyelet_status (*int_)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*delete_)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest *request,
        Acme__ShopV2__HttpApi__HTTPRequest__InNer *reply, void *userdata);

    enum eyelet_status (*class_)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest__InNer *request,
        Google__Protobuf__Empty *reply, void *userdata);

    /*
     * Names that the generated code has already.
     */
    enum eyelet_status (*add_)(struct eyelet_call *call, const Google__Protobuf__Empty *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*check_request_)(struct eyelet_call *call, const Google__Protobuf__Empty *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*service_)(struct eyelet_call *call, const Google__Protobuf__Empty *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*handlers_)(struct eyelet_call *call, const Google__Protobuf__Empty *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    /*
     * Letters, digits and underscores.
     */
    enum eyelet_status (*get_v2_foo)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*get_raw)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    enum eyelet_status (*__say2x___http_)(struct eyelet_call *call, const Acme__ShopV2__HttpApi__HTTPRequest *request,
        Acme__ShopV2__HttpApi__HTTPRequest *reply, void *userdata);

    /*
     * Parts of another file.
     */
    enum eyelet_status (*parts)(struct eyelet_call *call, const BoxCo__V1__Box__Part *request,
        BoxCo__V1__Box *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service acme_shop_v2_http_api_httpserver_service;

/**
 * acme_shop_v2_http_api_httpserver_add() - let a server answer for Acme.shopV2.http_api.HTTPServer
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add(struct eyelet_server *server,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, void *userdata);

/**
 * acme_shop_v2_http_api_httpserver_int_() - call Int of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Keywords of C and C++.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_int__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_int__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_int__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_int__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_int__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete_() - call Delete of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest__InNer **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_delete__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest__InNer *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_delete__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_delete__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_delete__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest__InNer **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class_() - call Class of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest__InNer *request, Google__Protobuf__Empty **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_class__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest__InNer *request,
    void (*done)(enum eyelet_status status, Google__Protobuf__Empty *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_class__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_class__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_class__collect(struct eyelet_pending *pending, Google__Protobuf__Empty **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add_() - call Add of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Names that the generated code has already.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_add__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_add__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_add__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_add__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request_() - call CheckRequest of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_check_request__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_check_request__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_check_request__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service_() - call Service of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_service__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_service__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_service__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_service__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers_() - call Handlers of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_handlers__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_handlers__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_handlers__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo() - call GetV2Foo of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Letters, digits and underscores.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_get_v2_foo_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_v2_foo_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_get_v2_foo_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw() - call get_raw of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_get_raw_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_get_raw_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_get_raw_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http_() - call _Say2x__HTTP_ of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http__start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver___say2x___http__collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver___say2x___http__collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver___say2x___http__start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts() - call Parts of Acme.shopV2.http_api.HTTPServer
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Parts of another file.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box__Part *request, BoxCo__V1__Box **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_shop_v2_http_api_httpserver_parts_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box__Part *request,
    void (*done)(enum eyelet_status status, BoxCo__V1__Box *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * acme_shop_v2_http_api_httpserver_parts_collect() - wait for the end of such a call
 * @pending:  what acme_shop_v2_http_api_httpserver_parts_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_shop_v2_http_api_httpserver_parts_collect(struct eyelet_pending *pending, BoxCo__V1__Box **ret,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Acme.shopV2.http_api.Without? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_acme_shop_v2_http_api_without;
#if defined(__GNUC__)
static const char *const backend_of_acme_shop_v2_http_api_without __attribute__((__used__)) = &protobuf_c_makes_acme_shop_v2_http_api_without;
#endif

/**
 * struct acme_shop_v2_http_api_without_handlers - what answers the calls of Acme.shopV2.http_api.Without
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_shop_v2_http_api_without_handlers {
    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service acme_shop_v2_http_api_without_service;

/**
 * acme_shop_v2_http_api_without_add() - let a server answer for Acme.shopV2.http_api.Without
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status acme_shop_v2_http_api_without_add(struct eyelet_server *server,
    const struct acme_shop_v2_http_api_without_handlers *handlers, void *userdata);

EYELET_END_DECLS

#endif
