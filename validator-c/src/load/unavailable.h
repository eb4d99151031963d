/* SPDX-License-Identifier: Apache-2.0 */
/* Failures that no single program is to blame for: the object cannot be prepared, whatever its programs are. */
#ifndef BPFCOMPAT_UNAVAILABLE_H
#define BPFCOMPAT_UNAVAILABLE_H

#include "output/work.h"

#define LACKS_MAX 64

/* A map that cannot be created, or a kernel function that is not there. */
struct lack {
	bool map;
	char name[OVERRIDES_NAME_SIZE];
	int err;
	/* What libbpf said about it. */
	struct buf log;
};

struct unavailable {
	/* Of the first attempt; 0 when only programs can be at fault. */
	int err;
	struct buf log;
	struct lack lacks[LACKS_MAX];
	int count;
	/* Without what it lacks the object can be prepared, and what does not use that can be loaded. */
	bool has_rest;
};

/*
 * Prepares the object without any program, and again without what it lacks. Every map that cannot be created is marked
 * in the result and left out by unavailable__leave_out; calls of functions that are not there are left to fail one by one.
 */
void unavailable__find(struct work *work, struct unavailable *unavailable);
void unavailable__leave_out(const struct work *work, struct bpf_object *obj);
/* What a program uses that was left out, once libbpf has put it together: its place in `lacks`, or -1. */
int unavailable__used(const struct unavailable *unavailable, const struct result *result,
		      const struct bpf_program *prog);
void unavailable__free(struct unavailable *unavailable);
/*
 * Finds `<kind> '<name>': <what>` in libbpf's warnings, such as `map 'events': failed to create`. Copies the name and
 * returns true.
 */
bool unavailable__name(const struct buf *log, const char *kind, const char *what, char *name, size_t size);

#endif
