/* SPDX-License-Identifier: Apache-2.0 */
/* Names that a load or an attach looked for in the kernel and did not find. */
#ifndef BPFCOMPAT_WANTED_H
#define BPFCOMPAT_WANTED_H

#include "output/result.h"

#define WANTED_MAX 16
#define WANTED_NAME_SIZE 200

enum wanted_kind {
	WANTED_FUNCTION,
	WANTED_TRACEPOINT,
	WANTED_RAW_TRACEPOINT,
	WANTED_LSM_HOOK,
	WANTED_ITERATOR,
	WANTED_KFUNC,
	WANTED_VARIABLE,
	WANTED_TYPE,
	WANTED_MEMBER,
};

struct core_relo;

struct wanted {
	enum wanted_kind kind;
	/* A tracepoint as `category/name`, a member as `structure.member`. */
	char name[WANTED_NAME_SIZE];
	/* Of the result. */
	const char *program;
	/* It has to be in the kernel's BTF to be of use, as for fentry. */
	bool by_btf;
	/* Of a member: who reads it, and how. */
	const struct core_relo *relo;
};

/* Reads what failed out of libbpf's warnings, the verifier's log and the sections. How many there are. */
int wanted__find(const struct result *result, struct wanted list[WANTED_MAX]);
/* `function`, `tracepoint`, `raw_tracepoint`, `lsm_hook`, `iterator`, `kfunc`, `variable`, `type` or `member`. */
const char *wanted__kind_name(enum wanted_kind kind);

#endif
