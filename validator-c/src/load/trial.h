/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading one program with every other left out. The object is prepared once (kernel BTF, relocations, maps); each
 * trial is a child process that has a copy of it, so a crash costs one program only. When preparing all programs
 * together is not possible, each trial opens the object for itself.
 */
#ifndef BPFCOMPAT_TRIAL_H
#define BPFCOMPAT_TRIAL_H

#include "load/refused.h"
#include "load/verifier-log.h"
#include "work.h"

struct trial_area;

struct trials {
	struct work *work;
	/* Prepared with all programs, or NULL. */
	struct bpf_object *prepared;
	/* What was left out, or NULL. */
	const struct refused *refused;
	struct trial_area *area;
	struct log_buffer log;
};

/* 0 or -ENOMEM. */
int trials__open(struct trials *trials, struct work *work);
/* Prepares the object once more, without the maps that were rejected since. */
void trials__prepare(struct trials *trials);
/* Loads result->programs[index] alone, fills its `load` and says so. What uses something of `refused` fails over that. */
void trials__run(struct trials *trials, int index);
void trials__close(struct trials *trials);

/* What is known of a program after its load: instruction counts and sizes, statistics and time. */
void program_info__read(const struct bpf_program *prog, struct program_load *load);
/* 0 or a negative errno: everything before the first program, where this libbpf can do that apart. */
int object__prepare(struct bpf_object *obj);

#endif
