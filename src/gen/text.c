#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TEXT_CAP_FIRST 4096

void gen_text_init(struct gen_text *text, struct gen_pool *pool)
{
    *text = (struct gen_text){ .pool = pool };
}

static bool reserve(struct gen_text *text, size_t len)
{
    size_t cap = text->cap > 0 ? text->cap : TEXT_CAP_FIRST;
    char *data;

    if (len < text->cap - text->len) /* less, not equal: the NUL */
        return true;
    if (len >= SIZE_MAX / 4 || text->len >= SIZE_MAX / 4)
        return false;

    while (cap - text->len <= len)
        cap *= 2;
    data = gen_pool_alloc(text->pool, cap);
    if (!data)
        return false;

    if (text->len > 0)
        memcpy(data, text->data, text->len);
    text->data = data;
    text->cap = cap;
    return true;
}

void gen_text_put(struct gen_text *text, const char *data, size_t len)
{
    if (text->has_failed || !reserve(text, len)) {
        text->has_failed = true;
        return;
    }

    if (len > 0)
        memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void gen_text_printf(struct gen_text *text, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);

    if (len < 0 || text->has_failed || !reserve(text, (size_t)len)) {
        text->has_failed = true;
        return;
    }

    va_start(args, format);
    vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
    va_end(args);
    text->len += (size_t)len;
}

/* Length of the UTF-8 character at @in (Unicode 15, table 3-7), 0 when there is none. @in is NUL-terminated. */
static size_t utf8_len(const unsigned char *in)
{
    size_t len = in[0] < 0xc2 ? 0 : in[0] < 0xe0 ? 2 : in[0] < 0xf0 ? 3 : in[0] < 0xf5 ? 4 : 0;
    unsigned char low = in[0] == 0xe0 ? 0xa0 : in[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = in[0] == 0xed ? 0x9f : in[0] == 0xf4 ? 0x8f : 0xbf;

    if (len == 0 || in[1] < low || in[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((in[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* U+202A to U+202E and U+2066 to U+2069 reorder what a reader sees (CVE-2021-42574); gcc warns about them. */
static bool turns_direction(const unsigned char *in)
{
    return in[0] == 0xe2 &&
           ((in[1] == 0x80 && in[2] >= 0xaa && in[2] <= 0xae) || (in[1] == 0x81 && in[2] >= 0xa6 && in[2] <= 0xa9));
}

static size_t put_wide_char(struct gen_text *text, const unsigned char *in)
{
    size_t len = utf8_len(in);

    if (len == 0 || turns_direction(in)) {
        gen_text_put(text, "?", 1);
        return len > 0 ? len : 1;
    }
    gen_text_put(text, (const char *)in, len);
    return len;
}

static size_t put_char(struct gen_text *text, const unsigned char *start, const unsigned char *in)
{
    char before = in > start ? (char)in[-1] : '\0';
    bool is_mark = (before == '*' && *in == '/') || (before == '/' && *in == '*');
    bool is_trigraph = *in == '/' && in - start >= 2 && before == '?' && in[-2] == '?';

    if (*in >= 0x80)
        return put_wide_char(text, in);

    if (is_mark || is_trigraph)
        gen_text_put(text, " ", 1);
    gen_text_put(text, *in < ' ' || *in == 0x7f ? " " : (const char *)in, 1);
    return 1;
}

static size_t trimmed(const char *data, size_t len)
{
    while (len > 0 && (data[len - 1] == ' ' || data[len - 1] == '\t' || data[len - 1] == '\r'))
        len--;
    return len;
}

static void put_comment_line(struct gen_text *text, const char *indent, const char *line, size_t len)
{
    const unsigned char *in = (const unsigned char *)line;
    const unsigned char *end;

    if (len > 0 && *in == ' ') { /* protoc keeps the space behind the comment mark */
        in++;
        len--;
    }
    len = trimmed((const char *)in, len);
    end = in + len;

    gen_text_put(text, indent, len > 0 ? strlen(indent) : trimmed(indent, strlen(indent)));
    for (const unsigned char *at = in; at < end;)
        at += put_char(text, in, at);
    gen_text_put(text, "\n", 1);
}

void gen_text_comment(struct gen_text *text, const char *indent, const char *comment)
{
    size_t left = strlen(comment);

    while (left > 0 && strchr(" \t\r\n", comment[left - 1]))
        left--;

    while (left > 0) {
        const char *newline = memchr(comment, '\n', left);
        size_t len = newline ? (size_t)(newline - comment) : left;

        put_comment_line(text, indent, comment, len);
        comment += len;
        left -= len;
        if (left > 0) {
            comment++;
            left--;
        }
    }
}

void gen_text_comment_above(struct gen_text *text, const char *indent, const char *comment)
{
    if (!comment)
        return;
    gen_text_comment(text, indent, comment);
    gen_text_printf(text, "%.*s\n", (int)(strlen(indent) - 1), indent);
}
