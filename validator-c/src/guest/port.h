/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PORT_H
#define BPFCOMPAT_PORT_H

#include <stddef.h>

#define PORT_NAME "org.bpfcompat.port"

/* Waits until the virtio-serial port is there and opens it. Gives up after a minute. */
int port__open(void);
/* Reads exactly `len` bytes, waiting for the host to connect and to send. Gives up on an error. */
void port__read(int fd, void *data, size_t len);

#endif
