/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of overrides__apply(), and what they share. For these files only. */
#ifndef BPFCOMPAT_OVERRIDES_APPLY_H
#define BPFCOMPAT_OVERRIDES_APPLY_H

#include "overrides/overrides.h"

/* Map settings, then the shims for maps. */
void overrides__apply_maps(struct overrides *overrides, struct bpf_object *obj);
/* Program types, shims for programs without a type, attach targets, autoload. */
void overrides__apply_programs(struct overrides *overrides, struct bpf_object *obj);
/* Values of global variables. */
void overrides__apply_values(struct overrides *overrides, struct bpf_object *obj);
/* One value into one variable of an opened object. 0, or a negative errno with the reason in `why` (static text). */
int variable__set(struct bpf_object *obj, const char *path, const char *value, const char **why);
/*
 * Loads a BPF program of this type that calls a global function of this name, so that others can be attached to that
 * function. Its file descriptor or a negative errno.
 */
int target_program__load(enum bpf_prog_type type, const char *function);
/* The keys of overrides__set() for values, attach targets, autoload and strictness; -ENOENT for any other. */
int overrides__set_program_key(struct overrides *overrides, const char *key, const char *value, char *error,
			       size_t size);
/* Appends to the list of automatic fixes; silently not when there is no memory. */
void overrides__add_fix(struct auto_fix **list, int *count, const struct auto_fix *fix);

#endif
