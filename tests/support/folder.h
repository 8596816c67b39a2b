/*
 * A folder of a test's own for its socket files, and room for errors' texts to be looked into.
 */
#ifndef EYELET_TESTS_FOLDER_H
#define EYELET_TESTS_FOLDER_H

#include <eyelet/address.h>

/* cmocka setup and teardown: faults_reset() and a fresh folder, which the teardown removes with all that is in it. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* The path of @name in the folder, in static memory until the next call. */
const char *folder_path(const char *name);

/* The address of a socket file @name in the folder. */
struct eyelet_address folder_address(const char *name);

/* The same as a text, in static memory until the next call. */
const char *folder_address_text(const char *name);

/* Fails the test unless @text contains @part. */
void assert_text_has(const char *text, const char *part);

#endif
