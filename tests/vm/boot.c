/*
 * Makes a static program the first process of an enclave: linked to one, it runs before main(), and where the process
 * is number 1 it mounts /proc and /dev and loads the modules that the ramdisk holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_CAP 256

static void mount_on(const char *path, const char *type)
{
    if (mount(type, path, type, 0, NULL) < 0)
        fprintf(stderr, "boot: cannot mount %s: %s\n", path, strerror(errno));
}

static void load(const char *name)
{
    char path[PATH_CAP];
    int fd = -1;

    if (snprintf(path, sizeof(path), "/modules/%s", name) < (int)sizeof(path))
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
        fprintf(stderr, "boot: cannot load %s: %s\n", name, strerror(errno));
    if (fd >= 0)
        close(fd);
}

__attribute__((constructor)) static void boot(void)
{
    char name[PATH_CAP];
    FILE *order;

    if (getpid() != 1)
        return;
    mount_on("/proc", "proc");
    mount_on("/dev", "devtmpfs");
    order = fopen("/modules/order", "re");
    if (!order) {
        fprintf(stderr, "boot: cannot read /modules/order: %s\n", strerror(errno));
        return;
    }
    while (fgets(name, sizeof(name), order)) {
        name[strcspn(name, "\n")] = '\0';
        load(name);
    }
    fclose(order);
}
