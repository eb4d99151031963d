/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this kernel has of names that were not found: its symbols, its BTF and that of modules, what can be traced, and
 * the names most like them. Only done after a failure.
 */
#ifndef BPFCOMPAT_SYMBOLS_H
#define BPFCOMPAT_SYMBOLS_H

#include "load/missing-names.h"
#include "symbols/similar.h"
#include "symbols/prototype.h"

#define SYMBOL_ENTRIES_MAX 16
#define SYMBOL_NAME_SIZE 256

enum tristate {
	/* The list could not be read, or says nothing about this kind. */
	TRISTATE_UNKNOWN,
	TRISTATE_NO,
	TRISTATE_YES,
};

struct symbol {
	struct missing_name missing;
	/* What stands for it in kallsyms and BTF: `bpf_lsm_H` for a hook, `__tracepoint_N` for a tracepoint. */
	char kallsyms_name[SYMBOL_NAME_SIZE];
	char btf_name[SYMBOL_NAME_SIZE];
	uint32_t btf_kind;
	struct {
		char type;
		char module[64];
	} found[SYMBOL_ENTRIES_MAX];
	int found_count;
	char variants[SYMBOL_ENTRIES_MAX][SYMBOL_NAME_SIZE];
	int variant_count;
	enum tristate kallsyms;
	enum tristate btf;
	char btf_module[64];
	enum tristate traceable;
	enum tristate blacklisted;
	enum tristate category;
	struct similar_list similar;
	/* Of a function in BTF. */
	struct prototype prototype;
};

struct symbols {
	struct symbol list[MISSING_NAMES_MAX];
	int count;
};

/* Fills everything for these names. `own`: the BTF of the object that requests members; may be NULL. */
void symbols__search(struct symbols *symbols, const struct missing_name *missing, int count, const struct btf *own);

#endif
