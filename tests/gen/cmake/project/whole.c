#include "sub/box.eyelet.h"
#include "sub/part.eyelet.h"
#include "other place/whole.eyelet.h"

/* Both services are there, by type. */
extern const struct whole_handlers whole_example;
const struct whole_handlers whole_example = { .get = NULL };
extern const struct sub_parts_handlers parts_example;
const struct sub_parts_handlers parts_example = { .delete_ = NULL };
