/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/symbols.h"

#include <stdio.h>
#include <string.h>

#include "lib/lines.h"
#include "load/core-relos.h"
#include "symbols/kernel-names.h"
#include "symbols/similar-members.h"

/* Of a tracepoint whose category is that of the missing one. */
#define SAME_CATEGORY 100
/* Of the event of the very system call, under the name that its function has in the kernel. */
#define SAME_CALL 1000
/* What stands in for it is taken from elsewhere, or from nowhere. */
#define NO_GROUP SIMILAR_GROUPS

/* How a kind is called in kallsyms and in BTF, and what may stand in for it. */
static const struct {
	const char *kallsyms;
	const char *btf;
	uint32_t btf_kind;
	enum similar_group similar;
} forms[] = {
	[MISSING_FUNCTION] = { "", "", BTF_KIND_FUNC, SIMILAR_TRACEABLE },
	[MISSING_TRACEPOINT] = { "__tracepoint_", "btf_trace_", BTF_KIND_TYPEDEF, NO_GROUP },
	[MISSING_RAW_TRACEPOINT] = { "__tracepoint_", "btf_trace_", BTF_KIND_TYPEDEF, SIMILAR_RAW_TRACEPOINTS },
	[MISSING_LSM_HOOK] = { "bpf_lsm_", "bpf_lsm_", BTF_KIND_FUNC, SIMILAR_LSM_HOOKS },
	[MISSING_ITERATOR] = { "bpf_iter_", "bpf_iter_", BTF_KIND_FUNC, SIMILAR_ITERATORS },
	[MISSING_KFUNC] = { "", "", BTF_KIND_FUNC, SIMILAR_KFUNCS },
	[MISSING_VARIABLE] = { "", "", BTF_KIND_VAR, SIMILAR_VARIABLES },
	[MISSING_TYPE] = { "", "", BTF_KIND_STRUCT, SIMILAR_STRUCTS },
	[MISSING_MEMBER] = { "", "", BTF_KIND_STRUCT, NO_GROUP },
};

/* `category/name` of a tracepoint. */
static const char *behind_slash(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : name;
}

/* `F.isra.0` and the like are what the compiler made of F. */
static void find_variants(const struct kernel_names *names, struct symbol *symbol)
{
	const struct name_entry *entry = name_table__first(&names->table, symbol->kallsyms_name);
	size_t len = strlen(symbol->kallsyms_name);
	const char *name;

	for (; entry && symbol->variant_count < SYMBOL_ENTRIES_MAX; entry = name_table__next(&names->table, entry)) {
		name = name_table__name(&names->table, entry);
		if (entry->kind > ' ' && !strncmp(name, symbol->kallsyms_name, len) && name[len] == '.')
			snprintf(symbol->variants[symbol->variant_count++], SYMBOL_NAME_SIZE, "%s", name);
	}
}

static enum tristate tristate(bool known, bool yes)
{
	return known ? (yes ? TRISTATE_YES : TRISTATE_NO) : TRISTATE_UNKNOWN;
}

static void find_symbols(const struct kernel_names *names, struct symbol *symbol)
{
	const struct name_entry *entry = NULL;
	uint8_t flags = 0;

	while ((entry = kernel_names__symbol(symbol->kallsyms_name, entry)) &&
	       symbol->found_count < SYMBOL_ENTRIES_MAX) {
		flags |= entry->flags;
		symbol->found[symbol->found_count].type = entry->kind;
		snprintf(symbol->found[symbol->found_count++].module, sizeof(symbol->found[0].module), "%s",
			 kernel_names__module(entry));
	}
	find_variants(names, symbol);
	symbol->kallsyms = tristate(names->kallsyms, true);
	if (symbol->missing.kind != MISSING_FUNCTION)
		return;
	symbol->traceable = tristate(names->traceable, flags & NAME_TRACEABLE);
	symbol->blacklisted = tristate(names->blacklist, flags & NAME_BLACKLISTED);
}

static void find_type(const struct kernel_names *names, struct symbol *symbol)
{
	const struct name_entry *entry = kernel_names__type(symbol->btf_name, symbol->btf_kind);
	const struct btf *btf = entry ? kernel_names__btf_of(entry) : NULL;

	symbol->btf = tristate(names->btf, btf);
	if (!btf)
		return;
	snprintf(symbol->btf_module, sizeof(symbol->btf_module), "%s", kernel_names__module(entry));
	prototype__read(&symbol->prototype, btf, btf__type_by_id(btf, entry->value));
}

static void find_similar(struct symbol *symbol)
{
	enum similar_group group = symbol->missing.by_btf && symbol->missing.kind == MISSING_FUNCTION ?
					   SIMILAR_BTF_FUNCTIONS :
					   forms[symbol->missing.kind].similar;

	if (group != NO_GROUP)
		kernel_names__offer(group, &symbol->similar, behind_slash(symbol->missing.name));
}

/* `stat` and its length in `syscalls/sys_enter_newstat`; 0 for other events. Numbers at the end are versions of a call. */
static size_t call_of(const char *event, const char **call)
{
	static const char *const before[] = { "syscalls/sys_enter_", "syscalls/sys_exit_" };
	size_t i, len;

	for (i = 0; i < 2; i++) {
		if (strncmp(event, before[i], strlen(before[i])))
			continue;
		*call = event + strlen(before[i]);
		*call += strncmp(*call, "new", 3) ? 0 : 3;
		for (len = strlen(*call); len && (*call)[len - 1] >= '0' && (*call)[len - 1] <= '9'; len--)
			;
		return len;
	}
	return 0;
}

static bool same_call(const char *missing, const char *event)
{
	const char *a, *b;
	size_t len = call_of(missing, &a);

	/* Behind "syscalls/sys_e" the two kinds differ. */
	return len && call_of(event, &b) == len && !memcmp(a, b, len) && missing[14] == event[14];
}

/* `category:name`; those of the same category come before the others. */
static void offer_tracepoint(void *context, char *line)
{
	struct symbols *symbols = context;
	char *name = strchr(line, ':');
	struct similar_name compared;
	int i;

	if (!name)
		return;
	*name++ = '/';
	similar_name__set(&compared, name);
	for (i = 0; i < symbols->count; i++) {
		struct symbol *symbol = &symbols->list[i];
		bool same = !strncmp(symbol->missing.name, line, (size_t)(name - line));

		if (symbol->missing.kind != MISSING_TRACEPOINT || !strcmp(line, symbol->missing.name))
			continue;
		symbol->category = same ? TRISTATE_YES : symbol->category;
		similar_list__offer(&symbol->similar, line, &compared,
				    same_call(symbol->missing.name, line) ? SAME_CALL :
				    same				  ? SAME_CATEGORY :
									    0);
	}
}

static void find_tracepoints(struct symbols *symbols)
{
	bool any = false, read;
	int i;

	for (i = 0; i < symbols->count; i++)
		any = any || symbols->list[i].missing.kind == MISSING_TRACEPOINT;
	if (!any)
		return;
	read = lines__each_tracing("available_events", offer_tracepoint, symbols);
	for (i = 0; i < symbols->count; i++)
		if (symbols->list[i].missing.kind == MISSING_TRACEPOINT &&
		    symbols->list[i].category == TRISTATE_UNKNOWN)
			symbols->list[i].category = tristate(read, false);
}

/* A hook or iterator as people write it, with a prefix that belongs to the function behind it. */
static const char *without_prefix(enum missing_kind kind, const char *name)
{
	const char *prefix = kind == MISSING_LSM_HOOK ? "security_" : kind == MISSING_ITERATOR ? "bpf_" : "";
	const char *colon = kind == MISSING_RAW_TRACEPOINT ? strchr(name, ':') : NULL;

	if (colon)
		return colon + 1;
	return name + (strncmp(name, prefix, strlen(prefix)) ? 0 : strlen(prefix));
}

static void add(struct symbols *symbols, const struct missing_name *missing)
{
	struct symbol *symbol = &symbols->list[symbols->count++];
	const char *name = behind_slash(missing->name);

	*symbol = (struct symbol){ .missing = *missing, .btf_kind = forms[missing->kind].btf_kind };
	snprintf(symbol->kallsyms_name, sizeof(symbol->kallsyms_name), "%s%s", forms[missing->kind].kallsyms, name);
	snprintf(symbol->btf_name, sizeof(symbol->btf_name), "%s%s", forms[missing->kind].btf, name);
	similar_list__init(&symbol->similar, without_prefix(missing->kind, name));
}

/* `a` of `a.b.c`. */
static void find_members(struct symbol *symbol, const struct btf *own)
{
	const struct core_relo *relo = symbol->missing.relo;
	struct member_path path = { own, relo->type, btf__name_by_offset(own, relo->steps) };
	char name[SYMBOL_NAME_SIZE];
	const struct name_entry *entry;
	const struct btf *btf;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(symbol->missing.name, "."), symbol->missing.name);
	entry = kernel_names__type(name, BTF_KIND_STRUCT);
	btf = entry ? kernel_names__btf_of(entry) : NULL;
	if (btf && path.steps)
		similar_members__find(&symbol->similar, &path, btf, entry->value);
}

void symbols__search(struct symbols *symbols, const struct missing_name *missing, int count, const struct btf *own)
{
	const struct kernel_names *names = kernel_names__read();
	int i;

	symbols->count = 0;
	for (i = 0; i < count; i++) {
		add(symbols, &missing[i]);
		find_symbols(names, &symbols->list[i]);
		find_type(names, &symbols->list[i]);
		find_similar(&symbols->list[i]);
		if (missing[i].relo && own)
			find_members(&symbols->list[i], own);
	}
	find_tracepoints(symbols);
}
