/* SPDX-License-Identifier: Apache-2.0 */
/* Failures that no single program is to blame for. */
#ifndef BPFCOMPAT_REFUSED_H
#define BPFCOMPAT_REFUSED_H

#include "work.h"

/*
 * Prepares the object without any program. When that fails, the object itself is at fault: the errno is returned, its
 * log put into `log`, and every map that cannot be created is marked in the result. 0 when only programs can be.
 */
int refused__find(struct work *work, struct buf *log);
/*
 * Finds `<kind> '<name>': <what>` in libbpf's warnings, such as `map 'events': failed to create`. Copies the name and
 * returns true.
 */
bool refused__name(const struct buf *log, const char *kind, const char *what, char *name, size_t size);

#endif
