/*
 * protoc-gen-eyelet-c: the plugin of protoc that writes protobuf-c's messages, by running protobuf-c's own plugin.
 *
 * protoc-gen-c gets to see messages only: it would write code of its own for services, which is of no use here and does
 * not compile for a method called Int. And its answer is made to say that it knows `optional` of proto3.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "request.h"
#include "stream.h"

extern char **environ;

static const char usage[] =
    "usage: protoc --eyelet-c_out=DIR FILE.proto...   (protoc runs this program)\n"
    "       protoc-gen-eyelet-c --version | --help\n"
    "It runs protoc-gen-c of protobuf-c, or what EYELET_PROTOC_GEN_C in the environment names.\n";

static int fail(const char *text)
{
    fprintf(stderr, "protoc-gen-eyelet-c: %s\n", text);
    return EXIT_FAILURE;
}

static int fail_with(const char *program, const char *text)
{
    fprintf(stderr, "protoc-gen-eyelet-c: %s %s\n", program, text);
    return EXIT_FAILURE;
}

/* In a file and not in a pipe: the other program may write before it has read all. NULL on failure. */
static FILE *file_of(struct gen_bytes bytes)
{
    FILE *file = tmpfile();

    if (!file)
        return NULL;
    if (gen_stream_write(file, bytes) < 0 || fseek(file, 0, SEEK_SET) < 0) {
        fclose(file);
        return NULL;
    }
    return file;
}

/* Starts @program with these for its standard input and output: 0, or an errno. */
static int start(const char *program, int in, int out, pid_t *ret)
{
    char *argv[] = { (char *)program, NULL }; /* POSIX: not written to */
    posix_spawn_file_actions_t actions;
    int error;

    error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawnp(ret, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static bool ended_well(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Runs @program from @in to @out, files both: the exit code of this one. */
static int run_from_to(const char *program, FILE *in, FILE *out, struct gen_pool *pool, struct gen_bytes *ret)
{
    pid_t pid;
    int error;

    error = start(program, fileno(in), fileno(out), &pid);
    if (error == ENOENT)
        return fail_with(program, "is not there; in Debian it is in the package protobuf-c-compiler");
    if (error != 0)
        return fail_with(program, "cannot be run");
    if (!ended_well(pid))
        return fail_with(program, "failed");

    rewind(out);
    return gen_stream_read(out, pool, ret) == 0 ? EXIT_SUCCESS
                                                : fail_with(program, "gave an answer that cannot be read");
}

static int run_protoc_gen_c(struct gen_bytes request, struct gen_pool *pool, struct gen_bytes *ret)
{
    const char *named = getenv("EYELET_PROTOC_GEN_C");
    FILE *in = file_of(request);
    FILE *out = tmpfile();
    int status;

    if (in && out)
        status = run_from_to(named && *named ? named : "protoc-gen-c", in, out, pool, ret);
    else
        status = fail("cannot write a temporary file");
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    return status;
}

/* protoc's request, as protoc-gen-c may see it. */
static int read_request(struct gen_pool *pool, struct gen_bytes *ret)
{
    struct gen_bytes in;
    int r;

    r = gen_stream_read(stdin, pool, &in);
    if (r == -EFBIG)
        return fail("protoc's request is longer than 256 MiB");
    if (r == -EIO)
        return fail("cannot read protoc's request from the standard input");
    if (r == 0)
        r = gen_request_without_services(in, pool, ret);
    if (r == -EBADMSG)
        return fail("the standard input is no request of protoc's: malformed or truncated");
    return r < 0 ? fail("no memory") : EXIT_SUCCESS;
}

static int write_response(struct gen_bytes response, struct gen_pool *pool)
{
    struct gen_bytes out;
    int r;

    r = gen_response_with_optional(response, pool, &out);
    if (r == -EBADMSG)
        return fail("protoc-gen-c gave an answer that is no response to protoc");
    if (r < 0)
        return fail("no memory");
    return gen_stream_write(stdout, out) < 0 ? fail("cannot write to the standard output") : EXIT_SUCCESS;
}

static int run(struct gen_pool *pool)
{
    struct gen_bytes request, response;
    int status;

    status = read_request(pool, &request);
    if (status == EXIT_SUCCESS)
        status = run_protoc_gen_c(request, pool, &response);
    return status == EXIT_SUCCESS ? write_response(response, pool) : status;
}

int main(int argc, char **argv)
{
    struct gen_pool pool;
    int status;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("protoc-gen-eyelet-c " EYELET_VERSION) < 0;
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
