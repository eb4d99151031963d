/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a command with everything it started, whatever process group or session that has moved to. */
#ifndef BPFCOMPAT_DESCENDANTS_H
#define BPFCOMPAT_DESCENDANTS_H

#include <stdbool.h>
#include <sys/types.h>

/* This guest is a whole system: from now on no one but our descendants is ended. */
void descendants__among_others(void);
bool descendants__are_all(void);
/* From now on orphans of our children become our own children. */
void descendants__adopt(void);
/*
 * Kills the group of `leader` and all our descendants, and collects them. `everybody`: in a guest where no one else is but
 * PID 1 all processes are killed at once, which no fork can outrun. True when `leader` was collected; `status` is
 * its wait status then.
 */
bool descendants__end(pid_t leader, bool everybody, int *status);

#endif
