/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of docs/guest-protocol.md: a 16-byte little-endian header, then the payload. */
#ifndef BPFCOMPAT_FRAMES_H
#define BPFCOMPAT_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER_SIZE 16
/* Raised with every change that one end cannot do without the other; the host looks for it in the program. */
#define FRAME_VERSION 2
#define FRAME_MAX_TO_HOST (4U << 20)
#define FRAME_MAX_TO_GUEST (64U << 20)

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_REQUEST = 2,
	FRAME_BLOB = 3,
	FRAME_STAGE = 4,
	FRAME_DOCUMENT = 5,
	FRAME_BYE = 6,
	FRAME_SEAL = 7,
	/* Only inside the guest, from the worker to PID 1: sent back once everything before it has left the guest. */
	FRAME_SYNC = 254,
	/* Only inside the guest, from the worker to PID 1: the result is complete; one byte, the exit code. */
	FRAME_DONE = 255,
};

enum blob_kind {
	BLOB_ARTIFACT = 1,
	BLOB_PLAN = 2,
	BLOB_FILE = 3,
	BLOB_KEY = 4,
	BLOB_MODULE = 5,
};

struct frame {
	uint8_t type;
	uint16_t kind;
	uint32_t seq;
	uint32_t len;
};

void frame__encode(const struct frame *frame, uint8_t header[FRAME_HEADER_SIZE]);
/* 0; -EPROTO for a wrong magic or version; -EMSGSIZE for a payload longer than `max`. */
int frame__decode(const uint8_t header[FRAME_HEADER_SIZE], uint32_t max, struct frame *frame);
/* Writes header and payload. 0 or a negative errno. */
int frame__write(int fd, const struct frame *frame, const void *payload);

#endif
