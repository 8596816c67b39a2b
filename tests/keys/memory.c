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
#define WHAT_MAX    64

static unsigned count_in_chunk(const uint8_t *chunk, size_t len, const uint8_t *what, size_t size)
{
    const uint8_t *end = chunk + len, *found = chunk;
    unsigned n = 0;

    while ((found = memmem(found, (size_t)(end - found), what, size))) {
        n++;
        found++;
    }
    return n;
}

/* What lies across the end of a chunk is in the next one, which begins size - 1 bytes earlier. */
static unsigned count_in_mapping(int fd, uint64_t start, uint64_t end, const uint8_t *what, size_t size)
{
    static uint8_t chunk[CHUNK_SIZE];
    unsigned n = 0;

    while (start + size <= end) {
        const size_t wanted = end - start < CHUNK_SIZE ? (size_t)(end - start) : CHUNK_SIZE;
        const ssize_t len = pread(fd, chunk, wanted, (off_t)start);

        if (len < (ssize_t)size)
            break; /* the kernel's own, [vvar] and such */
        n += count_in_chunk(chunk, (size_t)len, what, size);
        start += (size_t)len - (size - 1);
    }
    return n;
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

unsigned memory_count(pid_t pid, const uint8_t *what, size_t size)
{
    unsigned n = 0, n_mappings = 0;
    uint64_t start, end;
    char line[1024];
    FILE *maps;
    int fd;

    assert_in_range(size, 1, WHAT_MAX);
    fd = open_memory(pid, &maps);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " rw", &start, &end) != 2 || !strstr(line, " rw"))
            continue;
        if (end - start > MAPPING_MAX)
            continue;
        n += count_in_mapping(fd, start, end, what, size);
        n_mappings++;
    }
    fclose(maps);
    close(fd);
    assert_true(n_mappings > 1);
    return n;
}
