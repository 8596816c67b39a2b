/*
 * UTF-8, what of it may be shown, and the conversions of a small printf.
 */
#include "core/text.h"

#include <limits.h>
#include <string.h>
#include <sys/types.h>

#include "core/bytes.h"

/* --- characters --------------------------------------------------------------------------------------------------- */

/*
 * Bytes at the start of @text that fit into the UTF-8 character that the first of them begins: RFC 3629, section 4. It
 * is whole when they are *@ret_len, and may only be cut off when they are all of @text.
 */
static inline size_t utf8_match(struct eyelet_slice text, size_t *ret_len)
{
    const uint8_t *b = text.data;
    uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte */
    size_t n;

    *ret_len = 1;
    if (b[0] < 0x80)
        return 1;
    if (b[0] >= 0xc2 && b[0] <= 0xdf)
        *ret_len = 2;
    else if (b[0] >= 0xe0 && b[0] <= 0xef)
        *ret_len = 3;
    else if (b[0] >= 0xf0 && b[0] <= 0xf4)
        *ret_len = 4;
    else
        return 0;

    if (b[0] == 0xe0)
        low = 0xa0; /* overlong */
    else if (b[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (b[0] == 0xf0)
        low = 0x90; /* overlong */
    else if (b[0] == 0xf4)
        high = 0x8f; /* over U+10FFFF */

    for (n = 1; n < *ret_len && n < text.len && b[n] >= low && b[n] <= high; n++) {
        low = 0x80;
        high = 0xbf;
    }
    return n;
}

/* Bytes at the start of @text that are ASCII, in whole words: text mostly is. */
static size_t ascii_words_len(struct eyelet_slice text)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    uint64_t word;
    size_t len = 0;

    while (text.len - len >= sizeof(word)) {
        memcpy(&word, text.data + len, sizeof(word));
        if ((word & high_bits) != 0)
            break;
        len += sizeof(word);
    }
    return len;
}

bool eyelet_utf8_is_valid(struct eyelet_slice text)
{
    while (text.len > 0) {
        size_t len = ascii_words_len(text);

        if (len == 0 && utf8_match(text, &len) < len)
            return false;
        eyelet_slice_take(&text, len);
    }
    return true;
}

/* C0, DEL, and the C1 controls, which UTF-8 writes as C2 80 .. C2 9F. */
static bool is_control(const uint8_t *character, size_t len)
{
    if (len == 1)
        return character[0] < 0x20 || character[0] == 0x7f;
    return len == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

size_t eyelet_text_take_shown(struct eyelet_slice *in, char ret_shown[static EYELET_TEXT_SHOWN_MAX])
{
    static const char hex[] = "0123456789abcdef";
    size_t len;

    if (utf8_match(*in, &len) == len && !is_control(in->data, len)) {
        memcpy(ret_shown, eyelet_slice_take(in, len).data, len);
        return len;
    }
    ret_shown[0] = '\\';
    ret_shown[1] = 'x';
    ret_shown[2] = hex[in->data[0] >> 4];
    ret_shown[3] = hex[in->data[0] & 0x0f];
    eyelet_slice_take(in, 1);
    return EYELET_TEXT_SHOWN_MAX;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

void eyelet_text_init(struct eyelet_text *text, char *room, size_t cap)
{
    assert(cap > 0);
    *text = (struct eyelet_text){ .room = room, .cap = cap };
    room[0] = '\0';
}

void eyelet_text_init_plain(struct eyelet_text *text, char *room, size_t cap)
{
    eyelet_text_init(text, room, cap);
    text->is_plain = true;
}

/* @len bytes, of which fewer than all make no sense. */
static void put(struct eyelet_text *text, const char *bytes, size_t len)
{
    if (len >= text->cap - text->len)
        text->is_cut = true;
    if (text->is_cut)
        return;
    memcpy(text->room + text->len, bytes, len);
    text->len += len;
    text->room[text->len] = '\0';
}

static void put_plain(struct eyelet_text *text, struct eyelet_slice bytes)
{
    size_t free_len = text->cap - text->len - 1;
    size_t len = bytes.len < free_len ? bytes.len : free_len;

    if (len > 0)
        put(text, (const char *)bytes.data, len);
    if (len < bytes.len)
        text->is_cut = true;
}

/* As far as it can be told without what comes behind @in: what cannot be is left there, at most 3 bytes. */
static void put_shown(struct eyelet_text *text, struct eyelet_slice *in)
{
    char shown[EYELET_TEXT_SHOWN_MAX];
    size_t len;

    while (in->len > 0 && !text->is_cut) {
        if (in->len < EYELET_TEXT_SHOWN_MAX && utf8_match(*in, &len) == in->len && in->len < len)
            return;
        len = eyelet_text_take_shown(in, shown);
        put(text, shown, len);
    }
}

/* One byte more behind those that are held. */
static void hold(struct eyelet_text *text, uint8_t byte)
{
    struct eyelet_slice held = { text->held, text->n_held + 1u };

    text->held[text->n_held] = byte;
    put_shown(text, &held);
    memmove(text->held, held.data, held.len);
    text->n_held = (uint8_t)held.len;
}

void eyelet_text_add_bytes(struct eyelet_text *text, struct eyelet_slice bytes)
{
    if (text->is_cut)
        return;
    if (text->is_plain) {
        put_plain(text, bytes);
        return;
    }
    while (bytes.len > 0 && text->n_held > 0 && !text->is_cut)
        hold(text, eyelet_slice_take(&bytes, 1).data[0]);
    put_shown(text, &bytes);
    while (bytes.len > 0 && !text->is_cut)
        hold(text, eyelet_slice_take(&bytes, 1).data[0]);
}

size_t eyelet_text_end(struct eyelet_text *text)
{
    struct eyelet_slice held = { text->held, text->n_held };
    char shown[EYELET_TEXT_SHOWN_MAX];

    while (held.len > 0 && !text->is_cut)
        put(text, shown, eyelet_text_take_shown(&held, shown));
    text->n_held = 0;
    return text->len;
}

size_t eyelet_text_escape(struct eyelet_slice in, char *room, size_t cap)
{
    struct eyelet_text text;

    eyelet_text_init(&text, room, cap);
    eyelet_text_add_bytes(&text, in);
    return eyelet_text_end(&text);
}

/* --- formats ------------------------------------------------------------------------------------------------------ */

enum length {
    LENGTH_INT,
    LENGTH_CHAR,
    LENGTH_SHORT,
    LENGTH_LONG,
    LENGTH_LONG_LONG,
    LENGTH_SIZE,
    LENGTH_PTRDIFF,
    LENGTH_MAX,
};

#define DIGITS_MAX 20 /* of UINT64_MAX */

/* What stands between a % and its letter. */
struct conversion {
    bool is_left;
    bool has_zeros;
    bool has_precision;
    unsigned width;
    unsigned precision;
    enum length length;
};

/* Digits, or a * for an argument. Return: behind them; *@ret may be negative for a *. */
static const char *read_number(const char *at, va_list *args, int *ret)
{
    int value = 0;

    if (*at == '*') {
        *ret = va_arg(*args, int);
        return at + 1;
    }
    for (; *at >= '0' && *at <= '9'; at++)
        value = value > (INT_MAX - 9) / 10 ? INT_MAX : value * 10 + (*at - '0');
    *ret = value;
    return at;
}

static const char *read_length(const char *at, enum length *ret)
{
    switch (*at) {
    case 'h':
        *ret = at[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
        return at + (at[1] == 'h' ? 2 : 1);
    case 'l':
        *ret = at[1] == 'l' ? LENGTH_LONG_LONG : LENGTH_LONG;
        return at + (at[1] == 'l' ? 2 : 1);
    case 'z':
        *ret = LENGTH_SIZE;
        return at + 1;
    case 't':
        *ret = LENGTH_PTRDIFF;
        return at + 1;
    case 'j':
        *ret = LENGTH_MAX;
        return at + 1;
    default:
        *ret = LENGTH_INT;
        return at;
    }
}

/* Return: where the letter is. */
static const char *read_conversion(const char *at, va_list *args, struct conversion *ret)
{
    int number;

    *ret = (struct conversion){ 0 };
    for (; *at == '0' || *at == '-'; at++) {
        ret->has_zeros |= *at == '0';
        ret->is_left |= *at == '-';
    }
    at = read_number(at, args, &number);
    ret->is_left |= number < 0; /* printf(3): a negative width is a flag and a width */
    ret->width = number < 0 ? 0u - (unsigned)number : (unsigned)number;
    if (*at == '.') {
        at = read_number(at + 1, args, &number);
        ret->has_precision = number >= 0; /* printf(3): a negative one is taken as if there were none */
        ret->precision = number >= 0 ? (unsigned)number : 0;
    }
    return read_length(at, &ret->length);
}

static intmax_t take_signed(enum length length, va_list *args)
{
    switch (length) {
    case LENGTH_INT:
        break;
    case LENGTH_CHAR:
        return (signed char)va_arg(*args, int);
    case LENGTH_SHORT:
        return (short)va_arg(*args, int);
    case LENGTH_LONG:
        return va_arg(*args, long);
    case LENGTH_LONG_LONG:
        return va_arg(*args, long long);
    case LENGTH_SIZE:
        return va_arg(*args, ssize_t);
    case LENGTH_PTRDIFF:
        return va_arg(*args, ptrdiff_t);
    case LENGTH_MAX:
        return va_arg(*args, intmax_t);
    }
    return va_arg(*args, int);
}

/* The same bits, cut to the argument's own size. */
static uintmax_t take_unsigned(enum length length, va_list *args)
{
    uintmax_t value = (uintmax_t)take_signed(length, args);

    switch (length) {
    case LENGTH_INT:
        return (unsigned)value;
    case LENGTH_CHAR:
        return (unsigned char)value;
    case LENGTH_SHORT:
        return (unsigned short)value;
    case LENGTH_LONG:
        return (unsigned long)value;
    case LENGTH_SIZE:
        return (size_t)value;
    case LENGTH_LONG_LONG:
    case LENGTH_PTRDIFF:
    case LENGTH_MAX:
        break;
    }
    return value;
}

static void pad(struct eyelet_text *text, const char *with, size_t n)
{
    for (; n > 0 && !text->is_cut; n--)
        eyelet_text_add_bytes(text, (struct eyelet_slice){ (const uint8_t *)with, 1 });
}

/* @sign stands before the zeros and behind the spaces. */
static void add_padded(struct eyelet_text *text, const struct conversion *conversion, const char *sign,
                       struct eyelet_slice bytes)
{
    struct eyelet_slice sign_bytes = eyelet_slice_of(sign);
    size_t len = sign_bytes.len + bytes.len;
    size_t n = conversion->width > len ? conversion->width - len : 0;

    if (!conversion->is_left && !conversion->has_zeros)
        pad(text, " ", n);
    eyelet_text_add_bytes(text, sign_bytes);
    if (!conversion->is_left && conversion->has_zeros)
        pad(text, "0", n);
    eyelet_text_add_bytes(text, bytes);
    if (conversion->is_left)
        pad(text, " ", n);
}

static void add_number(struct eyelet_text *text, const struct conversion *conversion, const char *sign, uintmax_t value,
                       unsigned base, const char *digits)
{
    uint8_t room[DIGITS_MAX];
    size_t at = sizeof(room);

    do {
        room[--at] = (uint8_t)digits[value % base];
        value /= base;
    } while (value > 0);
    add_padded(text, conversion, sign, (struct eyelet_slice){ room + at, sizeof(room) - at });
}

static void add_signed(struct eyelet_text *text, const struct conversion *conversion, intmax_t value)
{
    uintmax_t magnitude = value < 0 ? 0 - (uintmax_t)value : (uintmax_t)value;

    add_number(text, conversion, value < 0 ? "-" : "", magnitude, 10, "0123456789");
}

static void add_string(struct eyelet_text *text, struct conversion *conversion, const char *string)
{
    size_t len;

    if (string == NULL)
        string = "(null)";
    len = conversion->has_precision ? strnlen(string, conversion->precision) : strlen(string);
    conversion->has_zeros = false;
    add_padded(text, conversion, "", (struct eyelet_slice){ (const uint8_t *)string, len });
}

static void add_character(struct eyelet_text *text, struct conversion *conversion, int character)
{
    const uint8_t byte = (uint8_t)character;

    conversion->has_zeros = false;
    add_padded(text, conversion, "", (struct eyelet_slice){ &byte, 1 });
}

/* The conversion @letter; false when there is none like it. */
static bool convert(struct eyelet_text *text, struct conversion *conversion, char letter, va_list *args)
{
    bool is_of_text = letter == 's' || letter == 'c';

    if (is_of_text ? conversion->length != LENGTH_INT : conversion->has_precision)
        return false;
    switch (letter) {
    case 'd':
    case 'i':
        add_signed(text, conversion, take_signed(conversion->length, args));
        return true;
    case 'u':
        add_number(text, conversion, "", take_unsigned(conversion->length, args), 10, "0123456789");
        return true;
    case 'x':
        add_number(text, conversion, "", take_unsigned(conversion->length, args), 16, "0123456789abcdef");
        return true;
    case 'X':
        add_number(text, conversion, "", take_unsigned(conversion->length, args), 16, "0123456789ABCDEF");
        return true;
    case 's':
        add_string(text, conversion, va_arg(*args, const char *));
        return true;
    case 'c':
        add_character(text, conversion, va_arg(*args, int));
        return true;
    default:
        return false;
    }
}

/* What begins with the % at @format. Return: what is behind it. */
static const char *add_conversion(struct eyelet_text *text, const char *format, va_list *args)
{
    struct conversion conversion;
    const char *letter;

    if (format[1] == '%') {
        eyelet_text_add_bytes(text, (struct eyelet_slice){ (const uint8_t *)format, 1 });
        return format + 2;
    }
    letter = read_conversion(format + 1, args, &conversion);
    if (convert(text, &conversion, *letter, args))
        return letter + 1;
    eyelet_text_add_bytes(text, eyelet_slice_of(format));
    return format + strlen(format);
}

void eyelet_text_vadd(struct eyelet_text *text, const char *format, va_list args)
{
    va_list rest;

    va_copy(rest, args); /* a parameter's address is not that of a va_list where that is an array */
    while (*format != '\0' && !text->is_cut) {
        size_t len = strcspn(format, "%");

        eyelet_text_add_bytes(text, (struct eyelet_slice){ (const uint8_t *)format, len });
        format += len;
        if (*format == '%')
            format = add_conversion(text, format, &rest);
    }
    va_end(rest);
}

void eyelet_text_add(struct eyelet_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    eyelet_text_vadd(text, format, args);
    va_end(args);
}

size_t eyelet_text_vformat(char *room, size_t cap, const char *format, va_list args)
{
    struct eyelet_text text;

    eyelet_text_init(&text, room, cap);
    eyelet_text_vadd(&text, format, args);
    return eyelet_text_end(&text);
}

size_t eyelet_text_format(char *room, size_t cap, const char *format, ...)
{
    va_list args;
    size_t len;

    va_start(args, format);
    len = eyelet_text_vformat(room, cap, format, args);
    va_end(args);
    return len;
}
