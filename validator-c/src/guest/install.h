/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts what the host sent into the file system of the guest. Only in guests: paths are taken as they are, and nothing
 * is ever taken out again. A guest that has no room for it gives up.
 */
#ifndef BPFCOMPAT_INSTALL_H
#define BPFCOMPAT_INSTALL_H

#include <stddef.h>

#include "request/entries.h"

/* Makes all links of the list. Before the files, which may lie behind them. */
void install__links(const struct entries *entries);
/* A new, empty file and the directories above it, in place of whatever was there. Its descriptor. */
int install__create(const struct entry *file);
void install__write(const struct entry *file, int fd, const void *data, size_t len);

#endif
