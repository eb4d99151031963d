/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/frames.h"

#include <errno.h>
#include <string.h>

#include "lib/io.h"

static const char magic[4] = { 'B', 'P', 'F', 'C' };

static void put_le(uint8_t *p, uint32_t value, int size)
{
	int i;

	for (i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le(const uint8_t *p, int size)
{
	uint32_t value = 0;

	while (size--)
		value = value << 8 | p[size];
	return value;
}

void frame__encode(const struct frame *frame, uint8_t header[FRAME_HEADER_SIZE])
{
	memcpy(header, magic, sizeof(magic));
	header[4] = FRAME_VERSION;
	header[5] = frame->type;
	put_le(header + 6, frame->kind, 2);
	put_le(header + 8, frame->seq, 4);
	put_le(header + 12, frame->len, 4);
}

int frame__decode(const uint8_t header[FRAME_HEADER_SIZE], uint32_t max, struct frame *frame)
{
	if (memcmp(header, magic, sizeof(magic)) || header[4] != FRAME_VERSION)
		return -EPROTO;
	frame->type = header[5];
	frame->kind = (uint16_t)get_le(header + 6, 2);
	frame->seq = get_le(header + 8, 4);
	frame->len = get_le(header + 12, 4);
	return frame->len > max ? -EMSGSIZE : 0;
}

int frame__write(int fd, const struct frame *frame, const void *payload)
{
	uint8_t header[FRAME_HEADER_SIZE];
	int err;

	frame__encode(frame, header);
	err = io__write_full(fd, header, sizeof(header));
	if (err || !frame->len)
		return err;
	return io__write_full(fd, payload, frame->len);
}
