/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers the kernel writes verifier logs into, shared with child processes, and what is kept of them. */
#ifndef BPFCOMPAT_VERIFIER_LOG_H
#define BPFCOMPAT_VERIFIER_LOG_H

#include <stddef.h>

#include "output/result.h"

/* The largest size every kernel accepts. */
#define LOG_SIZE_ANY_KERNEL ((16U << 20) - 1)

struct log_buffer {
	char *data;
	size_t size;
};

/* Pages are only used once the kernel writes into them. 0 or -ENOMEM. */
int log_buffer__map(struct log_buffer *buffer, size_t size);
/* Gives the pages back and makes the buffer empty. */
void log_buffer__clear(struct log_buffer *buffer);
void log_buffer__unmap(struct log_buffer *buffer);
/* Copies head and tail. */
void log_buffer__take(const struct log_buffer *buffer, struct verifier_log *log);

#endif
