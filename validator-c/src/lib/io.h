/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers over read(2), write(2) and clocks. */
#ifndef BPFCOMPAT_IO_H
#define BPFCOMPAT_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"

/* Writes everything, waiting where needed. 0 or a negative errno. */
int io__write_full(int fd, const void *data, size_t len);
/* Reads a file of at most `max` bytes. 0, -EFBIG, or a negative errno. */
int io__read_file(const char *path, size_t max, struct buf *out);
/* The first line of a small file such as those of /proc/sys; "" when it cannot be read. */
void io__read_line(const char *path, char *line, size_t size);
/* Writes a whole file through a temporary name beside it. 0 or a negative errno. */
int io__replace_file(const char *path, const void *data, size_t len);
/* Microseconds since the kernel started. */
uint64_t io__now_us(void);
void io__sleep_us(uint64_t us);

#endif
