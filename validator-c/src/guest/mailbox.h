/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that PID 1 and its workers share: a request is written there once, by the read that takes it from the port.
 * A worker exists before its request does, so nothing is copied, neither the request nor the process.
 */
#ifndef BPFCOMPAT_MAILBOX_H
#define BPFCOMPAT_MAILBOX_H

#include "request/request.h"

/* A list of 4096 files is some 400 KB. */
#define MAILBOX_TEXT_MAX (1024 * 1024)

struct mailbox {
	uint32_t text_size;
	uint64_t received_us;
	/* Of the worker: see settled.h. */
	uint32_t settled;
	/* One more byte than can be sent: texts end with a NUL. */
	char text[MAILBOX_TEXT_MAX + 1];
	char plan[REQUEST_PLAN_MAX + 1];
	/* Up to FRAME_MAX_TO_GUEST bytes. */
	char artifact[];
};

/* Never NULL: without it no request can be taken, so PID 1 gives up. */
struct mailbox *mailbox__create(void);
/* Parses the text that lies there and points the request at plan and artifact. 0 or -EINVAL with the reason. */
int mailbox__open(struct mailbox *mailbox, struct request *request, char *error, size_t size);

#endif
