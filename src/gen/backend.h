/*
 * Whose messages the code is for: the words that differ between protobuf-c and nanopb. What they share, and how a
 * difference that is more than a word is printed, is emit's; how types are named is model's.
 */
#ifndef EYELET_GEN_BACKEND_H
#define EYELET_GEN_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

/*
 * struct gen_backend - one of the two
 * @name:              in options and for users, "nanopb"
 * @word:              the same in names of C
 * @tool:              what makes the messages, "protoc-c"
 * @library:           what the library's own names begin with, "eyelet_nano"
 * @manual:            the library's header, where its functions are explained
 * @stream_manual:     the same for those of streams
 * @header_end:        of the messages' header, behind the stem of the .proto file
 * @header_mark:       in the first line of such a header, since others may be called the same; "" for none
 * @file_option:       the option of a file that belongs to @tool
 * @file_option_tag:   its field number
 * @message:           a message of any type
 * @message_end:       at the end of the names of eyelet_call_send_message() and its kind
 * @check_parameters:  of check_request() in a struct of handlers, about the request
 * @is_fixed:          all memory is the caller's, and every message has a largest size
 */
struct gen_backend {
    const char *name;
    const char *word;
    const char *tool;
    const char *library;
    const char *manual;
    const char *stream_manual;
    const char *header_end;
    const char *header_mark;
    const char *file_option;
    int32_t file_option_tag;
    const char *message;
    const char *message_end;
    const char *check_parameters;
    bool is_fixed;
};

extern const struct gen_backend gen_backend_protobuf_c;
extern const struct gen_backend gen_backend_nanopb;

/* By its name; NULL for any other. */
const struct gen_backend *gen_backend_find(const char *name);

#endif
