/*
 * From a peer's bytes to a protobuf-c message, whatever the bytes are: the only way in this library. Bounded in memory,
 * time and stack by the length of the payload and by a limit of the caller's.
 *
 * Stack: 960 bytes for each level of nesting (protobuf-c 1.4.1, x86-64), so 96 KiB at the deepest, and 4 KiB beside.
 */
#ifndef EYELET_CODEC_UNPACK_H
#define EYELET_CODEC_UNPACK_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include <eyelet/slice.h>
#include <eyelet/status.h>

#include "rpc/arena.h"

#define EYELET_DECODE_MAX_DEFAULT (16u << 20) /* HOSTILE: "decode arena" */
#define EYELET_DECODE_BASE        (64u << 10) /* the same: what even an empty payload may take */
#define EYELET_DECODE_FACTOR      16u         /* the same: bytes of memory for a byte of payload */

enum eyelet_unpack_result {
    EYELET_UNPACK_OK,
    EYELET_UNPACK_MALFORMED,   /* these bytes are not this message */
    EYELET_UNPACK_TOO_DEEP,    /* more than EYELET_SCAN_LEVELS_MAX messages inside of each other */
    EYELET_UNPACK_OVER_BUDGET, /* the message would take more memory than its bytes entitle it to */
    EYELET_UNPACK_NO_MEMORY,   /* malloc() gave NULL */
};

/*
 * eyelet_unpack_status() - the status of a result: EYELET_OK; EYELET_INTERNAL for what is malformed;
 * EYELET_RESOURCE_EXHAUSTED for all else
 */
enum eyelet_status eyelet_unpack_status(enum eyelet_unpack_result result);

/*
 * eyelet_unpack_budget() - memory that unpacking @payload_len bytes may take
 * @decode_max:  at most this; 0 means EYELET_DECODE_MAX_DEFAULT
 */
size_t eyelet_unpack_budget(size_t decode_max, size_t payload_len);

/*
 * eyelet_unpack_into_arena() - a message that ends with an arena
 * @type:        what the payload is to be
 * @payload:     the peer's bytes; may go away afterwards, nothing of the message points into them
 * @decode_max:  as for eyelet_unpack_budget()
 * @arena:       holds the message, and scraps of decoding; its limit is set anew. Also after a failure it is for the
 *               caller to reset. protobuf_c_message_free_unpacked() must not be called on the message
 * @ret:         the message; set on success only
 * @reterr:      may be NULL; set on failure only: names the message type, the field, the byte, and what is wrong
 */
enum eyelet_unpack_result eyelet_unpack_into_arena(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                   size_t decode_max, struct eyelet_arena *arena,
                                                   ProtobufCMessage **ret, struct eyelet_error *reterr);

/*
 * eyelet_unpack_in_place() - the same, for a payload that stays until the arena is reset
 *
 * A bytes field that is most of the payload is not copied: it points there, and is aligned as it happens to be.
 */
enum eyelet_unpack_result eyelet_unpack_in_place(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                 size_t decode_max, struct eyelet_arena *arena, ProtobufCMessage **ret,
                                                 struct eyelet_error *reterr);

/*
 * eyelet_unpack_to_heap() - a message of blocks from malloc(): the same, but for its owner, who ends it with
 * protobuf_c_message_free_unpacked(message, NULL)
 *
 * Blocks are dearer here: glibc's own bytes count, so a message of many small pieces reaches its budget sooner.
 * After a failure nothing is left allocated.
 */
enum eyelet_unpack_result eyelet_unpack_to_heap(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                size_t decode_max, ProtobufCMessage **ret, struct eyelet_error *reterr);

#endif
