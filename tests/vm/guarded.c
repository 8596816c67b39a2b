/*
 * The guard for programs of the tests that do without support/faults.c.
 */
#include "support/guest.h"

int __wrap_socket(int domain, int type, int protocol);

int __wrap_socket(int domain, int type, int protocol)
{
    return guest_socket(domain, type, protocol);
}
