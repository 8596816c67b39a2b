#include "sub/dot.eyelet.h"
#include "sub/label.eyelet.h"
#include "sub/part.eyelet.h"

/* Sizes are those of the options, in the message and in the file that imports it. */
_Static_assert(sizeof(((sub_Ink *)0)->color) == 8, "protos/sub/ink.options");
_Static_assert(sizeof(((sub_Label *)0)->text) == 12, "more options/sub/label.options");
_Static_assert(sizeof(((sub_Label *)0)->size) == 4, "protos/sub/label.proto");
_Static_assert(sub_Label_size == 2 + sub_Ink_size + 1 + 1 + 11 + 1 + 1 + 3, "all");

/* Services of either backend are there, by type. */
extern const struct sub_labels_handlers labels_example;
const struct sub_labels_handlers labels_example = { .print = NULL };
extern const struct sub_parts_handlers parts_example;
const struct sub_parts_handlers parts_example = { .delete_ = NULL };
extern const struct sub_dots_handlers dots_example;
const struct sub_dots_handlers dots_example = { .draw = NULL };
