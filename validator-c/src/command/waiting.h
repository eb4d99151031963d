/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaders of the run that were started before the guest was saved: each has learnt about the kernel and waits for its object, so
 * that every copy of the guest has one that is ready.
 */
#ifndef BPFCOMPAT_WAITING_H
#define BPFCOMPAT_WAITING_H

#include <stdbool.h>
#include <sys/types.h>

#include "request/request.h"

struct waiting {
	char loader[ENTRY_MAX_PATH + 1];
	pid_t pid;
	/* Its object is named here. */
	int go;
	int out;
	int err;
};

/* In the worker of a guest that will be saved: starts them. One that is not ready in time is run as any other. */
void waiting__start(void);
/* No other worker of this guest starts any. */
void waiting__once(void);
/* Ends all that the request has no use for, and waits until their memory is free. */
void waiting__end_others(const struct request *request);
/* The one for the request; NULL where it has to be started. */
struct waiting *waiting__for(const struct request *request);
/* Tells it its object, which was prepared. False when it is gone. Its output is the caller's. */
bool waiting__go(struct waiting *waiting, const struct request *request);

#endif
