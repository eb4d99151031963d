/* SPDX-License-Identifier: Apache-2.0 */
/* The port of kernels without virtio-serial: a disk whose blocks the host makes up (docs/guest-protocol.md, "Disk"). */
#ifndef BPFCOMPAT_DISK_H
#define BPFCOMPAT_DISK_H

#include <stddef.h>
#include <sys/types.h>

/* Opens the disk of this serial number. A descriptor; or a negative errno, -ENOENT while it has not appeared. */
int disk__open(const char *serial);
/* Up to `len` bytes of what the host says: how many, 0 when it has said nothing for a while, or a negative errno. */
ssize_t disk__read(int fd, void *data, size_t len);
/* Takes all of it; the host has it after the next disk__flush. 0 or a negative errno. */
int disk__write(int fd, const void *data, size_t len);
int disk__flush(int fd);

#endif
