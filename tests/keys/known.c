#include "keys/known.h"

#include <string.h>

void known_key(unsigned n, uint8_t ret[KNOWN_SIZE])
{
    memset(ret, 0, KNOWN_SIZE);
    if (n == KNOWN_RFC_1) {
        memset(ret, 0x0b, 20);
    } else if (n == KNOWN_RFC_2) {
        memcpy(ret, "Jefe", 4);
    } else {
        for (unsigned i = 0; i < KNOWN_SIZE; i++)
            ret[i] = (uint8_t)(n * 59 + i * 151 + i * i * 7);
    }
}
