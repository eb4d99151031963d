/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the kernel with a line per thing, read once from end to end. */
#ifndef BPFCOMPAT_LINES_H
#define BPFCOMPAT_LINES_H

#include <stdbool.h>

/* Takes a line without its end; it may be written to. Lines of more than 64 KiB come in pieces. */
typedef void (*lines_take)(void *context, char *line);

/* False when the file cannot be opened, or not be read to its end. */
bool lines__each(const char *path, lines_take take, void *context);
/* The same for a file of tracefs, wherever that is mounted. */
bool lines__each_tracing(const char *file, lines_take take, void *context);

#endif
