/*
 * Started calls of demo.Echo's Say, and what became of each: its own text or an error, told exactly once. What must not
 * happen ends the program with a sentence, as in live.h, since functions may be told in any thread.
 */
#ifndef EYELET_TESTS_STARTS_H
#define EYELET_TESTS_STARTS_H

#include <stdbool.h>
#include <stdint.h>

#include <eyelet/eyelet.h>

#define STARTS_MAX      4096
#define STARTS_TEXT_MAX 64

struct starts;

struct start {
    struct starts *all;
    char text[STARTS_TEXT_MAX]; /* said, and expected back */
    bool is_told;
    enum eyelet_status status;
    struct eyelet_pending *pending;
};

/**
 * struct starts - zeroed memory has none
 * @n:       calls that were started, in @each
 * @n_told:  of those, how many are over
 * @n_of:    the same by status
 * @last:    the error of the last one that failed
 * @on_end:  called after each end; may be NULL
 */
struct starts {
    unsigned n;
    unsigned n_told;
    unsigned n_of[EYELET_STATUS_MAX + 1];
    struct eyelet_error last;
    void (*on_end)(struct starts *starts, struct start *start, void *userdata);
    void *userdata;
    struct start each[STARTS_MAX];
};

/* Starts one more call, whose text is @word and its number. Return: of the start; it counts only when EYELET_OK. */
enum eyelet_status starts_begin(struct starts *starts, struct eyelet_client *client, const char *word,
                                uint32_t timeout_ms, struct eyelet_error *reterr);

/* The same @n times, and each of them must start. */
void starts_begin_many(struct starts *starts, struct eyelet_client *client, const char *word, uint32_t timeout_ms,
                       unsigned n);

/* How many are not over. */
unsigned starts_in_flight(const struct starts *starts);

#endif
