/* SPDX-License-Identifier: Apache-2.0 */
#include "load/missing-names.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "load/core-relos.h"

struct search {
	struct missing_name *list;
	int count;
};

/* What stands around a name that was not found. */
static const struct pattern {
	const char *before;
	const char *after;
	enum missing_kind kind;
	/* The section says what it is. */
	bool by_section;
} load_patterns[] = {
	{ "failed to find kernel BTF type ID of '", "'", MISSING_FUNCTION, true },
	{ "extern (func ksym) '", "': not found", MISSING_KFUNC, false },
	/* The kernel has it with another signature. */
	{ "extern (func ksym) '", "': func_proto [", MISSING_KFUNC, false },
	{ "extern (var ksym) '", "': not found", MISSING_VARIABLE, false },
	{ "extern '", "' (strong): not resolved", MISSING_VARIABLE, false },
	{ "kfunc '", "' is referenced but wasn't resolved", MISSING_KFUNC, false },
	/* Of the verifier: the types have it, the symbol table has not. */
	{ "The address of function ", " cannot be found", MISSING_FUNCTION, false },
}, attach_patterns[] = {
	{ "failed to create kprobe '", "+0x", MISSING_FUNCTION, false },
	{ "failed to create kretprobe '", "+0x", MISSING_FUNCTION, false },
	{ "legacy kprobe event for '", "+0x", MISSING_FUNCTION, false },
	{ "failed to determine tracepoint '", "' perf event ID", MISSING_TRACEPOINT, false },
	{ "failed to attach to raw tracepoint '", "'", MISSING_RAW_TRACEPOINT, false },
	{ "failed to find a unique match for '", "'", MISSING_FUNCTION, false },
};

const char *missing_names__kind_name(enum missing_kind kind)
{
	static const char *const names[] = { "function", "tracepoint", "raw_tracepoint", "lsm_hook", "iterator",
					     "kfunc",	 "variable",   "type",		 "member" };

	return names[kind];
}

/* Names of functions have no other characters; patterns with `*` are no names. */
static bool is_name(const char *text, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$/";

	return len && len < MISSING_NAME_SIZE && strspn(text, allowed) >= len;
}

static void add(struct search *search, enum missing_kind kind, const char *text, size_t len,
		const struct program *program, bool by_btf)
{
	struct missing_name *entry;
	int i;

	if (!is_name(text, len))
		return;
	/* Options of the kernel's configuration are externs too. */
	if (kind == MISSING_VARIABLE && (!strncmp(text, "CONFIG_", 7) || !strncmp(text, "LINUX_", 6)))
		return;
	for (i = 0; i < search->count; i++)
		if (search->list[i].kind == kind && strlen(search->list[i].name) == len &&
		    !memcmp(search->list[i].name, text, len))
			return;
	if (search->count == MISSING_NAMES_MAX)
		return;
	entry = &search->list[search->count++];
	*entry = (struct missing_name){ .kind = kind, .program = program->name, .by_btf = by_btf };
	memcpy(entry->name, text, len);
}

static enum missing_kind kind_by_section(const char *section)
{
	section += *section == '?';
	if (!strncmp(section, "lsm", 3))
		return MISSING_LSM_HOOK;
	if (!strncmp(section, "iter", 4))
		return MISSING_ITERATOR;
	return strncmp(section, "tp_btf", 6) ? MISSING_FUNCTION : MISSING_RAW_TRACEPOINT;
}

static void find_pattern(struct search *search, const struct pattern *pattern, const struct buf *log,
			 const struct program *program)
{
	const char *at = log->data, *end = log->data + log->len, *name, *stop;
	enum missing_kind kind = pattern->by_section ? kind_by_section(program->section) : pattern->kind;

	while (at && (name = memmem(at, (size_t)(end - at), pattern->before, strlen(pattern->before)))) {
		name += strlen(pattern->before);
		at = name;
		stop = memmem(name, (size_t)(end - name), pattern->after, strlen(pattern->after));
		if (stop)
			add(search, kind, name, (size_t)(stop - name), program, pattern->by_section);
	}
}

/* Where libbpf names nothing, the section does: `fentry/F`, `kprobe.multi/F`, `fentry/module:F`. */
static void find_in_section(struct search *search, const struct program *program)
{
	bool tracing = program->type == BPF_PROG_TYPE_TRACING || program->type == BPF_PROG_TYPE_LSM;
	bool multi = !strncmp(program->section, "kprobe.", 7) || !strncmp(program->section, "kretprobe.", 10);
	const char *target = strchr(program->section, '/'), *module;

	if (!target || !(tracing || multi) || !strncmp(program->section, "iter", 4))
		return;
	target++;
	module = strchr(target, ':');
	if (tracing && module)
		target = module + 1;
	add(search, kind_by_section(program->section), target, strcspn(target, "+"), program, tracing);
}

static bool says(const struct buf *log, const char *words)
{
	return log->data && memmem(log->data, log->len, words, strlen(words));
}

/* What the verifier says of arguments of the function that is traced: too many of them, or others than the program has. */
static bool says_of_arguments(const struct buf *log)
{
	return says(log, "invalid bpf_context access off=") || says(log, "access beyond ") ||
	       says(log, " invalid mem access '") || says(log, "cannot access ptr member") ||
	       says(log, "math between ptr_");
}

static void find_in_load(struct search *search, const struct program *program)
{
	size_t i;

	for (i = 0; i < sizeof(load_patterns) / sizeof(load_patterns[0]); i++) {
		find_pattern(search, &load_patterns[i], &program->load.log, program);
		find_pattern(search, &load_patterns[i], &program->load.verifier.head, program);
		find_pattern(search, &load_patterns[i], &program->load.verifier.tail, program);
	}
	if (says_of_arguments(&program->load.verifier.tail) || says_of_arguments(&program->load.verifier.head))
		find_in_section(search, program);
}

/* `a.b.c` of `struct a___older.b.c`. */
static void add_member(struct search *search, const struct core_relo *relo, const char *name, size_t type_len,
		       const struct program *program)
{
	const char *path = strchr(name, '.');
	char text[MISSING_NAME_SIZE];
	int before = search->count, len;

	if (!path)
		return;
	len = snprintf(text, sizeof(text), "%.*s%s", (int)type_len, name, path);
	if (len > 0 && (size_t)len < sizeof(text))
		add(search, MISSING_MEMBER, text, (size_t)len, program, true);
	if (search->count > before)
		search->list[before].relo = relo;
}

/* Types of which the kernel has none, and members that its types have not, whatever function of the object runsKernels for them. */
static void find_types(struct search *search, const struct program *program)
{
	const struct core_relo *relos;
	uint64_t dropped;
	size_t count, i;

	relos = core_relos__list(&count, &dropped);
	for (i = 0; i < count && search->count < MISSING_NAMES_MAX; i++) {
		const char *name = relos[i].access, *flavor;
		size_t len;

		if (relos[i].present || core_relos__only_asks(relos[i].kind) || strncmp(name, "struct ", 7))
			continue;
		name += 7;
		len = strcspn(name, ".[:");
		flavor = memmem(name, len, "___", 3);
		len = flavor ? (size_t)(flavor - name) : len;
		if (relos[i].type_present)
			add_member(search, &relos[i], name, len, program);
		else
			add(search, MISSING_TYPE, name, len, program, true);
	}
}

static void find_in_attach(struct search *search, const struct program *program)
{
	int before = search->count;
	size_t i;

	for (i = 0; i < sizeof(attach_patterns) / sizeof(attach_patterns[0]); i++)
		find_pattern(search, &attach_patterns[i], &program->attach.log, program);
	if (search->count == before)
		find_in_section(search, program);
}

int missing_names__find(const struct result *result, struct missing_name list[MISSING_NAMES_MAX])
{
	struct search search = { .list = list };
	int i;

	for (i = 0; i < result->program_count && search.count < MISSING_NAMES_MAX; i++) {
		const struct program *program = &result->programs[i];

		if (program->load.status == STATUS_FAIL) {
			find_in_load(&search, program);
			find_types(&search, program);
		}
		if (program->attach.status == STATUS_FAIL)
			find_in_attach(&search, program);
	}
	return search.count;
}
