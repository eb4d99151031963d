/* SPDX-License-Identifier: Apache-2.0 */
/* Stages that say what the kernel has of what the object names. They explain other stages and are non-blocking. */
#ifndef BPFCOMPAT_EVIDENCE_KERNEL_H
#define BPFCOMPAT_EVIDENCE_KERNEL_H

#include "load/externs.h"
#include "output/evidence.h"
#include "symbols/formats.h"
#include "symbols/symbols.h"

/* The CO-RE relocations that libbpf has worked on so far; nothing when there are none. */
void evidence__core(struct evidence *evidence);
/* What the object takes from the kernel; nothing when there are none. */
void evidence__externs(struct evidence *evidence, const struct extern_name *list, size_t count);
/* What the kernel has of one name that was not found. */
void evidence__symbol(struct evidence *evidence, const struct symbol *symbol);
/* The record of one tracepoint. */
void evidence__format(struct evidence *evidence, const struct format *format);

#endif
