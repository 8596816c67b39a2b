/*
 * protoc-gen-eyelet: the plugin of protoc that writes eyelet's services and clients.
 *
 * It reads the standard input, writes the standard output and touches nothing else; protoc finds and writes the files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "request.h"

#define REQUEST_MAX ((size_t)1 << 28) /* 256 MiB; large trees of .proto files take some 10 MiB */

static const char usage[] =
    "usage: protoc --eyelet_out=DIR FILE.proto...   (protoc runs this program)\n"
    "       protoc-gen-eyelet --without-services    a request of protoc's in, the same without services out\n"
    "       protoc-gen-eyelet --version | --help\n";

static int fail(const char *text)
{
    fprintf(stderr, "protoc-gen-eyelet: %s\n", text);
    return EXIT_FAILURE;
}

/* Everything until the end, doubling the room: 0, -ENOMEM, -EFBIG, or -EIO. */
static int read_all(FILE *file, struct gen_pool *pool, struct gen_bytes *ret)
{
    size_t cap = 64 << 10, len = 0;
    uint8_t *data = gen_pool_alloc(pool, cap);

    while (data) {
        uint8_t *more;

        len += fread(data + len, 1, cap - len, file);
        if (len < cap) {
            *ret = (struct gen_bytes){ data, len };
            return ferror(file) ? -EIO : 0;
        }
        if (cap >= REQUEST_MAX)
            return -EFBIG;
        more = gen_pool_alloc(pool, cap * 2);
        if (more)
            memcpy(more, data, len);
        data = more;
        cap *= 2;
    }
    return -ENOMEM;
}

static int write_all(FILE *file, struct gen_bytes out)
{
    return fwrite(out.data, 1, out.len, file) == out.len && fflush(file) == 0 ? 0 : -EIO;
}

static int run(bool wants_request, struct gen_pool *pool)
{
    const char *problem = "malformed or truncated";
    struct gen_bytes in, out;
    char text[256];
    int r;

    r = read_all(stdin, pool, &in);
    if (r == -EFBIG)
        return fail("protoc's request is longer than 256 MiB");
    if (r == -EIO)
        return fail("cannot read protoc's request from the standard input");
    if (r == 0)
        r = wants_request ? gen_request_without_services(in, pool, &out) : gen_generate(in, pool, &out, &problem);

    if (r == -EBADMSG) {
        snprintf(text, sizeof(text), "the standard input is no request of protoc's: %s", problem);
        return fail(text);
    }
    if (r < 0)
        return fail("no memory");
    if (write_all(stdout, out) < 0)
        return fail("cannot write to the standard output");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    bool wants_request = argc == 2 && strcmp(argv[1], "--without-services") == 0;
    struct gen_pool pool;
    int status;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("protoc-gen-eyelet " EYELET_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc > 1 && !wants_request) {
        fputs(usage, stderr);
        return 2;
    }

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    status = run(wants_request, &pool);
    gen_pool_clear(&pool);
    return status;
}
