/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is changed between opening an object and loading it: what the user sets (map sizes, inner maps, program types,
 * variants, values of constants, attach targets) and what the loaders of such objects do by themselves (shims). Every
 * change that was made, or could not be, is kept here for the result.
 */
#ifndef BPFCOMPAT_TUNING_H
#define BPFCOMPAT_TUNING_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "load/inner-guess.h"

#define TUNING_MAX_MAPS 32
#define TUNING_MAX_TYPES 32
#define TUNING_MAX_GROUPS 16
#define TUNING_MAX_VARIANTS 6
#define TUNING_MAX_COMPANIONS 64
#define TUNING_MAX_VALUES 128
#define TUNING_MAX_TARGETS 128
#define TUNING_MAX_AUTOLOADS 256
#define TUNING_MAX_SHIMS 1000
#define TUNING_NAME_SIZE 129
#define TUNING_VALUE_SIZE 513

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
	/* 0: no helper is wanted. */
	uint32_t helper;
	bool trial;
	/* What became of it, static text: chosen, not_needed, no_helper, refused, not_found, untried; NULL before. */
	const char *outcome;
	/* Of a trial load that was rejected. */
	int err;
};

struct variant_group {
	char name[TUNING_NAME_SIZE];
	struct variant variants[TUNING_MAX_VARIANTS];
	int count;
	/* Index of the variant to load, -1 when none qualified. */
	int chosen;
};

/* An automatic fix: a map of size 0 or a program without a type. */
struct auto_fix {
	char name[TUNING_NAME_SIZE];
	char section[TUNING_NAME_SIZE];
	uint32_t type;
	uint32_t max_entries;
};

/* One thing that was done to the object before it was loaded. */
struct shim {
	/* Static text: map_size, map_key_value, inner_map, map_field, pinning, map_setting, program_type, rodata,
	 * attach_target, autoload, variant, companion. */
	const char *kind;
	/* The map, program or variable. */
	char subject[TUNING_NAME_SIZE];
	char detail[256];
	/* Why it could not be done; 0 when it was. */
	int err;
};

struct variable_value {
	/* `name`, `name.member`, `name[3]`. */
	char path[TUNING_NAME_SIZE];
	char value[TUNING_VALUE_SIZE];
};

struct attach_target {
	char program[TUNING_NAME_SIZE];
	/* BPF_PROG_TYPE_UNSPEC: a function of the kernel; else one of a BPF program of this type that is made for it. */
	enum bpf_prog_type of;
	char function[TUNING_NAME_SIZE];
	/* The program that was made, when above 0. */
	int fd;
};

struct autoload_choice {
	char program[TUNING_NAME_SIZE];
	bool on;
};

struct tuning {
	/* Nothing is changed: the object is loaded as plain libbpf does. */
	bool strict;
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
	struct variable_value values[TUNING_MAX_VALUES];
	int value_count;
	struct attach_target targets[TUNING_MAX_TARGETS];
	int target_count;
	struct autoload_choice autoloads[TUNING_MAX_AUTOLOADS];
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
	/* Whether what is done goes into `shims`: only the first time an object is opened. */
	bool recording;
};

/*
 * One setting in the words of docs/guest-protocol.md, such as `set_map_max_entries` and `conns=cpus`. 0; -ENOENT for a
 * key that is not a tuning key; -EINVAL with the reason in `error`.
 */
int tuning__set(struct tuning *tuning, const char *key, const char *value, char *error, size_t size);
/*
 * Applies map settings, shims for maps, program types, shims for programs, values, attach targets and autoload, in this
 * order, to an object that was opened and not loaded. With `record` what was done is kept in `tuning`.
 */
void tuning__apply(struct tuning *tuning, struct bpf_object *obj, bool record);
/* Keeps one thing that was done, or with `err` could not be; nothing while the tuning does not record. */
void tuning__record(struct tuning *tuning, const char *kind, const char *subject, int err, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* What the user wants this program attached to; NULL when that was left to the object. */
const struct attach_target *tuning__target(const struct tuning *tuning, const char *program);
/* Whether the user wants this program left out, and whether switched on; neither when that was left to the object. */
bool tuning__leaves_out(const struct tuning *tuning, const char *program);
bool tuning__switches_on(const struct tuning *tuning, const char *program);
/* Name of a program or map type as in the manifest and in libbpf, such as `kprobe`; "" for an unknown one. */
const char *tuning__prog_type_name(uint32_t type);
const char *tuning__map_type_name(uint32_t type);
/* The guess has changed: the next object that is opened gets a map made by it, and `shims` has that one. */
void tuning__guess_again(struct tuning *tuning);
void tuning__free(struct tuning *tuning);

#endif
