#include "stream.h"

#include <errno.h>
#include <string.h>

int gen_stream_read(FILE *file, struct gen_pool *pool, struct gen_bytes *ret)
{
    size_t cap = 64 << 10, len = 0;
    uint8_t *data = gen_pool_alloc(pool, cap);

    while (data) {
        uint8_t *more;

        len += fread(data + len, 1, cap - len, file);
        if (len < cap) {
            *ret = (struct gen_bytes){ data, len };
            return ferror(file) ? -EIO : 0;
        }
        if (cap >= GEN_STREAM_MAX)
            return -EFBIG;
        more = gen_pool_alloc(pool, cap * 2);
        if (more)
            memcpy(more, data, len);
        data = more;
        cap *= 2;
    }
    return -ENOMEM;
}

int gen_stream_write(FILE *file, struct gen_bytes out)
{
    return fwrite(out.data, 1, out.len, file) == out.len && fflush(file) == 0 ? 0 : -EIO;
}
