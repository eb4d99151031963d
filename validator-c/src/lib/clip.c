/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/clip.h"

#include <stdlib.h>
#include <string.h>

void clip__init(struct clip *clip, size_t head_max, size_t tail_max)
{
	*clip = (struct clip){ .head_max = head_max, .tail_max = tail_max };
}

static void add_to_ring(struct clip *clip, const char *data, size_t len)
{
	size_t at, part;

	if (!clip->ring)
		clip->ring = malloc(clip->tail_max);
	if (!clip->ring)
		return;
	if (len > clip->tail_max) {
		clip->ring_total += len - clip->tail_max;
		data += len - clip->tail_max;
		len = clip->tail_max;
	}
	while (len) {
		at = clip->ring_total % clip->tail_max;
		part = clip->tail_max - at < len ? clip->tail_max - at : len;
		memcpy(clip->ring + at, data, part);
		clip->ring_total += part;
		data += part;
		len -= part;
	}
}

void clip__add(struct clip *clip, const char *data, size_t len)
{
	size_t room = clip->head_max - clip->head.len, part = len < room ? len : room;

	clip->total += len;
	buf__add(&clip->head, data, part);
	if (part < len)
		add_to_ring(clip, data + part, len - part);
}

static size_t ring_len(const struct clip *clip)
{
	if (!clip->ring)
		return 0;
	return clip->ring_total < clip->tail_max ? (size_t)clip->ring_total : clip->tail_max;
}

static void add_ring_end(const struct clip *clip, size_t len, struct buf *out)
{
	size_t at, part;

	if (!len)
		return;
	at = (clip->ring_total - len) % clip->tail_max;
	part = clip->tail_max - at < len ? clip->tail_max - at : len;
	buf__add(out, clip->ring + at, part);
	buf__add(out, clip->ring, len - part);
}

void clip__text(const struct clip *clip, struct buf *out)
{
	size_t tail = ring_len(clip);
	uint64_t missing = clip->total - clip->head.len - tail;

	buf__add(out, clip->head.data, clip->head.len);
	if (missing)
		buf__addf(out, "\n[%llu bytes left out]\n", (unsigned long long)missing);
	add_ring_end(clip, tail, out);
}

void clip__tail(const struct clip *clip, size_t max, struct buf *out)
{
	size_t tail = ring_len(clip), from_head;

	if (tail >= max) {
		add_ring_end(clip, max, out);
		return;
	}
	/* The ring is not full yet, so what comes before it is the end of the head. */
	if (clip->total == clip->head.len + tail) {
		from_head = max - tail < clip->head.len ? max - tail : clip->head.len;
		buf__add(out, clip->head.data + clip->head.len - from_head, from_head);
	}
	add_ring_end(clip, tail, out);
}

void clip__reset(struct clip *clip)
{
	buf__reset(&clip->head);
	clip->ring_total = 0;
	clip->total = 0;
	free(clip->ring);
	clip->ring = NULL;
}

void clip__free(struct clip *clip)
{
	buf__free(&clip->head);
	free(clip->ring);
	clip->ring = NULL;
}
