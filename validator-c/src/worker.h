/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_WORKER_H
#define BPFCOMPAT_WORKER_H

#include "request.h"

/* The child process of PID 1 that answers one request into `fd`, then sleeps so that its links stay. */
void worker__main(struct request *request, int fd) __attribute__((noreturn));
/* RLIMIT_MEMLOCK without end, no core files. */
void worker__raise_limits(void);

#endif
