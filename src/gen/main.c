/*
 * protoc-gen-eyelet: the plugin of protoc that writes eyelet's services and clients.
 *
 * It reads the standard input, writes the standard output and opens no .proto file; protoc finds and writes the files.
 * It only looks for headers of imported files, in the folders that it is told of.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "stream.h"

static const char usage[] = "usage: protoc --eyelet_out=DIR FILE.proto...   (protoc runs this program)\n"
                            "       protoc-gen-eyelet --version | --help\n"
                            "Messages of nanopb instead of protobuf-c: --eyelet_opt=backend=nanopb.\n"
                            "A file that is imported and not listed: --eyelet_opt=import=FILE or "
                            "--eyelet_opt=import_dir=DIR if its code is made\n"
                            "elsewhere.\n";

static int fail(const char *text)
{
    fprintf(stderr, "protoc-gen-eyelet: %s\n", text);
    return EXIT_FAILURE;
}

static int run(struct gen_pool *pool)
{
    const char *problem = NULL;
    struct gen_bytes in, out;
    char text[256];
    int r;

    r = gen_stream_read(stdin, pool, &in);
    if (r == -EFBIG)
        return fail("protoc's request is longer than 256 MiB");
    if (r == -EIO)
        return fail("cannot read protoc's request from the standard input");
    if (r == 0)
        r = gen_generate(in, pool, &out, &problem);

    if (r == -EBADMSG) {
        snprintf(text, sizeof(text), "the standard input is no request of protoc's: %s", problem);
        return fail(text);
    }
    if (r < 0)
        return fail("no memory");
    if (gen_stream_write(stdout, out) < 0)
        return fail("cannot write to the standard output");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct gen_pool pool;
    int status;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("protoc-gen-eyelet " EYELET_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc > 1) {
        fputs(usage, stderr);
        return 2;
    }

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    status = run(&pool);
    gen_pool_clear(&pool);
    return status;
}
