/* SPDX-License-Identifier: Apache-2.0 */
#include "variants.h"

#include <errno.h>
#include <string.h>

static int find_program(const struct result *result, const char *name)
{
	int i;

	for (i = 0; i < result->program_count; i++)
		if (!strcmp(result->programs[i].name, name))
			return i;
	return -1;
}

/* Program types that cannot be loaded without a target are asked about as kprobes, which have the same base helpers. */
static bool has_helper(uint32_t type, uint32_t helper)
{
	int have = libbpf_probe_bpf_helper(type, helper, NULL);

	if (have == -EOPNOTSUPP)
		have = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helper, NULL);
	return have > 0;
}

static bool qualifies(struct work *work, struct trials *trials, const struct variant *variant, int index)
{
	struct program *program = &work->result->programs[index];

	if (variant->helper && !has_helper(program->type, variant->helper))
		return false;
	if (!variant->trial || !work->request->probe_features)
		return true;
	if (!trials->work && trials__open(trials, work))
		return false;
	if (!program->tried)
		trials__run(trials, index);
	return program->load.status == STATUS_PASS;
}

static void choose(struct work *work, struct trials *trials, struct variant_group *group)
{
	int i, index;

	for (i = 0; i < group->count; i++) {
		index = find_program(work->result, group->variants[i].name);
		if (index < 0)
			continue;
		if (group->chosen < 0 && qualifies(work, trials, &group->variants[i], index)) {
			group->chosen = i;
			work->result->programs[index].wanted = true;
			continue;
		}
		work->result->programs[index].wanted = false;
		work->result->programs[index].switched_off = true;
	}
}

void variants__choose(struct work *work, struct trials *trials)
{
	int i;

	for (i = 0; i < work->request->tuning.group_count; i++)
		choose(work, trials, &work->request->tuning.groups[i]);
}
