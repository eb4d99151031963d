/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SUPERVISE_H
#define BPFCOMPAT_SUPERVISE_H

#include <stdint.h>

#include "guest/outlet.h"
#include "guest/seal.h"
#include "guest/worker.h"
#include "request/request.h"

/*
 * Lets a worker handle the request in the mailbox, relays its frames whole, says `exit` about it and seals the result.
 * The worker stays alive afterwards when it completed, so that its links do. `key` is wiped.
 */
void supervise__run(struct outlet *outlet, const struct request *request, struct worker *worker, uint32_t *settled,
		    unsigned char key[SEAL_KEY_SIZE]);

#endif
