/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the head and the tail of a long text, and counts what was left out between them. */
#ifndef BPFCOMPAT_CLIP_H
#define BPFCOMPAT_CLIP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct clip {
	size_t head_max;
	size_t tail_max;
	struct buf head;
	/* A ring of tail_max bytes once it is full. */
	char *ring;
	uint64_t ring_total;
	uint64_t total;
};

void clip__init(struct clip *clip, size_t head_max, size_t tail_max);
void clip__add(struct clip *clip, const char *data, size_t len);
/* Appends head, a line that says how much is missing, and tail. */
void clip__text(const struct clip *clip, struct buf *out);
/* Appends the last `max` bytes that were added. */
void clip__tail(const struct clip *clip, size_t max, struct buf *out);
void clip__reset(struct clip *clip);
void clip__free(struct clip *clip);

#endif
