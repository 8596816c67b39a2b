#include "support/folder.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/faults.h"
#include "support/live.h"

static char folder[64];

int folder_setup(void **state)
{
    (void)state;
    faults_reset();
    strcpy(folder, "/tmp/eyelet-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int folder_teardown(void **state)
{
    struct dirent *entry;
    DIR *dir;

    (void)state;
    faults_reset();
    dir = opendir(folder);
    if (!dir)
        return -1;
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(folder_path(entry->d_name));
    closedir(dir);
    return rmdir(folder);
}

const char *folder_path(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

struct eyelet_address folder_address(const char *name)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_UNIX };
    const char *path = folder_path(name);

    assert_true(strlen(path) < sizeof(address.path));
    memcpy(address.path, path, strlen(path) + 1);
    return address;
}

const char *folder_address_text(const char *name)
{
    static char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_address address = folder_address(name);

    live_must(eyelet_address_format(&address, text, sizeof(text)) == 0, "the address is too long");
    return text;
}

void assert_text_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' does not contain '%s'", text, part);
}
