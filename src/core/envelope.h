/*
 * ttrpc's Request and Response messages, to and from slices: nothing is copied and nothing is stored. core/wire.h
 * reads the fields, and they are written one by one. A parser here says what the bytes are; whether they are allowed is
 * judged by eyelet_request_check(), and what follows from that by the session.
 *
 *     Request:  service=1 string, method=2 string, payload=3 bytes, timeout_nano=4 int64, metadata=5 repeated KeyValue
 *     Response: status=1 google.rpc.Status {code=1, message=2, details=3 repeated Any}, payload=2 bytes
 */
#ifndef EYELET_CORE_ENVELOPE_H
#define EYELET_CORE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/metadata.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>

#include "core/name.h"
#include "core/wire.h"

#define EYELET_METADATA_PAIRS_MAX 64         /* HOSTILE limit "metadata" */
#define EYELET_METADATA_LEN_MAX   (16 << 10) /* HOSTILE limit "metadata": keys and values together */
#define EYELET_METADATA_KEY_MAX   128        /* HOSTILE limit "metadata" */
#define EYELET_METADATA_VALUE_MAX (8 << 10)  /* HOSTILE limit "metadata" */

/**
 * struct eyelet_request - a Request, decoded
 * @service:       proto full name
 * @method:        bare name
 * @payload:       the message
 * @metadata:      the encoded request again: walk it with eyelet_request_next_metadata()
 * @timeout_ns:    timeout_nano as it came: 0 is none
 */
struct eyelet_request {
    struct eyelet_slice service;
    struct eyelet_slice method;
    struct eyelet_slice payload;
    struct eyelet_slice metadata;
    int64_t timeout_ns;
};

/**
 * struct eyelet_response - a Response, decoded
 * @code:      status code as it came; 0 when the status is absent
 * @message:   status message
 * @status:    the encoded Status: its details are walked with eyelet_status_next_detail()
 * @payload:   the message
 */
struct eyelet_response {
    int32_t code;
    struct eyelet_slice message;
    struct eyelet_slice status;
    struct eyelet_slice payload;
};

/* Return: false when @in is no Request: a broken varint, length or tag, or a known field with another wire type. */
bool eyelet_request_decode(struct eyelet_slice in, struct eyelet_request *ret);
bool eyelet_response_decode(struct eyelet_slice in, struct eyelet_response *ret);

/* Moves @metadata to behind its next pair. Return: false when there is none. */
bool eyelet_request_next_metadata(struct eyelet_slice *metadata, struct eyelet_slice *ret_key,
                                  struct eyelet_slice *ret_value);

/* The value of pair @index, from 0, of those whose key is @key in any case. Return: false when there is none. */
bool eyelet_request_find_metadata(const struct eyelet_request *request, const char *key, size_t index,
                                  struct eyelet_slice *ret);

/* Pair @index of all, from 0. Return: false when there is none. */
bool eyelet_request_metadata_at(const struct eyelet_request *request, size_t index, struct eyelet_slice *ret_key,
                                struct eyelet_slice *ret_value);

/* Moves @status to behind its next google.protobuf.Any, handed out encoded. Return: false when there is none. */
bool eyelet_status_next_detail(struct eyelet_slice *status, struct eyelet_slice *ret_any);

/* Return: false when @any is no google.protobuf.Any. */
bool eyelet_any_decode(struct eyelet_slice any, struct eyelet_slice *ret_type_url, struct eyelet_slice *ret_value);

/*
 * eyelet_response_status() - what a decoded Response means
 * @reterr:  set when it is an error: the peer's text, escaped, and its details
 *
 * Return: EYELET_OK; the peer's code; EYELET_UNKNOWN for a number that is no code, which then stands in the text.
 */
enum eyelet_status eyelet_response_status(const struct eyelet_response *response, struct eyelet_error *reterr);

/* Keeps an encoded Status's details in @error, as many whole ones as fit; eyelet_error_next_detail() walks them. */
void eyelet_error_keep_details(struct eyelet_error *error, struct eyelet_slice status);

/*
 * eyelet_error_add_detail() - one google.protobuf.Any more
 *
 * Return: false, and @error is as it was, when that would be more than EYELET_ERROR_DETAILS_MAX.
 */
bool eyelet_error_add_detail(struct eyelet_error *error, struct eyelet_slice type_url, struct eyelet_slice value);

/* What eyelet_request_check() does with more than plain names; it is not for others. */
enum eyelet_status eyelet_request_judge(const struct eyelet_request *request, struct eyelet_error *reterr);

/*
 * eyelet_request_check() - is a decoded request allowed? HOSTILE H053, H061, H062
 * @reterr:  may be NULL; says which value is not
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for a bad name or metadata key; EYELET_RESOURCE_EXHAUSTED for too much
 * metadata.
 */
static inline enum eyelet_status eyelet_request_check(const struct eyelet_request *request, struct eyelet_error *reterr)
{
    if (request->metadata.len == 0 && eyelet_name_is_plain(request->service) && eyelet_name_is_plain(request->method))
        return EYELET_OK;
    return eyelet_request_judge(request, reterr);
}

/**
 * struct eyelet_outgoing_request - what a Request is made of
 * @payload_len:  bytes of message that the caller puts behind the encoded rest
 * @timeout_ns:   more than 0
 */
struct eyelet_outgoing_request {
    struct eyelet_slice service;
    struct eyelet_slice method;
    const struct eyelet_metadata *metadata;
    size_t n_metadata;
    size_t payload_len;
    int64_t timeout_ns;
};

/* Pairs that this side wants to send, judged by the same rules as those that arrive. */
enum eyelet_status eyelet_metadata_check(const struct eyelet_metadata *metadata, size_t n_metadata,
                                         struct eyelet_error *reterr);

/*
 * eyelet_request_head_len() - bytes of a Request before its payload
 *
 * The payload is the last field, so that a message can be packed straight behind. @request must have passed
 * eyelet_metadata_check().
 */
size_t eyelet_request_head_len(const struct eyelet_outgoing_request *request);
void eyelet_request_encode_head(const struct eyelet_outgoing_request *request, uint8_t *room, size_t room_len);

/* The same for a Response that is OK: nothing at all when the payload is empty. */
static inline size_t eyelet_reply_head_len(size_t payload_len)
{
    return payload_len > 0 ? 1 + eyelet_wire_varint_len(payload_len) : 0;
}

void eyelet_reply_encode_head(size_t payload_len, uint8_t *room, size_t room_len);

/*
 * A Response with an error status: no payload. Of the text goes out what struct eyelet_error holds of one: one line of
 * valid UTF-8, cut at EYELET_ERROR_TEXT_MAX between two characters; of the details, all.
 */
size_t eyelet_failure_len(const struct eyelet_error *error);
void eyelet_failure_encode(const struct eyelet_error *error, uint8_t *room, size_t room_len);

#endif
