/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "symbols/kernel-names.h"

#define KIND_DECL_TAG 17

/* What BTF puts before a name, by the group that has it. */
static const struct {
	enum similar_group group;
	uint32_t kind;
	const char *prefix;
} prefixed[] = {
	{ SIMILAR_RAW_TRACEPOINTS, BTF_KIND_TYPEDEF, "btf_trace_" },
	{ SIMILAR_LSM_HOOKS, BTF_KIND_FUNC, "bpf_lsm_" },
	{ SIMILAR_ITERATORS, BTF_KIND_FUNC, "bpf_iter_" },
};

static void add_similar(struct kernel_names *names, uint32_t kind, const char *name, uint32_t text)
{
	size_t i, len;

	if (kind == BTF_KIND_FUNC)
		similar_keys__add(&names->similar[SIMILAR_BTF_FUNCTIONS], name, text);
	if (kind == BTF_KIND_STRUCT)
		similar_keys__add(&names->similar[SIMILAR_STRUCTS], name, text);
	for (i = 0; i < sizeof(prefixed) / sizeof(prefixed[0]); i++) {
		len = strlen(prefixed[i].prefix);
		if (kind == prefixed[i].kind && name[0] == 'b' && !strncmp(name, prefixed[i].prefix, len))
			similar_keys__add(&names->similar[prefixed[i].group], name + len, text + (uint32_t)len);
	}
}

bool names_types__has(uint32_t kind, const char *name)
{
	return kind == BTF_KIND_FUNC || kind == BTF_KIND_STRUCT || kind == BTF_KIND_VAR ||
	       (kind == BTF_KIND_TYPEDEF && !strncmp(name, "btf_trace_", 10));
}

static void add_type(struct kernel_names *names, uint32_t id, uint32_t kind, const char *name, uint16_t module)
{
	struct name_entry *entry = name_table__add(&names->table, name);

	if (!entry) {
		names->whole = false;
		return;
	}
	entry->kind = (char)kind;
	entry->value = id;
	entry->module = module;
	/* Functions of a loaded module can be traced like those of the kernel itself. */
	if (!module || kind == BTF_KIND_FUNC)
		add_similar(names, kind, name, entry->text);
}

static void add_kfunc(struct kernel_names *names, const char *name)
{
	const struct name_entry *entry = kernel_names__type(name, BTF_KIND_FUNC);

	if (entry)
		similar_keys__add(&names->similar[SIMILAR_KFUNCS], name, entry->text);
}

void names_types__read(struct kernel_names *names, const struct btf *btf, const struct btf *base, uint16_t module)
{
	uint32_t id, first = base ? btf__type_cnt(base) : 1, count = btf__type_cnt(btf), kind;
	const struct btf_type *type, *function;
	const char *name;

	for (id = first; id < count; id++) {
		type = btf__type_by_id(btf, id);
		kind = btf_kind(type);
		if (kind != BTF_KIND_FUNC && kind != BTF_KIND_STRUCT && kind != BTF_KIND_VAR &&
		    kind != BTF_KIND_TYPEDEF)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (name && name[0] && names_types__has(kind, name))
			add_type(names, id, kind, name, module);
	}
	for (id = first; id < count && !module; id++) {
		type = btf__type_by_id(btf, id);
		if (btf_kind(type) != KIND_DECL_TAG)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		function = name && !strcmp(name, "bpf_kfunc") ? btf__type_by_id(btf, type->type) : NULL;
		if (function)
			add_kfunc(names, btf__name_by_offset(btf, function->name_off));
	}
}
