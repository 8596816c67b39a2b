/*
 * What both halves with nanopb agree on: messages have 1 KiB at most, bench.options, and so their frames are short.
 */
#ifndef BENCH_NANO_H
#define BENCH_NANO_H

#define NANO_FRAME_MAX 4096

#endif
