/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PORT_H
#define BPFCOMPAT_PORT_H

#include <stddef.h>

/* Waits until the port is there, a virtio-serial port, a disk or a serial line, and opens it. Gives up after a minute. */
int port__open(void);
/* Reads exactly `len` bytes, waiting for the host to connect and to send. Gives up on an error. */
void port__read(int fd, void *data, size_t len);
/* Takes all of it; it has left the guest for certain after the next port__flush. 0 or a negative errno. */
int port__write(int fd, const void *data, size_t len);
int port__flush(int fd);

#endif
