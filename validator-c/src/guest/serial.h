/* SPDX-License-Identifier: Apache-2.0 */
/* The port of machines with a serial line and nothing else: the kernel's console shares it (docs/guest-protocol.md, "Serial line"). */
#ifndef BPFCOMPAT_SERIAL_H
#define BPFCOMPAT_SERIAL_H

#include <stddef.h>
#include <sys/types.h>

/* Opens the first serial line, for bytes as they are. A descriptor or a negative errno. */
int serial__open(void);
/* Up to `len` bytes of what the host says: how many, 0 for none yet, or a negative errno. */
ssize_t serial__read(int fd, void *data, size_t len);
/* Takes all of it, waiting while the host has no room; the host has it after the next serial__flush. 0 or a negative errno. */
int serial__write(int fd, const void *data, size_t len);
int serial__flush(int fd);

#endif
