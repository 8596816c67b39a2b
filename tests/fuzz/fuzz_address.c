/*
 * Any text: either it is refused, or it prints in a form that means the same address and prints the same again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/address.h>

#define CHECK(claim)                                                                                                   \
    do {                                                                                                               \
        if (!(claim)) {                                                                                                \
            fprintf(stderr, "not so: %s\n", #claim);                                                                   \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_round_trip(const struct eyelet_address *address)
{
    char first[EYELET_ADDRESS_TEXT_MAX], second[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_address again;

    CHECK(eyelet_address_format(address, first, sizeof(first)) == 0);
    CHECK(eyelet_address_parse(first, &again, NULL) == 0);
    CHECK(again.family == address->family && again.cid == address->cid && again.port == address->port);
    CHECK(again.fd == address->fd && again.is_abstract == address->is_abstract);
    CHECK(strcmp(again.path, address->path) == 0);
    CHECK(eyelet_address_format(&again, second, sizeof(second)) == 0);
    CHECK(strcmp(first, second) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);
    struct eyelet_address address;
    struct eyelet_error error;
    int r;

    if (!text)
        return 0;
    memcpy(text, data, len);
    text[len] = '\0';

    r = eyelet_address_parse(text, &address, &error);
    if (r == 0)
        check_round_trip(&address);
    else
        CHECK(error.status == EYELET_INVALID_ARGUMENT && error.error_number == -r && error.text[0] != '\0');
    free(text);
    return 0;
}
