/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "overrides/overrides-apply.h"

#define MAX_SECTION 256

static void override_types(struct overrides *overrides, struct bpf_object *obj)
{
	struct bpf_program *prog;
	int i, err;

	for (i = 0; i < overrides->type_count; i++) {
		struct type_override *override = &overrides->types[i];
		const char *status = "program_not_found";

		err = -ENOENT;
		bpf_object__for_each_program(prog, obj) {
			if (strcmp(bpf_program__name(prog), override->selector) &&
			    strcmp(bpf_program__section_name(prog), override->selector))
				continue;
			err = bpf_program__set_type(prog, override->type);
			status = err ? "error" : "applied";
		}
		if (overrides->recording)
			override->status = status;
		overrides__record(overrides, "program_type", override->selector, err, "%s%s, as set",
				  err == -ENOENT ? "no such program: " : "", overrides__prog_type_name(override->type));
	}
}

/*
 * Beginnings of section names that other loaders, and libbpf before 1.0, take for a type of program. `whole`: the name
 * must not go on with a letter, so that `tcp_connect` is not taken for `tc`.
 */
static const struct family {
	const char *start;
	bool whole;
} families[] = {
	{ "classifier", false },   { "tc", true },	{ "tcx", true },	 { "action", false },
	{ "socket", false },	   { "xdp", false },	{ "perf_event", false }, { "sk_skb", false },
	{ "sk_msg", false },	   { "cgroup", false }, { "sockops", false },	 { "sk_lookup", false },
	{ "sk_reuseport", false },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_known_family(const char *section)
{
	size_t i, len;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		len = strlen(families[i].start);
		if (!strncmp(section, families[i].start, len) && !(families[i].whole && is_letter(section[len])))
			return true;
	}
	return false;
}

static bool longest_known(const char *section, enum bpf_prog_type *type, enum bpf_attach_type *attach)
{
	char start[MAX_SECTION];
	size_t len;

	snprintf(start, sizeof(start), "%s", section);
	for (len = strlen(start); len > 1; start[--len] = '\0')
		if (!libbpf_prog_type_by_name(start, type, attach))
			return true;
	return false;
}

/* The type of the longest beginning that libbpf knows. */
static bool guess_type(const char *section, enum bpf_prog_type *type, enum bpf_attach_type *attach)
{
	char start[MAX_SECTION];

	snprintf(start, sizeof(start), "%s", section[0] == '?' ? section + 1 : section);
	if (!is_known_family(start))
		return false;
	/* Names of old: these had sections of their own. */
	if (!strncmp(start, "xdp_devmap", 10) || !strncmp(start, "xdp_cpumap", 10))
		start[3] = '/';
	if (!strncmp(start, "cgroup_skb", 10) && longest_known(start, type, attach))
		return true;
	if (!strncmp(start, "cgroup_", 7))
		start[6] = '/';
	return longest_known(start, type, attach);
}

static void type_by_section(struct overrides *overrides, struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);
	enum bpf_attach_type attach = 0;
	struct auto_fix fix = {};
	enum bpf_prog_type type;

	if (bpf_program__type(prog) != BPF_PROG_TYPE_UNSPEC || !guess_type(section, &type, &attach) ||
	    bpf_program__set_type(prog, type))
		return;
	/* Kernels before 5.9 do not know BPF_XDP, and nothing needs it. */
	if (attach != BPF_XDP)
		bpf_program__set_expected_attach_type(prog, attach);
	if (!overrides->recording)
		return;
	fix.type = type;
	snprintf(fix.name, sizeof(fix.name), "%s", bpf_program__name(prog));
	snprintf(fix.section, sizeof(fix.section), "%s", section);
	overrides__add_fix(&overrides->typed, &overrides->typed_count, &fix);
	overrides__record_fix(overrides, "program_type", fix.name, 0, "%s, by the section name %.200s",
			  overrides__prog_type_name(type), section);
}

static bool has_btf_target(const struct bpf_program *prog)
{
	enum bpf_prog_type type = bpf_program__type(prog);

	return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM || type == BPF_PROG_TYPE_EXT;
}

/* The target of any other program matters when it is attached. */
static int set_target(struct attach_target *target, struct bpf_program *prog)
{
	if (target->of && target->fd <= 0) {
		target->fd = target_program__load(target->of, target->function);
		if (target->fd < 0)
			return target->fd;
	}
	if (!has_btf_target(prog))
		return target->of ? -EINVAL : 0;
	return bpf_program__set_attach_target(prog, target->of ? target->fd : 0, target->function);
}

static void set_targets(struct overrides *overrides, struct bpf_object *obj)
{
	struct bpf_program *prog;
	int i, err;

	for (i = 0; i < overrides->target_count; i++) {
		struct attach_target *target = &overrides->targets[i];

		if (overrides__target(overrides, target->program) != target)
			continue;
		prog = bpf_object__find_program_by_name(obj, target->program);
		err = prog ? set_target(target, prog) : -ENOENT;
		overrides__record(overrides, "attach_target", target->program, err, "%s%s%s",
				  prog ? "" : "no such program: ", target->function,
				  target->of ? " of a BPF program made for it" : "");
	}
}

static void set_autoload(struct overrides *overrides, struct bpf_object *obj)
{
	struct bpf_program *prog;
	int i, err;

	for (i = 0; i < overrides->autoload_count; i++) {
		struct autoload_choice *choice = &overrides->autoloads[i];

		prog = bpf_object__find_program_by_name(obj, choice->program);
		err = prog ? bpf_program__set_autoload(prog, choice->on) : -ENOENT;
		overrides__record(overrides, "autoload", choice->program, err, "%s%s",
				  prog ? "" : "no such program: ", choice->on ? "on" : "off");
	}
}

/* Names that are only looked up later, and would be passed over there. */
static void look_up(struct overrides *overrides, const struct bpf_object *obj, const char *kind, const char *program)
{
	if (!bpf_object__find_program_by_name(obj, program))
		overrides__record(overrides, kind, program, -ENOENT, "no such program");
}

static void look_up_lists(struct overrides *overrides, const struct bpf_object *obj)
{
	int i, j;

	for (i = 0; i < overrides->group_count; i++)
		for (j = 0; j < overrides->groups[i].count; j++)
			look_up(overrides, obj, "variant", overrides->groups[i].variants[j].name);
	for (i = 0; i < overrides->companion_count; i++)
		look_up(overrides, obj, "companion", overrides->companions[i]);
}

void overrides__apply_programs(struct overrides *overrides, struct bpf_object *obj)
{
	struct bpf_program *prog;

	override_types(overrides, obj);
	bpf_object__for_each_program(prog, obj)
		type_by_section(overrides, prog);
	set_targets(overrides, obj);
	set_autoload(overrides, obj);
	look_up_lists(overrides, obj);
}
