/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_OUTLET_H
#define BPFCOMPAT_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/seal.h"

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

#endif
