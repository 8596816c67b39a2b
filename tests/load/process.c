#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "must.h"

/* Adds up the numbers behind @key in a file of lines such as "Rss:  12 kB". */
static uint64_t sum_of(const char *path, const char *key)
{
    FILE *file = fopen(path, "re");
    unsigned long long value;
    uint64_t sum = 0;
    char line[256];

    must(file != NULL, "a file of /proc cannot be read");
    while (fgets(line, sizeof(line), file)) {
        char *found = strstr(line, key);
        if (found && sscanf(found + strlen(key), "%llu", &value) == 1)
            sum += value;
    }
    fclose(file);
    return sum;
}

uint64_t process_memory(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    return sum_of(path, "Rss:") * 1024;
}

/* Calls @visit, which may be NULL, for each entry of a folder of /proc. Return: number of those. */
static uint32_t walk(const char *path, void (*visit)(const char *path, const char *name, void *userdata),
                     void *userdata)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    uint32_t n = 0;

    must(dir != NULL, "a folder of /proc cannot be read");
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.') {
            n++;
            if (visit)
                visit(path, entry->d_name, userdata);
        }
    closedir(dir);
    return n;
}

uint32_t process_fds(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    return walk(path, NULL, NULL);
}

uint32_t process_threads(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    return walk(path, NULL, NULL);
}

static void add_switches(const char *path, const char *name, void *userdata)
{
    uint64_t *sum = userdata;
    char status[400];

    snprintf(status, sizeof(status), "%s/%s/status", path, name);
    *sum += sum_of(status, "voluntary_ctxt_switches:"); /* also finds nonvoluntary_ */
}

uint64_t process_wakeups(pid_t pid)
{
    char path[64];
    uint64_t sum = 0;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    walk(path, add_switches, &sum);
    return sum;
}
