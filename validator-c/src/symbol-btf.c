/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "symbols.h"

#define MODULES_MAX 256
#define KIND_DECL_TAG 17

/* Names that may stand in for this one begin so in BTF; NULL when they are taken from another list. */
static const char *near_prefix(const struct symbol *symbol)
{
	switch (symbol->wanted.kind) {
	case WANTED_FUNCTION:
		return symbol->wanted.by_btf ? "" : NULL;
	case WANTED_RAW_TRACEPOINT:
		return "btf_trace_";
	case WANTED_LSM_HOOK:
		return "bpf_lsm_";
	case WANTED_ITERATOR:
		return "bpf_iter_";
	case WANTED_TYPE:
		return "";
	default:
		return NULL;
	}
}

static void compare(struct symbol *symbol, const struct btf *btf, const struct btf_type *type, const char *name)
{
	uint32_t kind = btf_kind(type);
	const char *prefix = near_prefix(symbol);
	struct near_name compared;

	if (kind != symbol->btf_kind)
		return;
	if (!strcmp(symbol->btf_name, name)) {
		symbol->btf = ANSWER_YES;
		prototype__read(&symbol->prototype, btf, type);
		return;
	}
	if (!prefix || strncmp(name, prefix, strlen(prefix)))
		return;
	near_name__set(&compared, name + strlen(prefix));
	near_list__offer(&symbol->near, name + strlen(prefix), &compared, 0);
}

/* Since 6.10 the kernel's BTF marks its kfuncs; before, nothing tells them from other functions. */
static void compare_kfunc(struct symbols *symbols, const char *name)
{
	struct near_name compared;
	int i;

	near_name__set(&compared, name);
	for (i = 0; i < symbols->count; i++)
		if (symbols->list[i].wanted.kind == WANTED_KFUNC && strcmp(symbols->list[i].btf_name, name))
			near_list__offer(&symbols->list[i].near, name, &compared, 0);
}

static void read_kfuncs(struct symbols *symbols, const struct btf *btf)
{
	uint32_t id, count = btf__type_cnt(btf);
	const struct btf_type *type;
	const char *name;

	for (id = 1; id < count; id++) {
		type = btf__type_by_id(btf, id);
		if (btf_kind(type) != KIND_DECL_TAG)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!name || strcmp(name, "bpf_kfunc"))
			continue;
		type = btf__type_by_id(btf, type->type);
		name = type ? btf__name_by_offset(btf, type->name_off) : NULL;
		if (name)
			compare_kfunc(symbols, name);
	}
}

static void read_kernel(struct symbols *symbols, const struct btf *btf)
{
	uint32_t id, count = btf__type_cnt(btf), kind;
	const struct btf_type *type;
	bool kfuncs = false, types = false;
	const char *name;
	int i;

	for (i = 0; i < symbols->count; i++) {
		symbols->list[i].btf = ANSWER_NO;
		kfuncs = kfuncs || symbols->list[i].wanted.kind == WANTED_KFUNC;
		types = types || symbols->list[i].wanted.kind == WANTED_TYPE;
	}
	for (id = 1; id < count; id++) {
		type = btf__type_by_id(btf, id);
		kind = btf_kind(type);
		if (kind != BTF_KIND_FUNC && kind != BTF_KIND_TYPEDEF && kind != BTF_KIND_VAR &&
		    !(types && kind == BTF_KIND_STRUCT))
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		for (i = 0; name && i < symbols->count; i++)
			compare(&symbols->list[i], btf, type, name);
	}
	if (kfuncs)
		read_kfuncs(symbols, btf);
}

static bool find_in(const struct btf *btf, uint32_t first, struct symbol *symbol)
{
	uint32_t id, count = btf__type_cnt(btf);
	const struct btf_type *type;
	const char *name;

	for (id = first; id < count; id++) {
		type = btf__type_by_id(btf, id);
		if (btf_kind(type) != symbol->btf_kind)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!name || strcmp(name, symbol->btf_name))
			continue;
		prototype__read(&symbol->prototype, btf, type);
		return true;
	}
	return false;
}

static void read_module(struct symbols *symbols, struct btf *kernel, const char *module)
{
	struct btf *btf = btf__load_module_btf(module, kernel);
	struct symbol *symbol;
	int i;

	if (libbpf_get_error(btf))
		return;
	for (i = 0; i < symbols->count; i++) {
		symbol = &symbols->list[i];
		if (symbol->btf == ANSWER_YES || !find_in(btf, btf__type_cnt(kernel), symbol))
			continue;
		symbol->btf = ANSWER_YES;
		snprintf(symbol->btf_module, sizeof(symbol->btf_module), "%.63s", module);
	}
	btf__free(btf);
}

void symbols__read_btf(struct symbols *symbols)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	DIR *directory = opendir("/sys/kernel/btf");
	struct dirent *entry;
	int modules = 0;

	if (!libbpf_get_error(kernel)) {
		read_kernel(symbols, kernel);
		while (directory && modules < MODULES_MAX && (entry = readdir(directory))) {
			if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
				continue;
			read_module(symbols, kernel, entry->d_name);
			modules++;
		}
		btf__free(kernel);
	}
	if (directory)
		closedir(directory);
}
