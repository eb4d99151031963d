/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool buf__reserve(struct buf *buf, size_t extra)
{
	size_t need, cap;
	char *data;

	if (buf->failed || __builtin_add_overflow(buf->len, extra, &need)) {
		buf->failed = true;
		return false;
	}
	if (need <= buf->cap)
		return true;
	cap = buf->cap < 256 ? 256 : buf->cap;
	while (cap < need) {
		if (__builtin_mul_overflow(cap, 2, &cap)) {
			buf->failed = true;
			return false;
		}
	}
	data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void buf__add(struct buf *buf, const void *data, size_t len)
{
	if (!len || !buf__reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

void buf__adds(struct buf *buf, const char *text)
{
	buf__add(buf, text, strlen(text));
}

void buf__addc(struct buf *buf, char c)
{
	buf__add(buf, &c, 1);
}

void buf__addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !buf__reserve(buf, (size_t)len + 1))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf__reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

void buf__free(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){};
}
