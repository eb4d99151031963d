/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf (1.7 and before) reads and writes the members of a struct_ops map where the types of the object say, and never
 * compares that with the size of the structure it made room for. What no compiler writes is found here before libbpf
 * sees it.
 */
#ifndef BPFCOMPAT_STRUCT_OPS_BOUNDS_H
#define BPFCOMPAT_STRUCT_OPS_BOUNDS_H

#include <stddef.h>

#include "lib/buf.h"

/*
 * Appends one line about the first struct_ops map whose structure or place does not fit, and nothing when all fit. Types
 * that cannot be read at all are left to libbpf, which does not open them.
 */
void struct_ops_bounds__check(const void *object, size_t len, struct buf *problem);

#endif
