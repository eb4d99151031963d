/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_RELAY_H
#define BPFCOMPAT_RELAY_H

#include <stdbool.h>

#include "guest/kernel-log.h"
#include "guest/outlet.h"
#include "lib/buf.h"

/* Passes the frames of a worker on, whole ones of the kinds it may send only. */
struct relay {
	struct outlet *outlet;
	/* Read end of the worker's pipe, non-blocking. */
	int fd;
	/* Where the worker waits for the response to FRAME_SYNC. */
	uint32_t *settled;
	/* What the kernel said is reported along with what the worker did; NULL: it is not. */
	struct kernel_log *kernel;
	struct buf pending;
	/* The worker said that its result is complete, and with which exit code. */
	bool done;
	int code;
};

/* Reads what there is. The number of bytes; 0 when there is nothing; -EPROTO when the worker sends nonsense. */
int relay__pump(struct relay *relay);
void relay__close(struct relay *relay);

#endif
