/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a command with everything it started, whatever process group or session that has moved to. */
#ifndef BPFCOMPAT_DESCENDANTS_H
#define BPFCOMPAT_DESCENDANTS_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on orphans of our children become our own children. */
void descendants__adopt(void);
/*
 * Kills the group of `leader` and all our descendants, and collects them. `everybody`: nobody else is in this guest but
 * PID 1, so all processes are killed at once, which no fork can outrun. True when `leader` was collected; `status` is
 * its wait status then.
 */
bool descendants__end(pid_t leader, bool everybody, int *status);

#endif
