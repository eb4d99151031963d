/* SPDX-License-Identifier: Apache-2.0 */
/* Failures that no single program is to blame for: the object cannot be prepared, whatever its programs are. */
#ifndef BPFCOMPAT_REFUSED_H
#define BPFCOMPAT_REFUSED_H

#include "work.h"

#define LACKS_MAX 64

/* A map that cannot be created, or a kernel function that is not there. */
struct lack {
	bool map;
	char name[TUNING_NAME_SIZE];
	int err;
	/* What libbpf said about it. */
	struct buf log;
};

struct refused {
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
 * in the result and left out by refused__leave_out; calls of functions that are not there are left to fail one by one.
 */
void refused__find(struct work *work, struct refused *refused);
void refused__leave_out(const struct work *work, struct bpf_object *obj);
/* What a program uses that was left out, once libbpf has put it together: its place in `lacks`, or -1. */
int refused__used(const struct refused *refused, const struct result *result, const struct bpf_program *prog);
void refused__free(struct refused *refused);
/*
 * Finds `<kind> '<name>': <what>` in libbpf's warnings, such as `map 'events': failed to create`. Copies the name and
 * returns true.
 */
bool refused__name(const struct buf *log, const char *kind, const char *what, char *name, size_t size);

#endif
