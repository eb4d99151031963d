/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SUPERVISE_H
#define BPFCOMPAT_SUPERVISE_H

#include <stdint.h>

#include "request.h"

/* Where frames leave the guest; their numbers are given here and nowhere else. */
struct outlet {
	int port;
	uint32_t seq;
};

/* Gives up when the host cannot be reached. */
void outlet__send(struct outlet *outlet, uint8_t type, const void *payload, uint32_t len);

/*
 * Answers one request in a child process with limits, relays its frames whole and says `exit` about it. The child stays
 * alive afterwards when it answered, so that its links do.
 */
void supervise__run(struct outlet *outlet, struct request *request);

#endif
