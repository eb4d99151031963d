/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is changed between opening an object and loading it: what the user sets (map sizes, inner maps, program types,
 * variants, values of constants, attach targets) and what the loaders of such objects do by themselves (shims). Every
 * change that was made, or could not be, is kept here for the result.
 */
#ifndef BPFCOMPAT_OVERRIDES_H
#define BPFCOMPAT_OVERRIDES_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "overrides/inner-guess.h"

#define OVERRIDES_MAX_MAPS 32
#define OVERRIDES_MAX_TYPES 32
#define OVERRIDES_MAX_GROUPS 16
#define OVERRIDES_MAX_VARIANTS 6
#define OVERRIDES_MAX_COMPANIONS 64
#define OVERRIDES_MAX_VALUES 128
#define OVERRIDES_MAX_TARGETS 128
#define OVERRIDES_MAX_AUTOLOADS 256
/* Automatic ones; what the user sets has limits of its own, above, which leave room for all of it. */
#define OVERRIDES_MAX_FIXES 1000
#define OVERRIDES_MAX_SHIMS 2000
#define OVERRIDES_NAME_SIZE 129
#define OVERRIDES_VALUE_SIZE 513

struct map_fixup {
	char name[OVERRIDES_NAME_SIZE];
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
	char selector[OVERRIDES_NAME_SIZE];
	enum bpf_prog_type type;
	const char *status;
};

struct variant {
	char name[OVERRIDES_NAME_SIZE];
	/* 0: it needs no helper. */
	uint32_t helper;
	bool trial;
	/* What became of it, static text: chosen, not_needed, no_helper, refused, not_found, untried; NULL before. */
	const char *outcome;
	/* Of a trial load that was rejected. */
	int err;
};

struct variant_group {
	char name[OVERRIDES_NAME_SIZE];
	struct variant variants[OVERRIDES_MAX_VARIANTS];
	int count;
	/* Index of the variant to load, -1 when none qualified. */
	int chosen;
};

/* An automatic fix: a map of size 0 or a program without a type. */
struct auto_fix {
	char name[OVERRIDES_NAME_SIZE];
	char section[OVERRIDES_NAME_SIZE];
	uint32_t type;
	uint32_t max_entries;
};

/* One thing that was done to the object before it was loaded. */
struct shim {
	/* Static text: map_size, map_key_value, inner_map, map_field, pinning, map_setting, program_type, rodata,
	 * attach_target, autoload, variant, companion. */
	const char *kind;
	/* The map, program or variable. */
	char subject[OVERRIDES_NAME_SIZE];
	char detail[256];
	/* Why it could not be done; 0 when it was. */
	int err;
};

struct variable_value {
	/* `name`, `name.member`, `name[3]`. */
	char path[OVERRIDES_NAME_SIZE];
	char value[OVERRIDES_VALUE_SIZE];
};

struct attach_target {
	char program[OVERRIDES_NAME_SIZE];
	/* BPF_PROG_TYPE_UNSPEC: a function of the kernel; else one of a BPF program of this type that is made for it. */
	enum bpf_prog_type of;
	char function[OVERRIDES_NAME_SIZE];
	/* The program that was made, when above 0. */
	int fd;
};

struct autoload_choice {
	char program[OVERRIDES_NAME_SIZE];
	bool on;
};

struct overrides {
	/* Nothing is changed: the object is loaded as plain libbpf does. */
	bool strict;
	struct map_fixup maps[OVERRIDES_MAX_MAPS];
	int map_count;
	struct type_override types[OVERRIDES_MAX_TYPES];
	int type_count;
	struct variant_group groups[OVERRIDES_MAX_GROUPS];
	int group_count;
	char companions[OVERRIDES_MAX_COMPANIONS][OVERRIDES_NAME_SIZE];
	int companion_count;
	struct auto_fix *sized;
	int sized_count;
	struct auto_fix *typed;
	int typed_count;
	struct variable_value values[OVERRIDES_MAX_VALUES];
	int value_count;
	struct attach_target targets[OVERRIDES_MAX_TARGETS];
	int target_count;
	struct autoload_choice autoloads[OVERRIDES_MAX_AUTOLOADS];
	int autoload_count;
	/* Stands in for inner maps that only the object's own loader knows, when above 0. */
	int inner_map;
	/* What it looks like, and whether it was fitted after the object was opened. */
	struct inner_guess guess;
	bool guess_fitted;
	/* Map fields that libbpf does not know are passed over. */
	bool relaxed_maps;
	struct shim *shims;
	int shim_count;
	/* How many of them are automatic. */
	int fix_count;
	/* Whether what is done goes into `shims`: only the first time an object is opened. */
	bool recording;
};

/*
 * One setting in the words of docs/guest-protocol.md, such as `set_map_max_entries` and `conns=cpus`. 0; -ENOENT for a
 * key that is no key of an override; -EINVAL with the reason in `error`.
 */
int overrides__set(struct overrides *overrides, const char *key, const char *value, char *error, size_t size);
/*
 * Applies map settings, shims for maps, program types, shims for programs, values, attach targets and autoload, in this
 * order, to an object that was opened and not loaded. With `record` what was done is kept in `overrides`.
 */
void overrides__apply(struct overrides *overrides, struct bpf_object *obj, bool record);
/* Keeps one thing that the user sets and that was done, or with `err` could not be; nothing while overrides do not record. */
void overrides__record(struct overrides *overrides, const char *kind, const char *subject, int err, const char *format,
		       ...) __attribute__((format(printf, 5, 6)));
/* The same of an automatic fix; further ones are done and not kept. */
void overrides__record_fix(struct overrides *overrides, const char *kind, const char *subject, int err,
			   const char *format, ...) __attribute__((format(printf, 5, 6)));
/* What the user wants this program attached to; NULL when that was left to the object. */
const struct attach_target *overrides__target(const struct overrides *overrides, const char *program);
/* Whether the user wants this program left out, and whether switched on; neither when that was left to the object. */
bool overrides__leaves_out(const struct overrides *overrides, const char *program);
bool overrides__switches_on(const struct overrides *overrides, const char *program);
/* Name of a program or map type as in the manifest and in libbpf, such as `kprobe`; "" for an unknown one. */
const char *overrides__prog_type_name(uint32_t type);
const char *overrides__map_type_name(uint32_t type);
/* The guess has changed: the next object that is opened gets a map made by it, and `shims` has that one. */
void overrides__guess_again(struct overrides *overrides);
void overrides__free(struct overrides *overrides);

#endif
