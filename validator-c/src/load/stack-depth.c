/* SPDX-License-Identifier: Apache-2.0 */
#include "load/stack-depth.h"

#include <stdbool.h>
#include <stdlib.h>

/* In older headers it has no name: the address of a function, for a callback. */
#define LDIMM64_FUNC 4

struct functions {
	const struct bpf_insn *insns;
	size_t count;
	uint32_t starts[STACK_DEPTH_MAX_PROGRAMS];
	size_t function_count;
	const uint32_t *depths;
	/* Deepest chain from a function on; 0 = not known yet, else one more than it. */
	uint64_t known[STACK_DEPTH_MAX_PROGRAMS];
};

/* Where an instruction calls to, or -1. */
static int64_t called(const struct bpf_insn *insn, size_t at)
{
	bool call = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
	bool callback = insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == LDIMM64_FUNC;

	return call || callback ? (int64_t)at + insn->imm + 1 : -1;
}

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static int find(const struct functions *functions, uint32_t start)
{
	const uint32_t *found = bsearch(&start, functions->starts, functions->function_count, sizeof(start), compare);

	return found ? (int)(found - functions->starts) : -1;
}

static void find_functions(struct functions *functions, size_t expected)
{
	int64_t target;
	size_t i;

	functions->function_count = 1;
	for (i = 0; i < functions->count && functions->function_count < expected; i++) {
		target = called(&functions->insns[i], i);
		if (target < 0 || (size_t)target >= functions->count || find(functions, (uint32_t)target) >= 0)
			continue;
		functions->starts[functions->function_count++] = (uint32_t)target;
		qsort(functions->starts, functions->function_count, sizeof(functions->starts[0]), compare);
	}
}

static uint64_t deepest_from(struct functions *functions, int function)
{
	size_t end =
		(size_t)function + 1 < functions->function_count ? functions->starts[function + 1] : functions->count;
	uint64_t below = 0, depth;
	int64_t target;
	size_t i;
	int next;

	if (functions->known[function])
		return functions->known[function] - 1;
	/* A loop of calls, which no kernel takes, ends here. */
	functions->known[function] = 1;
	for (i = functions->starts[function]; i < end; i++) {
		target = called(&functions->insns[i], i);
		next = target < 0 || target > UINT32_MAX ? -1 : find(functions, (uint32_t)target);
		depth = next < 0 ? 0 : deepest_from(functions, next);
		below = depth > below ? depth : below;
	}
	functions->known[function] = functions->depths[function] + below + 1;
	return functions->depths[function] + below;
}

uint64_t stack_depth__deepest(const struct bpf_insn *insns, size_t count, const uint32_t *depths, size_t depth_count)
{
	struct functions functions = { .insns = insns, .count = count, .depths = depths };

	if (!depth_count)
		return 0;
	if (depth_count == 1)
		return depths[0];
	if (depth_count > STACK_DEPTH_MAX_PROGRAMS)
		depth_count = STACK_DEPTH_MAX_PROGRAMS;
	find_functions(&functions, depth_count);
	return deepest_from(&functions, 0);
}
