/*
 * Reads a peer's protobuf bytes along a message descriptor, before anything is decoded: are they sound, and not nested
 * too deep? Takes no memory, does not recurse, and is linear in the bytes. Making messages of them is left to others.
 *
 * What it lets through, protobuf-c decodes without undefined behaviour; what protobuf-c then still refuses is a missing
 * required field, an empty oneof to be merged, and what does not fit into memory.
 */
#ifndef EYELET_CODEC_SCAN_H
#define EYELET_CODEC_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include <eyelet/slice.h>

/*
 * Messages inside of each other, the outermost one being level 1: a message whose deepest path has 100 messages, itself
 * included, is fine, and one with 101 is not. protobuf-c 1.4.1 needs 960 bytes of stack for each (x86-64, Debian 12).
 */
#define EYELET_SCAN_LEVELS_MAX 100 /* HOSTILE: "decode stack, depth" */

#define EYELET_SCAN_LARGE_MIN 4096u /* fewer bytes are copied sooner than looked after */

enum eyelet_scan_result {
    EYELET_SCAN_OK,
    EYELET_SCAN_MALFORMED,
    EYELET_SCAN_TOO_DEEP,
    EYELET_SCAN_TOO_BIG, /* decoding would certainly take more memory than it may */
};

/*
 * struct eyelet_scan_fault - what is wrong, and where
 * @reason:   a short text, static
 * @message:  the message type it is in
 * @field:    the field of @message; NULL when the fault is in a tag, or in a field that @message does not know
 * @offset:   of the field's tag in the payload, in bytes
 */
struct eyelet_scan_fault {
    const char *reason;
    const ProtobufCMessageDescriptor *message;
    const ProtobufCFieldDescriptor *field;
    size_t offset;
};

/**
 * struct eyelet_scan_large - the one field whose bytes are most of a payload
 * @field:  of the payload's own message, of bytes, not repeated; NULL when there is none like it
 * @start:  its tag
 * @value:  its bytes
 *
 * If it is of a oneof, another member may come behind it.
 */
struct eyelet_scan_large {
    const ProtobufCFieldDescriptor *field;
    const uint8_t *start;
    struct eyelet_slice value;
};

/*
 * eyelet_scan() - judge a payload
 * @type:        what the payload claims to be
 * @payload:     the bytes
 * @memory_max:  what decoding may allocate. The scan counts the least that it would, and stops when that is more: so
 *               what amplifies most is refused first, before anything is allocated. What passes may still be too much
 * @ret_large:   set when the bytes are fine
 * @ret_fault:   set unless the bytes are fine
 *
 * Sound means: every tag is a varint of at most 5 bytes with a field number from 1 to 2^29 - 1; values are whole and
 * end inside of their message; varints have at most 10 bytes and fit into 64 bits, lengths have at most 5; a known
 * field has the wire type of its type, a repeated one packed or not; packed values fill their field, packed bools are 0
 * or 1; strings are UTF-8 without a NUL byte, which would end them early in C; there are no groups. Unknown fields are
 * passed over.
 */
enum eyelet_scan_result eyelet_scan(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                    size_t memory_max, struct eyelet_scan_large *ret_large,
                                    struct eyelet_scan_fault *ret_fault);

#endif
