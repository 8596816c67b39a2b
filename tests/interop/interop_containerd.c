/*
 * eyelet's client against containerd, started on a folder of its own. An event goes in over ttrpc, and containerd's own
 * client, ctr, sees it come out. (A Forward without an envelope makes containerd panic: nobody sends one here.)
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/eyelet.h>

#include "child.h"
#include "events.eyelet.h"
#include "google/protobuf/empty.pb-c.h"
#include "interop.h"
#include "ttrpc.pb-c.h"

#define NAMESPACE "eyelet"
#define TOPIC     "/eyelet/interop"

typedef Containerd__Services__Events__Ttrpc__V1__ForwardRequest ForwardRequest;
typedef Containerd__Services__Events__Ttrpc__V1__Envelope Envelope;

/* A request with everything that it points to. */
struct event {
    ForwardRequest request;
    Envelope envelope;
    Google__Protobuf__Timestamp timestamp;
    Google__Protobuf__Any any;
};

static const struct eyelet_metadata namespace_pair[] = { { "containerd-namespace-ttrpc", NAMESPACE } };
static const struct eyelet_call_opts in_namespace = { .metadata = namespace_pair, .n_metadata = 1 };

static struct child containerd;

static void write_config(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, "version = 2\ndisabled_plugins = ['io.containerd.grpc.v1.cri', 'io.containerd.internal.v1.opt']\n");
    fprintf(file, "root = '%s'\n", interop_path("root"));
    fprintf(file, "state = '%s'\n", interop_path("state"));
    fprintf(file, "[grpc]\naddress = '%s'\nuid = %d\ngid = %d\n", interop_path("grpc"), (int)getuid(), (int)getgid());
    fprintf(file, "[ttrpc]\naddress = '%s'\nuid = %d\ngid = %d\n", interop_path("ttrpc"), (int)getuid(), (int)getgid());
    assert_int_equal(fclose(file), 0);
}

static struct eyelet_client *new_client(void)
{
    const struct eyelet_client_opts opts = { .connect_timeout_ms = CHILD_TIMEOUT_MS,
                                             .call_timeout_ms = CALL_TIMEOUT_MS };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    char address[EYELET_ADDRESS_TEXT_MAX];

    snprintf(address, sizeof(address), "unix://%s", interop_path("ttrpc"));
    assert_status(eyelet_client_open(address, &opts, &client, &error), &error, EYELET_OK);
    return client;
}

/* Whether it listens already does not matter: a client tries until it does. */
static void start_containerd(const struct interop_peer *peer)
{
    char config[EYELET_ADDRESS_TEXT_MAX];
    const char *argv[] = { peer->server[0], "--log-level", "error", "--config", config, NULL };

    snprintf(config, sizeof(config), "%s", interop_path("config.toml"));
    write_config(config);
    child_start(&containerd, argv);
}

static void end_containerd(void)
{
    assert_int_equal(child_end(&containerd, SIGTERM), 0);
}

/* An event of a type that ctr knows: containerd.events.TaskOOM, with field 1, container_id, "eyelet". */
static void event_init(struct event *event)
{
    static uint8_t oom[] = { 0x0a, 0x06, 'e', 'y', 'e', 'l', 'e', 't' };
    static char type_url[] = "containerd.events.TaskOOM";
    static char namespace[] = NAMESPACE;
    static char topic[] = TOPIC;

    containerd__services__events__ttrpc__v1__forward_request__init(&event->request);
    containerd__services__events__ttrpc__v1__envelope__init(&event->envelope);
    google__protobuf__timestamp__init(&event->timestamp);
    google__protobuf__any__init(&event->any);
    event->request.envelope = &event->envelope;
    event->envelope.timestamp = &event->timestamp;
    event->envelope.event = &event->any;
    event->envelope.namespace_ = namespace;
    event->envelope.topic = topic;
    event->timestamp.seconds = 1700000000;
    event->any.type_url = type_url;
    event->any.value = (ProtobufCBinaryData){ .data = oom, .len = sizeof(oom) };
}

static void forward(struct eyelet_client *client)
{
    Google__Protobuf__Empty *reply = NULL;
    struct event event;
    struct eyelet_error error;

    event_init(&event);
    assert_status(
        containerd_services_events_ttrpc_v1_events_forward(client, &in_namespace, &event.request, &reply, &error),
        &error, EYELET_OK);
    google__protobuf__empty__free_unpacked(reply, NULL);
}

static void forward_once(struct interop_run *run)
{
    struct eyelet_client *client = new_client();

    (void)run;
    forward(client);
    eyelet_client_close(client);
}

/* ctr does not say when it has subscribed: it is sent events until it shows one. */
static void event_arrives(struct interop_run *run)
{
    struct eyelet_client *client = new_client();
    char address[EYELET_ADDRESS_TEXT_MAX];
    const char *argv[] = { INTEROP_CTR, "--address", address, "events", NULL };
    int tries = CHILD_TIMEOUT_MS / 100;
    struct child ctr;

    (void)run;
    snprintf(address, sizeof(address), "%s", interop_path("grpc"));
    child_start(&ctr, argv);
    do
        forward(client);
    while (!child_has_said(&ctr, NAMESPACE " " TOPIC " {\"container_id\":\"eyelet\"}", 100) && --tries > 0);
    child_kill(&ctr);
    assert_true(tries > 0);
    eyelet_client_close(client);
}

/* One Request frame with @event; the caller frees it. */
static uint8_t *new_request_frame(struct event *event, size_t *ret_len)
{
    Ttrpc__Request request = TTRPC__REQUEST__INIT;
    Ttrpc__KeyValue pair = TTRPC__KEY_VALUE__INIT;
    Ttrpc__KeyValue *pairs[] = { &pair };
    struct eyelet_frame_head head = { .stream_id = 1, .type = EYELET_FRAME_TYPE_REQUEST };
    uint8_t payload[256];
    uint8_t *frame;

    pair.key = (char[]){ "containerd-namespace-ttrpc" };
    pair.value = (char[]){ NAMESPACE };
    request.service = (char[]){ "containerd.services.events.ttrpc.v1.Events" };
    request.method = (char[]){ "Forward" };
    request.metadata = pairs;
    request.n_metadata = 1;
    request.payload.data = payload;
    request.payload.len = protobuf_c_message_get_packed_size(&event->request.base);
    assert_true(request.payload.len <= sizeof(payload));
    protobuf_c_message_pack(&event->request.base, payload);

    head.data_len = (uint32_t)ttrpc__request__get_packed_size(&request);
    frame = malloc(EYELET_FRAME_HEADER_LEN + head.data_len);
    assert_non_null(frame);
    eyelet_frame_encode_head(&head, frame);
    ttrpc__request__pack(&request, frame + EYELET_FRAME_HEADER_LEN);
    *ret_len = EYELET_FRAME_HEADER_LEN + head.data_len;
    return frame;
}

/* The bytes of the answer to a good call: a head and nothing else. */
static void response_is_empty(struct interop_run *run)
{
    static const uint8_t expected[EYELET_FRAME_HEADER_LEN] = { 0, 0, 0, 0, 0, 0, 0, 1, EYELET_FRAME_TYPE_RESPONSE, 0 };
    struct eyelet_address address = { .family = EYELET_FAMILY_UNIX };
    uint8_t answer[EYELET_FRAME_HEADER_LEN];
    struct event event;
    uint8_t *frame;
    size_t len;
    int fd;

    (void)run;
    snprintf(address.path, sizeof(address.path), "%s", interop_path("ttrpc"));
    assert_int_equal(eyelet_address_connect(&address, CHILD_TIMEOUT_MS, &fd, NULL), 0);
    event_init(&event);
    frame = new_request_frame(&event, &len);
    assert_int_equal(eyelet_vsock_send(fd, frame, len, 4096), 0);
    free(frame);
    assert_int_equal(eyelet_vsock_receive_exact(fd, answer, sizeof(answer)), 0);
    assert_memory_equal(answer, expected, sizeof(expected));
    eyelet_vsock_close(fd);
}

static void unknown_method(struct interop_run *run)
{
    struct eyelet_client *client = new_client();
    Google__Protobuf__Empty nothing = GOOGLE__PROTOBUF__EMPTY__INIT;
    Google__Protobuf__Empty *reply = NULL;
    struct eyelet_error error;

    assert_status(containerd_services_events_ttrpc_v1_events_absent(client, &in_namespace, &nothing, &reply, &error),
                  &error, run->peer->no_method);
    assert_true(error.is_remote);
    assert_true(eyelet_error_is_unimplemented(&error));
    run->saw = eyelet_status_name(error.status);
    forward(client);
    eyelet_client_close(client);
}

static void unknown_service(struct interop_run *run)
{
    struct eyelet_client *client = new_client();
    Google__Protobuf__Empty *reply = NULL;
    struct event event;
    struct eyelet_error error;

    event_init(&event);
    assert_status(
        containerd_services_events_ttrpc_v1_absent_forward(client, &in_namespace, &event.request, &reply, &error),
        &error, run->peer->no_method);
    assert_true(eyelet_error_is_unimplemented(&error));
    run->saw = eyelet_status_name(error.status);
    forward(client);
    eyelet_client_close(client);
}

/* An error of containerd's own, word for word. */
static void bad_topic(struct interop_run *run)
{
    struct eyelet_client *client = new_client();
    Google__Protobuf__Empty *reply = NULL;
    struct event event;
    struct eyelet_error error;

    event_init(&event);
    event.envelope.topic = (char[]){ "no-slash" };
    assert_status(
        containerd_services_events_ttrpc_v1_events_forward(client, &in_namespace, &event.request, &reply, &error),
        &error, EYELET_INVALID_ARGUMENT);
    assert_true(error.is_remote);
    assert_non_null(strstr(error.text, "must start with '/'"));
    assert_false(eyelet_error_is_unimplemented(&error));
    run->saw = eyelet_status_name(error.status);
    forward(client);
    eyelet_client_close(client);
}

static const struct interop_case cases[] = {
    { .name = "an event is forwarded", .run = forward_once },
    { .name = "the event arrives", .run = event_arrives },
    { .name = "OK is a Response of length 0", .run = response_is_empty },
    { .name = "unknown service", .run = unknown_service },
    { .name = "unknown method", .run = unknown_method },
    { .name = "an event with a bad topic", .run = bad_topic },
    { 0 },
};

const struct interop_suite interop_containerd_suite = {
    .title = "our client, containerd", .cases = cases, .setup = start_containerd, .teardown = end_containerd
};
