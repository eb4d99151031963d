/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading one program with every other left out. The object is prepared once (kernel BTF, relocations, maps); each
 * load is a child process that has a copy of it, so a crash costs one program only. When preparing all programs
 * together is not possible, each load opens the object for itself.
 */
#ifndef BPFCOMPAT_SINGLE_LOADS_H
#define BPFCOMPAT_SINGLE_LOADS_H

#include "load/unavailable.h"
#include "load/verifier-log.h"
#include "output/work.h"

struct single_load_area;

struct single_loads {
	struct work *work;
	/* Prepared with all programs, or NULL. */
	struct bpf_object *prepared;
	/* What was left out, or NULL. */
	const struct unavailable *unavailable;
	struct single_load_area *area;
	struct log_buffer log;
};

/* 0 or -ENOMEM. */
int single_loads__open(struct single_loads *loads, struct work *work);
/* Prepares the object once more, without the maps that were rejected since. */
void single_loads__prepare(struct single_loads *loads);
/* Loads result->programs[index] alone, fills its `load` and says so. What uses something of `unavailable` fails over that. */
void single_loads__run(struct single_loads *loads, int index);
void single_loads__close(struct single_loads *loads);

/* What is known of a program after its load: instruction counts and sizes, statistics and time. */
void program_info__read(const struct bpf_program *prog, struct program_load *load);

#endif
