/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_HELLO_H
#define BPFCOMPAT_HELLO_H

#include "lib/buf.h"

#define HELLO_MAX_PROBLEMS 64

/* What the guest could not set up. */
struct hello {
	struct {
		char what[128];
		int err;
	} problems[HELLO_MAX_PROBLEMS];
	int problem_count;
};

void hello__problem(struct hello *hello, const char *what, int err);
/* The first thing the guest says: validator, kernel and BTF facts, and its problems, as JSON. */
void hello__write(const struct hello *hello, struct buf *out);

#endif
