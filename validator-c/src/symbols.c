/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

/* How a kind is called in kallsyms and in BTF. */
static const struct {
	const char *kallsyms;
	const char *btf;
	uint32_t btf_kind;
} forms[] = {
	[WANTED_FUNCTION] = { "", "", BTF_KIND_FUNC },
	[WANTED_TRACEPOINT] = { "__tracepoint_", "btf_trace_", BTF_KIND_TYPEDEF },
	[WANTED_RAW_TRACEPOINT] = { "__tracepoint_", "btf_trace_", BTF_KIND_TYPEDEF },
	[WANTED_LSM_HOOK] = { "bpf_lsm_", "bpf_lsm_", BTF_KIND_FUNC },
	[WANTED_ITERATOR] = { "bpf_iter_", "bpf_iter_", BTF_KIND_FUNC },
	[WANTED_KFUNC] = { "", "", BTF_KIND_FUNC },
	[WANTED_VARIABLE] = { "", "", BTF_KIND_VAR },
	[WANTED_TYPE] = { "", "", BTF_KIND_STRUCT },
};

static void add(struct symbols *symbols, const struct wanted *wanted)
{
	struct symbol *symbol = &symbols->list[symbols->count++];
	const char *slash = strchr(wanted->name, '/'), *name = slash ? slash + 1 : wanted->name;

	*symbol = (struct symbol){ .wanted = *wanted, .btf_kind = forms[wanted->kind].btf_kind };
	snprintf(symbol->kallsyms_name, sizeof(symbol->kallsyms_name), "%s%s", forms[wanted->kind].kallsyms, name);
	snprintf(symbol->btf_name, sizeof(symbol->btf_name), "%s%s", forms[wanted->kind].btf, name);
	near_list__init(&symbol->near, name);
}

void symbols__search(struct symbols *symbols, const struct wanted *wanted, int count)
{
	int i;

	symbols->count = 0;
	for (i = 0; i < count; i++)
		add(symbols, &wanted[i]);
	symbols__read_btf(symbols);
	symbols__read_lists(symbols);
}
