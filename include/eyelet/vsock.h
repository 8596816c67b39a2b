/*
 * The raw core: AF_VSOCK and any other stream descriptor, thin over system calls.
 */
#ifndef EYELET_VSOCK_H
#define EYELET_VSOCK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <eyelet/address.h>
#include <eyelet/export.h>

EYELET_BEGIN_DECLS

#define EYELET_VSOCK_CID_ANY 0xffffffffu /* linux/vm_sockets.h: VMADDR_CID_ANY */

EYELET_END_DECLS

#endif
