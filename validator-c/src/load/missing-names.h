/* SPDX-License-Identifier: Apache-2.0 */
/* Names that a load or an attach looked for in the kernel and did not find. */
#ifndef BPFCOMPAT_MISSING_NAMES_H
#define BPFCOMPAT_MISSING_NAMES_H

#include "output/result.h"

#define MISSING_NAMES_MAX 16
#define MISSING_NAME_SIZE 200

enum missing_kind {
	MISSING_FUNCTION,
	MISSING_TRACEPOINT,
	MISSING_RAW_TRACEPOINT,
	MISSING_LSM_HOOK,
	MISSING_ITERATOR,
	MISSING_KFUNC,
	MISSING_VARIABLE,
	MISSING_TYPE,
	MISSING_MEMBER,
};

struct core_relo;

struct missing_name {
	enum missing_kind kind;
	/* A tracepoint as `category/name`, a member as `structure.member`. */
	char name[MISSING_NAME_SIZE];
	/* Of the result. */
	const char *program;
	/* It has to be in the kernel's BTF to be of use, as for fentry. */
	bool by_btf;
	/* Of a member: who reads it, and how. */
	const struct core_relo *relo;
};

/* Reads what failed out of libbpf's warnings, the verifier's log and the sections. How many there are. */
int missing_names__find(const struct result *result, struct missing_name list[MISSING_NAMES_MAX]);
/* `function`, `tracepoint`, `raw_tracepoint`, `lsm_hook`, `iterator`, `kfunc`, `variable`, `type` or `member`. */
const char *missing_names__kind_name(enum missing_kind kind);

#endif
