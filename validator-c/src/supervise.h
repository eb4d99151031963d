/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SUPERVISE_H
#define BPFCOMPAT_SUPERVISE_H

#include <stdint.h>

#include "worker.h"

/* Where frames leave the guest; their numbers are given here and nowhere else. */
struct outlet {
	int port;
	uint32_t seq;
};

/* Gives up when the host cannot be reached. */
void outlet__send(struct outlet *outlet, uint8_t type, const void *payload, uint32_t len);

/*
 * Lets a worker answer the request in the mailbox, relays its frames whole and says `exit` about it. The worker stays
 * alive afterwards when it answered, so that its links do.
 */
void supervise__run(struct outlet *outlet, const struct request *request, struct worker *worker);

#endif
