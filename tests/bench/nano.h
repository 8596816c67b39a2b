/*
 * What both halves with nanopb agree on. Messages have 1 KiB at most, bench.options; a buffer for a frame of this size
 * holds what CALLER_AT_ONCE short calls send together.
 */
#ifndef BENCH_NANO_H
#define BENCH_NANO_H

#define NANO_FRAME_MAX 8192

#endif
