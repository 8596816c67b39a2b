#include "conformance/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/folder.h"

const struct endpoint_opts peers_small = { .frame_max = PEERS_FRAME_MAX };

struct peers peers = { .gate = GATE };

int peers_setup(void **state)
{
    gate_reset(&peers.gate);
    peers.n_served = 0;
    return folder_setup(state);
}

static enum eyelet_status say(struct endpoint_call *call, const char *text, const char **ret)
{
    static char large[PEERS_FRAME_MAX / 2 + 1];

    (void)call;
    peers.n_served++;
    *ret = text;
    if (strcmp(text, "large") == 0)
        *ret = memset(large, 'l', PEERS_FRAME_MAX / 2);
    if (strcmp(text, "wait") == 0)
        gate_pass(&peers.gate);
    return EYELET_OK;
}

void peers_start(const struct endpoint_opts *opts)
{
    const struct endpoint_handlers handlers = { .say = say };

    endpoint_start(opts, &handlers);
    peers.healthy = peers_connect();
    peers.healthy_id = 1;
    peers.hostile = peers_connect();
}

void peers_stop(void)
{
    close(peers.healthy);
    close(peers.hostile);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
}

void peers_reconnect(void)
{
    close(peers.hostile);
    peers.hostile = peers_connect();
}

int peers_connect(void)
{
    return live_connect(folder_path("server"));
}

void peers_put_say(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

char *peers_long_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

void peers_send_bytes(const void *data, size_t len)
{
    assert_true(live_send(peers.hostile, (struct eyelet_slice){ data, len }));
}

void peers_send_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, (struct eyelet_slice){ data, len });
    live_send_wire(peers.hostile, &wire);
}

void peers_send_request(uint32_t id, const struct wire_request *request)
{
    struct wire wire = { 0 };

    wire_request(&wire, id, request);
    live_send_wire(peers.hostile, &wire);
}

void peers_assert_answer_on(int fd, uint32_t id, int code, const char *text_part)
{
    struct live_reply reply;

    assert_true(live_read_reply(fd, &reply));
    if (reply.id != id || reply.code != code)
        fail_msg("id %u, code %d (%s), not id %u, code %d", reply.id, reply.code, reply.text, id, code);
    assert_text_has(reply.text, text_part);
    live_reply_clear(&reply);
}

void peers_assert_answer(uint32_t id, int code, const char *text_part)
{
    peers_assert_answer_on(peers.hostile, id, code, text_part);
}

void peers_assert_served_on(int fd, uint32_t id)
{
    struct wire wire = { 0 };

    peers_put_say(&wire, id, "hello");
    live_send_wire(fd, &wire);
    peers_assert_answer_on(fd, id, EYELET_OK, "");
}

void peers_assert_others_live(void)
{
    peers_assert_served_on(peers.healthy, peers.healthy_id);
    peers.healthy_id += 2;
}

void peers_assert_keeps(uint32_t next_id)
{
    peers_assert_served_on(peers.hostile, next_id);
    peers_assert_others_live();
}

void peers_assert_closed(size_t n_bytes)
{
    assert_int_equal(live_read_to_end(peers.hostile), n_bytes);
    peers_assert_others_live();
}
