/*
 * Holes in a queue, and what belongs into them.
 */
#include "rpc/loans.h"

#include <string.h>

#include "core/bytes.h"
#include "io/socket.h"

void eyelet_connection_lend(struct eyelet_connection *connection, uint8_t *room, struct eyelet_slice bytes)
{
    size_t offset = (size_t)(room - eyelet_buffer_bytes(&connection->out).data);

    if (connection->n_loans == EYELET_CONNECTION_LOANS_MAX)
        memcpy(room, bytes.data, bytes.len);
    else
        connection->loans[connection->n_loans++] =
            (struct eyelet_loan){ .at = connection->sent + offset, .bytes = bytes };
}

static uint64_t end_of(const struct eyelet_loan *loan)
{
    return loan->at + loan->bytes.len;
}

/* What of it has not been sent, and where that begins. */
static struct eyelet_loan rest_of(const struct eyelet_loan *loan, uint64_t sent)
{
    size_t gone = loan->at < sent ? (size_t)(sent - loan->at) : 0;

    return (struct eyelet_loan){
        .at = loan->at + gone,
        .bytes = { loan->bytes.data + gone, loan->bytes.len - gone },
    };
}

void eyelet_connection_keep_loans(struct eyelet_connection *connection)
{
    for (unsigned i = 0; i < connection->n_loans; i++) {
        struct eyelet_loan rest = rest_of(&connection->loans[i], connection->sent);
        uint8_t *hole = connection->out.data + connection->out.start + (rest.at - connection->sent);

        memcpy(hole, rest.bytes.data, rest.bytes.len);
    }
    connection->n_loans = 0;
}

/* Parts of what is to be sent: the holes in the queue, and what lies around them. */
struct parts {
    struct iovec iov[2 * EYELET_CONNECTION_LOANS_MAX + 1];
    size_t n;
};

static void add_part(struct parts *parts, struct eyelet_slice bytes)
{
    if (bytes.len > 0) /* sendmsg() only reads them */
        parts->iov[parts->n++] = (struct iovec){ .iov_base = (uint8_t *)bytes.data, .iov_len = bytes.len };
}

static void list_parts(const struct eyelet_connection *connection, struct parts *ret)
{
    struct eyelet_slice queued = eyelet_buffer_bytes(&connection->out);
    uint64_t at = connection->sent;

    ret->n = 0;
    for (unsigned i = 0; i < connection->n_loans; i++) {
        struct eyelet_loan rest = rest_of(&connection->loans[i], connection->sent);

        add_part(ret, eyelet_slice_take(&queued, (size_t)(rest.at - at)));
        add_part(ret, rest.bytes);
        eyelet_slice_take(&queued, rest.bytes.len);
        at = rest.at + rest.bytes.len;
    }
    add_part(ret, queued);
}

int eyelet_connection_send_loans(const struct eyelet_connection *connection, size_t *ret_n)
{
    struct parts parts;

    list_parts(connection, &parts);
    return eyelet_socket_send_parts(connection->fd, parts.iov, parts.n, ret_n);
}

void eyelet_connection_end_loans(struct eyelet_connection *connection)
{
    unsigned n_over = 0;

    while (n_over < connection->n_loans && end_of(&connection->loans[n_over]) <= connection->sent)
        n_over++;
    connection->n_loans -= n_over;
    memmove(connection->loans, connection->loans + n_over, connection->n_loans * sizeof(*connection->loans));
}
