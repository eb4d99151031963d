/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user wants changed between opening an object and loading it: map sizes, inner maps, program types, groups of
 * program variants. Every change that was made, or could not be, is kept here for the result.
 */
#ifndef BPFCOMPAT_TUNING_H
#define BPFCOMPAT_TUNING_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#define TUNING_MAX_MAPS 32
#define TUNING_MAX_TYPES 32
#define TUNING_MAX_GROUPS 16
#define TUNING_MAX_VARIANTS 6
#define TUNING_MAX_COMPANIONS 64
#define TUNING_NAME_SIZE 129

struct map_fixup {
	char name[TUNING_NAME_SIZE];
	/* As given: a number, `cpus`, or "". */
	char max_entries[16];
	uint32_t inner_ringbuf_bytes;
	enum bpf_map_type inner_type;
	uint32_t inner_key_size;
	uint32_t inner_value_size;
	uint32_t inner_max_entries;
	/* applied, map_not_found, error; "" until it was tried. */
	const char *status;
	int err;
	uint32_t applied_entries;
};

struct type_override {
	char selector[TUNING_NAME_SIZE];
	enum bpf_prog_type type;
	const char *status;
};

struct variant {
	char name[TUNING_NAME_SIZE];
	/* 0: no helper is asked for. */
	uint32_t helper;
	bool trial;
};

struct variant_group {
	char name[TUNING_NAME_SIZE];
	struct variant variants[TUNING_MAX_VARIANTS];
	int count;
	/* Index of the variant to load, -1 when none qualified. */
	int chosen;
};

/* A fix nobody asked for: a map of size 0 or a program without a type. */
struct auto_fix {
	char name[TUNING_NAME_SIZE];
	char section[TUNING_NAME_SIZE];
	uint32_t type;
	uint32_t max_entries;
};

struct tuning {
	struct map_fixup maps[TUNING_MAX_MAPS];
	int map_count;
	struct type_override types[TUNING_MAX_TYPES];
	int type_count;
	struct variant_group groups[TUNING_MAX_GROUPS];
	int group_count;
	char companions[TUNING_MAX_COMPANIONS][TUNING_NAME_SIZE];
	int companion_count;
	struct auto_fix *sized;
	int sized_count;
	struct auto_fix *typed;
	int typed_count;
};

/*
 * One setting in the words of docs/guest-protocol.md, such as `set_map_max_entries` and `conns=cpus`. 0; -ENOENT for a
 * key that is no tuning key; -EINVAL with the reason in `error`.
 */
int tuning__set(struct tuning *tuning, const char *key, const char *value, char *error, size_t size);
/*
 * Applies map fixups, auto-sizing, type overrides and auto-typing, in this order, to an object that was opened and not
 * loaded. With `record` the statuses are kept in `tuning`.
 */
void tuning__apply(struct tuning *tuning, struct bpf_object *obj, bool record);
/* Name of a program or map type as in the manifest and in libbpf, such as `kprobe`; "" for an unknown one. */
const char *tuning__prog_type_name(uint32_t type);
const char *tuning__map_type_name(uint32_t type);
void tuning__free(struct tuning *tuning);

#endif
