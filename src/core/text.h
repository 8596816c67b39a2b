/*
 * Text in the caller's room, with a small printf of its own: core, io and programs without stdio have no other. What it
 * writes can be printed or logged as it is, unless it is asked to leave bytes alone.
 *
 * The conversions are c, d, i, u, x, X, s and %, with the lengths hh, h, l, ll, z, t and j for numbers, a width (a
 * number or *), the flags 0 and -, and a precision (.N or .*) for s: each means what it means to printf(3). At any
 * other one the rest of the format, from its % on, is written as it stands and no argument is taken any more, since
 * nobody knows what it would be. A NULL for s is shown as "(null)".
 */
#ifndef EYELET_CORE_TEXT_H
#define EYELET_CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/export.h>
#include <eyelet/slice.h>

#define EYELET_TEXT_SHOWN_MAX 4 /* bytes of the longest character of UTF-8, and of "\xNN" */

/**
 * struct eyelet_text - a text that is being written
 * @room:      the caller's; a string at any time
 * @cap:       bytes in @room, at least 1
 * @len:       bytes written, without the NUL
 * @is_plain:  bytes are taken as they come
 * @is_cut:    something did not fit, and nothing is added any more
 * @n_held:    bytes in @held: the start of a character whose rest may come with the next addition
 *
 * Unless it is plain, control bytes and what is not UTF-8 become \xNN, and it is cut between two characters. This is
 * judged over the whole text: a character may come in parts, as the end of one argument and the start of the next.
 */
struct eyelet_text {
    char *room;
    size_t cap;
    size_t len;
    bool is_plain;
    bool is_cut;
    uint8_t n_held;
    uint8_t held[EYELET_TEXT_SHOWN_MAX];
};

void eyelet_text_init(struct eyelet_text *text, char *room, size_t cap);
void eyelet_text_init_plain(struct eyelet_text *text, char *room, size_t cap);

/* Add what a format says, or bytes. */
void eyelet_text_add(struct eyelet_text *text, const char *format, ...) EYELET_PRINTF(2, 3);
void eyelet_text_vadd(struct eyelet_text *text, const char *format, va_list args) EYELET_PRINTF(2, 0);
void eyelet_text_add_bytes(struct eyelet_text *text, struct eyelet_slice bytes);

/* eyelet_text_end() - half a character gets no other half any more. Return: bytes written, without the NUL. */
size_t eyelet_text_end(struct eyelet_text *text);

/* eyelet_text_format() - all of it at once, made printable. Return: as eyelet_text_end(). */
size_t eyelet_text_format(char *room, size_t cap, const char *format, ...) EYELET_PRINTF(3, 4);
size_t eyelet_text_vformat(char *room, size_t cap, const char *format, va_list args) EYELET_PRINTF(3, 0);

/*
 * eyelet_text_escape() - make a peer's bytes printable
 * @in:    any bytes
 * @room:  receives valid UTF-8 without control bytes, and a NUL; what is not becomes \xNN; cut when @cap is used up
 * @cap:   bytes in @room, at least 1
 *
 * Return: bytes written, without the NUL.
 */
size_t eyelet_text_escape(struct eyelet_slice in, char *room, size_t cap);

/*
 * eyelet_text_take_shown() - the same, a piece at a time, for who has no room for all of it
 * @in:         not empty; moved on behind a character, or behind a byte that is none or is a control
 * @ret_shown:  how that is shown
 *
 * Return: bytes in @ret_shown.
 */
size_t eyelet_text_take_shown(struct eyelet_slice *in, char ret_shown[static EYELET_TEXT_SHOWN_MAX]);

/*
 * eyelet_utf8_is_valid() - is this UTF-8 as protobuf wants it: no overlong forms, no surrogates, nothing over U+10FFFF?
 */
bool eyelet_utf8_is_valid(struct eyelet_slice text);

#endif
