/*
 * nanopb messages to bytes and back, strictly: what protobuf says a message must not be is refused, also where nanopb
 * would let it pass.
 */
#ifndef EYELET_NANO_MESSAGE_H
#define EYELET_NANO_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include <pb.h>

#include <eyelet/slice.h>
#include <eyelet/status.h>

/* Bytes of @message, encoded. Return: 0; -EINVAL when a string has no end, or an array more elements than places. */
int eyelet_message_len(const pb_msgdesc_t *type, const void *message, size_t *ret);

/* Encodes into @len bytes, as measured just before. */
void eyelet_message_encode(const pb_msgdesc_t *type, const void *message, uint8_t *room, size_t len);

/* Puts the defaults of all fields into @message. */
void eyelet_message_init(const pb_msgdesc_t *type, void *message);

/*
 * eyelet_message_decode() - bytes to @message
 * @reterr:  says which message and what is wrong with it
 *
 * Return: EYELET_OK; EYELET_INTERNAL for bytes that are no such message, strings that are not UTF-8 or have a NUL byte
 * in them, fields that are larger than the struct, and required ones that are missing.
 */
enum eyelet_status eyelet_message_decode(const pb_msgdesc_t *type, struct eyelet_slice bytes, void *message,
                                         struct eyelet_error *reterr);

#endif
