/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/relay.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/frames.h"
#include "lib/settled.h"

#define PIECE (64 * 1024)

/* What comes next may hide what the kernel said. */
static void say_kernel(struct relay *relay)
{
	struct buf text = {};
	struct json json;

	json__init(&json, &text);
	if (relay->kernel && kernel_log__look(relay->kernel, &json) && !text.failed)
		outlet__send(relay->outlet, FRAME_STAGE, text.data, (uint32_t)text.len);
	buf__free(&text);
}

static int take(struct relay *relay, const struct frame *frame, const char *payload)
{
	uint32_t number;

	if (relay->done)
		return -EPROTO;
	switch (frame->type) {
	case FRAME_STAGE:
	case FRAME_DOCUMENT:
		outlet__send(relay->outlet, frame->type, payload, frame->len);
		return 0;
	case FRAME_SYNC:
		if (frame->len != sizeof(number))
			return -EPROTO;
		memcpy(&number, payload, sizeof(number));
		say_kernel(relay);
		/* The kernel or the host has the bytes then: nothing in our memory is read again. */
		outlet__flush(relay->outlet);
		settled__report(relay->settled, number);
		return 0;
	case FRAME_DONE:
		if (frame->len != 1)
			return -EPROTO;
		relay->done = true;
		relay->code = (unsigned char)payload[0];
		return 0;
	default:
		return -EPROTO;
	}
}

/* Sends every whole frame that is pending. */
static int forward(struct relay *relay)
{
	struct buf *pending = &relay->pending;
	size_t at = 0;
	struct frame frame;
	int err = 0;

	while (!err && pending->len - at >= FRAME_HEADER_SIZE) {
		err = frame__decode((const uint8_t *)pending->data + at, FRAME_MAX_TO_HOST, &frame);
		if (err) {
			err = -EPROTO;
			break;
		}
		if (pending->len - at - FRAME_HEADER_SIZE < frame.len)
			break;
		err = take(relay, &frame, pending->data + at + FRAME_HEADER_SIZE);
		at += FRAME_HEADER_SIZE + frame.len;
	}
	if (at) {
		memmove(pending->data, pending->data + at, pending->len - at);
		pending->len -= at;
		/* A read that a program on an LSM hook fakes leaves what is there: nothing that was sent counts again. */
		memset(pending->data + pending->len, 0, at);
	}
	return err;
}

int relay__pump(struct relay *relay)
{
	ssize_t n;
	int err;

	if (!buf__reserve(&relay->pending, PIECE))
		return -EPROTO;
	n = read(relay->fd, relay->pending.data + relay->pending.len, PIECE);
	if (n <= 0)
		return 0;
	relay->pending.len += (size_t)n;
	err = forward(relay);
	outlet__flush(relay->outlet);
	return err ? err : (int)n;
}

void relay__close(struct relay *relay)
{
	buf__free(&relay->pending);
	close(relay->fd);
}
