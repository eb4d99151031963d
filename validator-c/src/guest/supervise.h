/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SUPERVISE_H
#define BPFCOMPAT_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/seal.h"
#include "guest/worker.h"

/* Where frames leave the guest; their numbers are given here and nowhere else. */
struct outlet {
	int port;
	uint32_t seq;
	/* Set while a result is being said: its frames are added to the seal. */
	bool sealing;
	struct seal seal;
};

/* Gives up when the host cannot be reached. It may have to wait for the next outlet__flush. */
void outlet__send(struct outlet *outlet, uint8_t type, const void *payload, uint32_t len);
/* Comes back when all that was sent has left the guest. */
void outlet__flush(struct outlet *outlet);

/*
 * Lets a worker handle the request in the mailbox, relays its frames whole, says `exit` about it and seals the result.
 * The worker stays alive afterwards when it completed, so that its links do. `key` is wiped.
 */
void supervise__run(struct outlet *outlet, const struct request *request, struct worker *worker, uint32_t *settled,
		    unsigned char key[SEAL_KEY_SIZE]);

#endif
