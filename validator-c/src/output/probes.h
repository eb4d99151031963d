/* SPDX-License-Identifier: Apache-2.0 */
/* A rejected system call once more with one thing changed: what was changed, and what the kernel said. */
#ifndef BPFCOMPAT_PROBES_H
#define BPFCOMPAT_PROBES_H

#include <stdbool.h>

#define PROBES_MAX 12

struct probes {
	struct {
		/* Static text. */
		const char *change;
		/* 0 or a negative errno. */
		int err;
	} list[PROBES_MAX];
	int count;
};

/* Adds a result and returns true when it was a yes, which ends the search. */
bool probes__add(struct probes *probes, const char *change, int err);

#endif
