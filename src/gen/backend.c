#include "backend.h"

#include <stddef.h>
#include <string.h>

const struct gen_backend gen_backend_protobuf_c = {
    .name = "protobuf-c",
    .word = "protobuf_c",
    .tool = "protoc-c",
    .library = "eyelet",
    .manual = "<eyelet/service.h>",
    .stream_manual = "<eyelet/stream.h>",
    .header_end = ".pb-c.h",
    .header_mark = "",
    .file_option = "pb_c_file",
    .file_option_tag = 1019, /* protobuf-c.proto */
    .message = "ProtobufCMessage",
    .message_end = "_message",
    .check_parameters = "const ProtobufCMessage *request",
    .is_fixed = false,
};

const struct gen_backend gen_backend_nanopb = {
    .name = "nanopb",
    .word = "nanopb",
    .tool = "nanopb",
    .library = "eyelet_nano",
    .manual = "<eyelet/nano.h>",
    .stream_manual = "<eyelet/nano.h>",
    .header_end = ".pb.h",
    .header_mark = "nanopb", /* protobuf's own C++ calls its headers the same */
    .file_option = "nanopb_fileopt",
    .file_option_tag = 1010, /* nanopb.proto */
    .message = "void",
    .message_end = "",
    .check_parameters = "const pb_msgdesc_t *type, const void *request",
    .is_fixed = true,
};

const struct gen_backend *gen_backend_find(const char *name)
{
    if (strcmp(name, gen_backend_protobuf_c.name) == 0)
        return &gen_backend_protobuf_c;
    return strcmp(name, gen_backend_nanopb.name) == 0 ? &gen_backend_nanopb : NULL;
}
