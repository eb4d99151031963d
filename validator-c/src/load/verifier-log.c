/* SPDX-License-Identifier: Apache-2.0 */
#include "load/verifier-log.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int log_buffer__map(struct log_buffer *buffer, size_t size)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (data == MAP_FAILED)
		return -ENOMEM;
	buffer->data = data;
	buffer->size = size;
	return 0;
}

void log_buffer__clear(struct log_buffer *buffer)
{
	if (buffer->data[0] && madvise(buffer->data, buffer->size, MADV_REMOVE))
		buffer->data[0] = '\0';
}

void log_buffer__unmap(struct log_buffer *buffer)
{
	if (buffer->data)
		munmap(buffer->data, buffer->size);
	*buffer = (struct log_buffer){};
}

void log_buffer__take(const struct log_buffer *buffer, struct verifier_log *log)
{
	size_t len = strnlen(buffer->data, buffer->size);
	size_t head = len < VERIFIER_HEAD_MAX ? len : VERIFIER_HEAD_MAX;
	size_t tail = len - head < VERIFIER_TAIL_MAX ? len - head : VERIFIER_TAIL_MAX;

	buf__reset(&log->head);
	buf__reset(&log->tail);
	buf__add(&log->head, buffer->data, head);
	buf__add(&log->tail, buffer->data + len - tail, tail);
	log->bytes = len;
	log->dropped = len - head - tail;
}
