/*
 * nanopb messages to bytes and back, strictly: what protobuf says a message must not be is refused, also where nanopb
 * would let it pass, so that nobody reads the same bytes differently.
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

/* Why it cannot be encoded: a short text, static. */
const char *eyelet_message_fault(const pb_msgdesc_t *type, const void *message);

/* Encodes into @len bytes, as measured just before. */
void eyelet_message_encode(const pb_msgdesc_t *type, const void *message, uint8_t *room, size_t len);

/* Puts the defaults of all fields into @message, a struct of @size bytes; nothing of what was in it before is left. */
void eyelet_message_init(const pb_msgdesc_t *type, void *message, size_t size);

/*
 * eyelet_message_decode() - bytes to @message
 * @message:  any memory; nothing of what was in it before is left
 * @size:     bytes of the struct
 * @reterr:   says what is wrong with the bytes, and in which field; nanopb knows no names
 *
 * Refused are bytes that are no such message; strings that are not UTF-8 or have a NUL byte in them; what is larger
 * than its place, or as an array or bytes of a fixed size smaller; numbers that their type does not hold; required
 * fields that are missing; and fields without a place of their own, pointers and call-backs. Extensions are passed
 * over.
 *
 * Return: EYELET_OK; EYELET_INTERNAL, and @message holds anything.
 */
enum eyelet_status eyelet_message_decode(const pb_msgdesc_t *type, struct eyelet_slice bytes, void *message,
                                         size_t size, struct eyelet_error *reterr);

#endif
