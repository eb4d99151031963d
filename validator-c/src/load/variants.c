/* SPDX-License-Identifier: Apache-2.0 */
#include "load/variants.h"

#include <errno.h>
#include <string.h>

#include "output/text.h"

static int find_program(const struct result *result, const char *name)
{
	int i;

	for (i = 0; i < result->program_count; i++)
		if (!strcmp(result->programs[i].name, name))
			return i;
	return -1;
}

/* Program types that cannot be loaded without a target are probed as kprobes, which have the same base helpers. */
static bool has_helper(uint32_t type, uint32_t helper)
{
	int have = libbpf_probe_bpf_helper(type, helper, NULL);

	if (have == -EOPNOTSUPP)
		have = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helper, NULL);
	return have > 0;
}

static const char *outcome_of(struct work *work, struct single_loads *loads, struct variant *variant, int index)
{
	struct program *program = &work->result->programs[index];

	if (variant->helper && !has_helper(program->type, variant->helper))
		return "no_helper";
	if (!variant->trial || !work->request->probe_features)
		return "chosen";
	if (!loads->work && single_loads__open(loads, work))
		return "untried";
	if (!program->tried)
		single_loads__run(loads, index);
	variant->err = program->load.err;
	return program->load.status == STATUS_PASS ? "chosen" : "refused";
}

static void choose(struct work *work, struct single_loads *loads, struct variant_group *group)
{
	int i, index;

	for (i = 0; i < group->count; i++) {
		struct variant *variant = &group->variants[i];

		index = find_program(work->result, variant->name);
		if (index < 0) {
			variant->outcome = "not_found";
			continue;
		}
		variant->outcome = group->chosen < 0 ? outcome_of(work, loads, variant, index) : "not_needed";
		if (!strcmp(variant->outcome, "chosen")) {
			group->chosen = i;
			work->result->programs[index].selected = true;
			continue;
		}
		work->result->programs[index].selected = false;
		work->result->programs[index].switched_off = true;
	}
}

void variants__choose(struct work *work, struct single_loads *loads)
{
	int i;

	for (i = 0; i < work->request->overrides.group_count; i++)
		choose(work, loads, &work->request->overrides.groups[i]);
}

bool variants__all_chosen(const struct overrides *overrides)
{
	int i;

	for (i = 0; i < overrides->group_count; i++)
		if (overrides->groups[i].chosen < 0)
			return false;
	return true;
}

static void put_group(struct json *json, const struct variant_group *group)
{
	int i;

	json__object(json, NULL);
	json__str(json, "group", group->name, NAME_MAX_BYTES);
	json__str(json, "chosen", group->chosen < 0 ? "" : group->variants[group->chosen].name, NAME_MAX_BYTES);
	json__array(json, "programs");
	for (i = 0; i < group->count; i++) {
		const struct variant *variant = &group->variants[i];

		json__object(json, NULL);
		json__str(json, "name", variant->name, NAME_MAX_BYTES);
		json__str(json, "outcome", variant->outcome ? variant->outcome : "untried", NAME_MAX_BYTES);
		json__uint(json, "helper", variant->helper);
		json__int(json, "errno", variant->err);
		json__end(json);
	}
	json__end(json);
	json__end(json);
}

void variants__put(struct json *json, const struct overrides *overrides)
{
	int i;

	if (!overrides->group_count)
		return;
	json__array(json, "variants");
	for (i = 0; i < overrides->group_count; i++)
		put_group(json, &overrides->groups[i]);
	json__end(json);
}
