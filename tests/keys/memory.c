/*
 * By stdio for the list of mappings; what is in them is read in chunks that overlap.
 */
#include "keys/memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAPPING_MAX ((uint64_t)16 << 20)
#define CHUNK_SIZE  65536

struct search {
    const uint8_t *what;
    size_t size;
    unsigned n;
};

static bool is_zeros(const uint8_t *chunk, size_t len)
{
    return chunk[0] == 0 && memcmp(chunk, chunk + 1, len - 1) == 0;
}

static void search_chunk(struct search *search, const uint8_t *chunk, size_t len)
{
    if (is_zeros(chunk, len))
        return; /* most of them, and quicker */
    for (size_t at = 0; at < search->size; at += MEMORY_PIECE) {
        const uint8_t *end = chunk + len, *found = chunk;

        while ((found = memmem(found, (size_t)(end - found), search->what + at, MEMORY_PIECE))) {
            search->n++;
            found++;
        }
    }
}

/* What lies across the end of a chunk is in the next one, which begins so much earlier. */
static void search_mapping(struct search *search, int fd, uint64_t start, uint64_t end)
{
    static uint8_t chunk[CHUNK_SIZE];

    while (start + MEMORY_PIECE <= end) {
        const size_t wanted = end - start < CHUNK_SIZE ? (size_t)(end - start) : CHUNK_SIZE;
        const ssize_t len = pread(fd, chunk, wanted, (off_t)start);

        if (len < MEMORY_PIECE)
            return; /* the kernel's own, [vvar] and such */
        search_chunk(search, chunk, (size_t)len);
        start += (size_t)len - (MEMORY_PIECE - 1);
    }
}

static int open_memory(pid_t pid, FILE **ret_maps)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    *ret_maps = fopen(path, "re");
    assert_non_null(*ret_maps);
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

unsigned memory_count(pid_t pid, const void *what, size_t size)
{
    struct search search = { .what = what, .size = size };
    unsigned n_mappings = 0;
    uint64_t start, end;
    char line[1024];
    FILE *maps;
    int fd;

    assert_int_equal(size % MEMORY_PIECE, 0);
    fd = open_memory(pid, &maps);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2 || !strstr(line, " rw"))
            continue;
        if (end - start > MAPPING_MAX)
            continue;
        search_mapping(&search, fd, start, end);
        n_mappings++;
    }
    fclose(maps);
    close(fd);
    assert_true(n_mappings > 1);
    return search.n;
}
