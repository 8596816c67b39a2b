/*
 * Everything of eyelet in one include: what programs and generated code use. <eyelet/nano.h> is a world of its own.
 */
#ifndef EYELET_EYELET_H
#define EYELET_EYELET_H

#include <eyelet/address.h>
#include <eyelet/call.h>
#include <eyelet/call_opts.h>
#include <eyelet/client.h>
#include <eyelet/counters.h>
#include <eyelet/export.h>
#include <eyelet/frame.h>
#include <eyelet/health.h>
#include <eyelet/hooks.h>
#include <eyelet/kind.h>
#include <eyelet/metadata.h>
#include <eyelet/pbc.h>
#include <eyelet/server.h>
#include <eyelet/service.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>
#include <eyelet/stream.h>
#include <eyelet/table.h>
#include <eyelet/vsock.h>

#endif
