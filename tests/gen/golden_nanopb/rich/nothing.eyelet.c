/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/nothing.proto
 */
#include "rich/nothing.eyelet.h"
