/* SPDX-License-Identifier: Apache-2.0 */
/* The child process of PID 1 that handles one request. */
#ifndef BPFCOMPAT_WORKER_H
#define BPFCOMPAT_WORKER_H

#include <sys/types.h>

#include "guest/mailbox.h"

/* A worker that has done what depends on the kernel alone and waits for its request. */
struct worker {
	pid_t pid;
	/* A byte sends it to work. */
	int go;
	/* Its frames. */
	int frames;
};

/*
 * Starts a worker and waits until it is ready. Forking it now and not when the request comes saves copying what it has
 * learnt about the kernel. Gives up when there is no process to be had.
 */
void worker__start(struct worker *worker, struct mailbox *mailbox, int port);
/* Sends it to work on what lies in the mailbox; afterwards it sleeps, so that its links stay. */
void worker__go(struct worker *worker);

#endif
