/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer. Running out of memory is remembered in `failed`, so that callers check once, at the end. */
#ifndef BPFCOMPAT_BUF_H
#define BPFCOMPAT_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

void buf__add(struct buf *buf, const void *data, size_t len);
void buf__adds(struct buf *buf, const char *text);
void buf__addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf__addc(struct buf *buf, char c);
/* Makes sure that `extra` more bytes fit; false when there is no memory. */
bool buf__reserve(struct buf *buf, size_t extra);
void buf__reset(struct buf *buf);
void buf__free(struct buf *buf);

#endif
