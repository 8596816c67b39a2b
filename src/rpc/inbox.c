/*
 * A list of messages, counted.
 */
#include "rpc/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_over(const struct eyelet_inbox *inbox, const struct eyelet_inbox_limits *limits)
{
    return inbox->n_messages > limits->messages_max || inbox->n_bytes > limits->bytes_max;
}

/* A clock may stand at 0, where @over_ns means something else. */
static uint64_t since(uint64_t now_ns)
{
    return now_ns > 0 ? now_ns : 1;
}

static struct eyelet_inbox_message *copy_of(struct eyelet_slice bytes)
{
    struct eyelet_inbox_message *message;

    if (bytes.len > SIZE_MAX - sizeof(*message))
        return NULL;
    message = malloc(sizeof(*message) + bytes.len);
    if (message == NULL)
        return NULL;
    *message = (struct eyelet_inbox_message){ .len = bytes.len };
    if (bytes.len > 0)
        memcpy(message->data, bytes.data, bytes.len);
    return message;
}

static void append(struct eyelet_inbox *inbox, struct eyelet_inbox_message *message)
{
    if (inbox->last != NULL)
        inbox->last->next = message;
    else
        inbox->first = message;
    inbox->last = message;
    inbox->n_messages++;
    inbox->n_bytes += message->len;
}

int eyelet_inbox_put(struct eyelet_inbox *inbox, struct eyelet_slice message, const struct eyelet_inbox_limits *limits,
                     uint64_t now_ns)
{
    struct eyelet_inbox_message *copy;

    if (eyelet_inbox_is_stuffed(inbox, limits))
        return -ENOMEM;
    copy = copy_of(message);
    if (copy == NULL)
        return -ENOMEM;

    append(inbox, copy);
    if (inbox->over_ns == 0 && is_over(inbox, limits))
        inbox->over_ns = since(now_ns);
    return 0;
}

struct eyelet_inbox_message *eyelet_inbox_take(struct eyelet_inbox *inbox, const struct eyelet_inbox_limits *limits,
                                               uint64_t now_ns)
{
    struct eyelet_inbox_message *message = inbox->first;

    if (message == NULL)
        return NULL;
    inbox->first = message->next;
    if (inbox->first == NULL)
        inbox->last = NULL;
    inbox->n_messages--;
    inbox->n_bytes -= message->len;
    inbox->over_ns = is_over(inbox, limits) ? since(now_ns) : 0;
    message->next = NULL;
    return message;
}

void eyelet_inbox_free(struct eyelet_inbox_message *message, bool wipe)
{
    if (message != NULL && wipe)
        explicit_bzero(message->data, message->len);
    free(message);
}

void eyelet_inbox_clear(struct eyelet_inbox *inbox, bool wipe)
{
    while (inbox->first != NULL) {
        struct eyelet_inbox_message *message = inbox->first;

        inbox->first = message->next;
        eyelet_inbox_free(message, wipe);
    }
    *inbox = (struct eyelet_inbox){ 0 };
}
