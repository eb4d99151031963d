/* SPDX-License-Identifier: Apache-2.0 */
#include "load/probe-program-change.h"

#include <stdint.h>
#include <string.h>

#include "load/program-recipe.h"

/* What describes the instructions that are not there any more. */
static void drop_description(union bpf_attr *attr)
{
	attr->log_buf = 0;
	attr->log_size = 0;
	attr->log_level = 0;
	attr->prog_btf_fd = 0;
	attr->func_info = attr->line_info = 0;
	attr->func_info_cnt = attr->line_info_cnt = 0;
	attr->func_info_rec_size = attr->line_info_rec_size = 0;
}

static bool try_attach_types(union bpf_attr *attr, long size, struct probes *probes)
{
	uint32_t rejected = attr->expected_attach_type, first = program_recipe__attach_type(attr->prog_type);
	bool accepted = false;

	if (rejected) {
		attr->expected_attach_type = 0;
		accepted = probes__add(probes, "no_attach_type", program_recipe__load(attr, size));
	}
	if (!accepted && first && first != rejected) {
		attr->expected_attach_type = first;
		accepted = probes__add(probes, "other_attach_type", program_recipe__load(attr, size));
	}
	attr->expected_attach_type = rejected;
	return accepted;
}

void probe_program_change__run(const union bpf_attr *rejected, long size, struct probes *probes)
{
	union bpf_attr attr = {}, alone = { .license = rejected->license, .kern_version = rejected->kern_version };

	if ((size_t)size > sizeof(attr))
		size = sizeof(attr);
	memcpy(&attr, rejected, (size_t)size);
	probes->count = 0;
	drop_description(&attr);
	if (probes__add(probes, "trivial", program_recipe__load(&attr, size)))
		return;
	if (attr.prog_flags) {
		attr.prog_flags = 0;
		if (probes__add(probes, "no_flags", program_recipe__load(&attr, size)))
			return;
		attr.prog_flags = rejected->prog_flags;
	}
	if (try_attach_types(&attr, size, probes))
		return;
	if (program_recipe__fill(rejected->prog_type, &alone))
		probes__add(probes, "type_only", program_recipe__load(&alone, size));
}
