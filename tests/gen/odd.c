/* Bytes of an odd number, as nanopb writes them, alone, in an array and in a oneof: no compiler may take this. */
#include <eyelet/nano_check.h>

typedef struct {
    PB_BYTES_ARRAY_T(3) alone;
    PB_BYTES_ARRAY_T(5) several[2];
    union {
        PB_BYTES_ARRAY_T(7) member;
    } which;
    PB_BYTES_ARRAY_T(8) even;
} Odd;

#define Odd_FIELDLIST(X, a)                                                                                            \
    X(a, STATIC, SINGULAR, BYTES, alone, 1)                                                                            \
    X(a, STATIC, REPEATED, BYTES, several, 2)                                                                          \
    X(a, STATIC, ONEOF, BYTES, (which, member, which.member), 3)                                                       \
    X(a, STATIC, SINGULAR, BYTES, even, 4)                                                                             \
    X(a, CALLBACK, SINGULAR, BYTES, elsewhere, 5)

EYELET_NANO_EVEN(Odd)
