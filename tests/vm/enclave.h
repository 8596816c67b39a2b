/*
 * What the test's enclave listens on, and for what.
 */
#ifndef EYELET_TESTS_VM_ENCLAVE_H
#define EYELET_TESTS_VM_ENCLAVE_H

#define ENCLAVE_PORT         5005 /* demo.Echo, see echo.h, with the profile for an enclave */
#define ENCLAVE_PICKY_PORT   5006 /* the same, but the accept filter refuses CID 2, the parent */
#define ENCLAVE_RAW_PORT     5007 /* sends back every ENCLAVE_RAW_CHUNK bytes, one connection after the other */
#define ENCLAVE_WITNESS_PORT 5008 /* one connection at a time; a byte comes when a call is being held */

#define ENCLAVE_RAW_CHUNK 65536

#endif
