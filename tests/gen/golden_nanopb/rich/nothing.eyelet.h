/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/nothing.proto
 */
#ifndef EYELET_GENERATED_rich_2fnothing_H
#define EYELET_GENERATED_rich_2fnothing_H

#include <eyelet/nano.h>

#include "rich/nothing.pb.h"

EYELET_BEGIN_DECLS

EYELET_END_DECLS

#endif
