/*
 * Feeds each file of a corpus folder to a fuzz target once, where there is no libFuzzer.
 */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static long file_len(FILE *file)
{
    struct stat about;

    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode))
        return -1;
    return (long)about.st_size;
}

/* The input lies in a block of exactly its size, so that a sanitizer sees the first byte read behind it. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    int r = -1;
    long len;

    if (file == NULL)
        return -1;
    len = file_len(file);
    if (len >= 0)
        data = malloc((size_t)len);
    if (len >= 0 && (data != NULL || len == 0) && fread(data, 1, (size_t)len, file) == (size_t)len)
        r = LLVMFuzzerTestOneInput(data, (size_t)len);
    free(data);
    fclose(file);
    return r;
}

static int replay_folder(const char *folder, DIR *dir)
{
    struct dirent *entry;
    char path[4096];
    int n = 0;

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (replay_file(path) != 0) {
            fprintf(stderr, "cannot replay %s\n", path);
            return -1;
        }
        n++;
    }
    return n;
}

int main(int argc, char **argv)
{
    DIR *dir;
    int n;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    dir = opendir(argv[1]);
    if (dir == NULL) {
        perror(argv[1]);
        return 1;
    }
    n = replay_folder(argv[1], dir);
    closedir(dir);
    if (n == 0)
        fprintf(stderr, "%s is empty\n", argv[1]);
    if (n <= 0)
        return 1;
    printf("%d inputs replayed\n", n);
    return 0;
}
