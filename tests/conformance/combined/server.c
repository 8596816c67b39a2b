/*
 * A server of demo.Echo for combinations.c, a program of its own, since protobuf-c's code and nanopb's of one .proto
 * file have the same names: usage: server ADDRESS. It ends with SIGTERM; its status is whether it ran well.
 *
 * What its texts do is said beside say().
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/endpoint.h"

static atomic_uint n_ended; /* Chats that have returned */

static enum eyelet_status fail(struct endpoint_call *call, enum eyelet_status status, const char *text)
{
    if (!endpoint_call_add_detail(call, "type.googleapis.com/demo.Reason",
                                  (struct eyelet_slice){ (const uint8_t *)"why", 3 }))
        return EYELET_INTERNAL;
    return endpoint_call_fail(call, status, text);
}

/* All pairs as they came, and how much time is left. */
static const char *describe(struct endpoint_call *call)
{
    static char room[256];
    struct eyelet_slice key, value;
    size_t len = 0;

    for (size_t n = 0; endpoint_call_metadata_at(call, n, &key, &value); n++)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "%.*s=%.*s;", (int)key.len, (const char *)key.data,
                                (int)value.len, (const char *)value.data);
    snprintf(room + len, sizeof(room) - len, "%s", endpoint_call_time_left_ms(call) <= 25000 ? "25 s" : "longer");
    return room;
}

static const char *count_ended(void)
{
    static char room[16];

    snprintf(room, sizeof(room), "%u", n_ended);
    return room;
}

/*
 * "" is an error, "fail N" one with that status, "nothing" is answered with "", "describe" with metadata, "ended" with
 * how many Chats have ended; "work" works until nobody wants it any more; all else is answered with itself.
 */
static enum eyelet_status say(struct endpoint_call *call, const char *text, const char **ret)
{
    *ret = text;
    if (text[0] == '\0')
        return fail(call, EYELET_INVALID_ARGUMENT, "text is empty");
    if (strncmp(text, "fail ", 5) == 0)
        return fail(call, (enum eyelet_status)atoi(text + 5), text);
    if (strcmp(text, "nothing") == 0)
        *ret = "";
    if (strcmp(text, "describe") == 0)
        *ret = describe(call);
    if (strcmp(text, "ended") == 0)
        *ret = count_ended();
    while (strcmp(text, "work") == 0 && !endpoint_call_is_cancelled(call))
        continue;
    return EYELET_OK;
}

static enum eyelet_status count(struct endpoint_call *call, int64_t limit)
{
    enum eyelet_status status = EYELET_OK;

    if (limit < 0)
        return fail(call, EYELET_OUT_OF_RANGE, "limit is below 0");
    for (int64_t i = 1; i <= limit && status == EYELET_OK; i++)
        status = endpoint_call_send_number(call, i);
    return status;
}

static enum eyelet_status sum(struct endpoint_call *call, int64_t *ret_sum, int64_t *ret_n_numbers)
{
    int64_t number;

    while (endpoint_call_recv_number(call, &number) == EYELET_GOT_MESSAGE) {
        *ret_sum += number;
        *ret_n_numbers += 1;
    }
    return EYELET_OK;
}

/* "bad" ends it with an error, "enough" without. */
static enum eyelet_status chat(struct endpoint_call *call)
{
    enum eyelet_status status = EYELET_OK;
    const char *text;

    while (status == EYELET_OK && endpoint_call_recv_text(call, &text) == EYELET_GOT_MESSAGE) {
        if (strcmp(text, "enough") == 0)
            break;
        status =
            strcmp(text, "bad") == 0 ? fail(call, EYELET_ABORTED, "that was bad") : endpoint_call_send_text(call, text);
    }
    n_ended++;
    return status;
}

static void stop_on_signal(int number)
{
    (void)number;
    endpoint_stop();
}

int main(int argc, char **argv)
{
    const struct endpoint_handlers handlers = { .say = say, .count = count, .sum = sum, .chat = chat };
    const struct sigaction action = { .sa_handler = stop_on_signal };
    struct endpoint_opts opts = { .connections_max = 4 };
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc != 2) {
        fprintf(stderr, "usage: %s ADDRESS\n", argv[0]);
        return 2;
    }
    opts.address = argv[1];
    if (endpoint_open(&opts, &handlers, &error) != EYELET_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    sigaction(SIGTERM, &action, NULL);
    status = endpoint_run();
    endpoint_close();
    return status == EYELET_OK ? 0 : 1;
}
