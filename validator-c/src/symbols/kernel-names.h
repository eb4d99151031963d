/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel calls its symbols, and the types and functions of its BTF and that of modules. Reading these lists costs
 * far more than everything else about an object, and they depend on the kernel alone: a guest that is saved reads them
 * before. What was loaded since is read when it is needed.
 */
#ifndef BPFCOMPAT_KERNEL_NAMES_H
#define BPFCOMPAT_KERNEL_NAMES_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

#include "symbols/name-table.h"
#include "symbols/similar-keys.h"

/* Flags of a symbol: it is in available_filter_functions, in the blacklist of kprobes. */
#define NAME_TRACEABLE 1
#define NAME_BLACKLISTED 2

/* Names that can be used in the same way: one may stand in for another. */
enum similar_group {
	SIMILAR_TRACEABLE,
	SIMILAR_VARIABLES,
	SIMILAR_BTF_FUNCTIONS,
	SIMILAR_STRUCTS,
	/* Without what BTF puts before them. */
	SIMILAR_RAW_TRACEPOINTS,
	SIMILAR_LSM_HOOKS,
	SIMILAR_ITERATORS,
	/* Functions that BTF marks as such, since 6.10. */
	SIMILAR_KFUNCS,
	SIMILAR_GROUPS,
};

struct kernel_names {
	/* Symbols have the letter of kallsyms as their kind, types that of BTF (below 32) and their id as the value. */
	struct name_table table;
	struct similar_keys similar[SIMILAR_GROUPS];
	/* Which lists could be read. */
	bool kallsyms;
	bool traceable;
	bool blacklist;
	bool btf;
	/* Everything that was read found room. */
	bool whole;
	/* Values of symbols are the lower half of their addresses; the upper half is that of its highest bit. */
	bool addresses;
};

/*
 * Reads what was not read before, modules that were loaded since included. Never fails; lists may be missing, without
 * memory all of them.
 */
const struct kernel_names *kernel_names__read(void);
/* Have the lists been read? */
bool kernel_names__ready(void);
/* And is every type of the kernel among them? */
bool kernel_names__knows_types(void);
/* Is nothing left to read: have they been, and no module was loaded since? */
bool kernel_names__current(void);
/* "" for the kernel itself. */
const char *kernel_names__module(const struct name_entry *entry);
/* Entries with exactly this name, symbols or one kind of BTF: the next after `entry`, the first after NULL. */
const struct name_entry *kernel_names__symbol(const char *name, const struct name_entry *entry);
const struct name_entry *kernel_names__type(const char *name, uint32_t kind);
/* Where the id of a type counts. */
const struct btf *kernel_names__btf_of(const struct name_entry *type);
/* Offers the names of a group but `except`. */
void kernel_names__offer(enum similar_group group, struct similar_list *list, const char *except);

/* names-symbols.c: lines of these modules only, unless `all`. */
void names_symbols__read(struct kernel_names *names, bool all);
/* names-types.c: the BTF of the kernel, or of a module. */
void names_types__read(struct kernel_names *names, const struct btf *btf, const struct btf *base, uint16_t module);
/* Are types like this one read? Only these are ever looked up: functions, structures, variables, raw tracepoints. */
bool names_types__has(uint32_t kind, const char *name);
/* The number of a module, 0 for the kernel; `fresh` when it was not known before this reading. */
uint16_t names__module_number(const char *name, bool *fresh);

#endif
