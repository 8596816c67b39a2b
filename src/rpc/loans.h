/*
 * Bytes of messages that are queued on a connection, and are sent from where they lie. Connections use this, and nobody
 * else; most never lend anything, and keep out of here. What lies here is copied by eyelet_connection_keep().
 */
#ifndef EYELET_RPC_LOANS_H
#define EYELET_RPC_LOANS_H

#include "rpc/connection.h"

/* What belongs at @room, in the queue, is sent from where it lies; or copied, when there are too many of these. */
void eyelet_connection_lend(struct eyelet_connection *connection, uint8_t *room, struct eyelet_slice bytes);

/* eyelet_connection_send_loans() - one system call for all that is queued. Return: as eyelet_socket_send_some(). */
int eyelet_connection_send_loans(const struct eyelet_connection *connection, size_t *ret_n);

/* Ends those that have left whole. */
void eyelet_connection_end_loans(struct eyelet_connection *connection);

#endif
