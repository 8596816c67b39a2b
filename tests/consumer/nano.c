/*
 * A program on eyelet::nano alone: prints an address as eyelet does, or says what is wrong with it.
 */
#include <string.h>
#include <unistd.h>

#include <eyelet/nano.h>

static int say(int fd, const char *text)
{
    size_t len = strlen(text);

    return write(fd, text, len) == (ssize_t)len && write(fd, "\n", 1) == 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct eyelet_error error;
    struct eyelet_address address;
    char text[EYELET_ADDRESS_TEXT_MAX];

    if (eyelet_address_parse(argc > 1 ? argv[1] : "", &address, &error) < 0) {
        say(STDERR_FILENO, error.text);
        return 1;
    }
    return eyelet_address_format(&address, text, sizeof(text)) < 0 ? 1 : say(STDOUT_FILENO, text);
}
