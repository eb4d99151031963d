/* SPDX-License-Identifier: Apache-2.0 */
#include "load/context-writes.h"

#include <stdlib.h>
#include <string.h>

#include "load/context-state.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define PSEUDO_KFUNC_CALL 2
#define PSEUDO_FUNC 4
#define INDIRECT_JUMP (BPF_JMP | BPF_JA | BPF_X)
#define INDIRECT_CALL (BPF_JMP | BPF_CALL | BPF_X)
#define LONG_JUMP (BPF_JMP32 | BPF_JA)
#define JUMP (BPF_JMP | BPF_JA)
#define CALL (BPF_JMP | BPF_CALL)
#define EXIT (BPF_JMP | BPF_EXIT)
#define WIDE_LOAD (BPF_LD | BPF_IMM | BPF_DW)
#define LOAD_ACQUIRE 0x100
#define ATOMIC 0xc0
#define MODE_AND_SIZE 0xf8

struct flow {
	const struct bpf_insn *insns;
	size_t count;
	struct context_state state;
	/* By instruction. */
	struct known *known;
	/* First instruction of its function. */
	uint32_t *owner;
	/* Of the function that begins there: it may return the context. */
	bool *returns;
	bool *waits;
	uint32_t *waiting;
	size_t waiting_count;
};

static void wait_for(struct flow *flow, size_t index)
{
	if (flow->waits[index])
		return;
	flow->waits[index] = true;
	flow->waiting[flow->waiting_count++] = (uint32_t)index;
}

static void reach(struct flow *flow, int64_t index, const struct known *known)
{
	if (index >= 0 && index < (int64_t)flow->count && known__join(&flow->known[index], known))
		wait_for(flow, (size_t)index);
}

/* The function that an instruction calls or takes the address of, or -1. */
static int64_t target_of(const struct flow *flow, size_t index)
{
	const struct bpf_insn *insn = &flow->insns[index];
	int64_t target = (int64_t)index + 1 + insn->imm;
	bool names = (insn->code == CALL && insn->src_reg == BPF_PSEUDO_CALL) ||
		     (insn->code == WIDE_LOAD && insn->src_reg == PSEUDO_FUNC);

	return names && target >= 0 && target < (int64_t)flow->count ? target : -1;
}

static void find_owners(struct flow *flow)
{
	int64_t target;
	size_t i;

	for (i = 0; i < flow->count; i++) {
		target = target_of(flow, i);
		if (target >= 0)
			flow->owner[target] = (uint32_t)target;
	}
	for (i = 1; i < flow->count; i++)
		if (!flow->owner[i])
			flow->owner[i] = flow->owner[i - 1];
}

static bool writes_memory(struct context_state *state, const struct bpf_insn *insn)
{
	bool atomic = (insn->code & MODE_AND_SIZE) == (ATOMIC | BPF_DW);
	int base = atomic && insn->imm == LOAD_ACQUIRE ? insn->src_reg : insn->dst_reg;
	const int gets[] = { BPF_REG_0, insn->src_reg, insn->dst_reg };
	size_t i;
	int kept;

	if (state__holds(state, CONTEXT, base))
		return true;
	/* Only whole pointers are taken back as pointers. */
	if (!atomic && (insn->code & MODE_AND_SIZE) != (BPF_MEM | BPF_DW))
		return false;
	for (kept = 0; kept < KEPT; kept++) {
		bool before = atomic && state__loads(state, kept, base, insn->off);
		bool holding = BPF_CLASS(insn->code) == BPF_STX && state__holds(state, kept, insn->src_reg);

		state__stores(state, kept, base, insn->off, holding || before);
		/* What was there goes to the source, to r0, or where it is loaded to. */
		for (i = 0; before && i < sizeof(gets) / sizeof(gets[0]); i++)
			if (gets[i] != base)
				state__put(state, kept, gets[i], true);
	}
	return false;
}

static void load(struct context_state *state, const struct bpf_insn *insn)
{
	bool whole = (insn->code & MODE_AND_SIZE) == (BPF_MEM | BPF_DW), found[KEPT];
	int kept;

	for (kept = 0; kept < KEPT; kept++)
		found[kept] = whole && state__loads(state, kept, insn->src_reg, insn->off);
	for (kept = 0; kept < KEPT; kept++)
		state__put(state, kept, insn->dst_reg, found[kept]);
}

static void reckon(struct context_state *state, const struct bpf_insn *insn)
{
	int kept;

	for (kept = 0; kept < KEPT; kept++) {
		bool copied = BPF_SRC(insn->code) == BPF_X && state__holds(state, kept, insn->src_reg);

		/* Whatever is reckoned with a pointer is one. */
		copied |= BPF_OP(insn->code) != BPF_MOV && state__holds(state, kept, insn->dst_reg);
		state__put(state, kept, insn->dst_reg, copied);
	}
}

static void set_number(struct context_state *state, const struct bpf_insn *insn)
{
	int kept;

	for (kept = 0; kept < KEPT; kept++)
		state__put(state, kept, insn->dst_reg, false);
}

/* Carries out an instruction. True when it is a store that may go to the context. */
static bool writes(struct context_state *state, const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ST:
	case BPF_STX:
		return writes_memory(state, insn);
	case BPF_LDX:
		load(state, insn);
		break;
	case BPF_ALU64:
		reckon(state, insn);
		break;
	case BPF_ALU:
		set_number(state, insn);
		break;
	default:
		if (insn->code == WIDE_LOAD)
			set_number(state, insn);
		break;
	}
	return false;
}

/* What calls, returns and callbacks do. True when a kernel function may write to the context. */
static bool calls(struct flow *flow, size_t index)
{
	const struct bpf_insn *insn = &flow->insns[index];
	struct context_state *state = &flow->state;
	int64_t target = target_of(flow, index);
	bool *returns = &flow->returns[flow->owner[index]];
	struct known begin;

	if (insn->code == CALL) {
		if (target < 0 && insn->src_reg && known__gives_buffer(&state->now))
			return true;
		begin = known__at_call(&state->now);
		reach(flow, target, &begin);
		state__returned(state, target >= 0 && flow->returns[target]);
	} else if (insn->code == WIDE_LOAD) {
		begin = known__at_callback();
		reach(flow, target, &begin);
	} else if (insn->code == EXIT && state__holds(state, CONTEXT, BPF_REG_0)) {
		state->learned |= !*returns;
		*returns = true;
	}
	return false;
}

static void go_on(struct flow *flow, size_t index)
{
	const struct bpf_insn *insn = &flow->insns[index];
	const struct known *now = &flow->state.now;
	bool jumps = BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32;
	int64_t next = (int64_t)index + 1;

	if (insn->code == EXIT)
		return;
	if (insn->code == LONG_JUMP)
		reach(flow, next + insn->imm, now);
	else if (jumps && insn->code != CALL)
		reach(flow, next + insn->off, now);
	if (insn->code != JUMP && insn->code != LONG_JUMP)
		reach(flow, next + (insn->code == WIDE_LOAD), now);
}

static bool follow(struct flow *flow, uint64_t *steps)
{
	size_t index;

	while (flow->waiting_count) {
		index = flow->waiting[--flow->waiting_count];
		flow->waits[index] = false;
		if (!*steps)
			return true;
		--*steps;
		flow->state.now = flow->known[index];
		if (flow->insns[index].code == INDIRECT_JUMP || flow->insns[index].code == INDIRECT_CALL ||
		    writes(&flow->state, &flow->insns[index]) || calls(flow, index))
			return true;
		go_on(flow, index);
	}
	return false;
}

static bool follow_all(struct flow *flow, uint64_t *steps)
{
	struct known begin = known__at_entry();
	size_t i;

	reach(flow, 0, &begin);
	do {
		flow->state.learned = false;
		if (follow(flow, steps))
			return true;
		/* The stack pointer is known wherever a path has come. */
		for (i = 0; flow->state.learned && i < flow->count; i++)
			if (flow->known[i].in[STACK])
				wait_for(flow, i);
	} while (flow->state.learned);
	return false;
}

bool context__may_be_written(const struct bpf_insn *insns, size_t count, uint64_t *steps)
{
	struct flow flow = { .insns = insns, .count = count };
	bool may = true;

	/* What is set up for a program costs as much as a look at each of its instructions. */
	if (*steps <= count) {
		*steps = 0;
		return true;
	}
	*steps -= count;
	flow.known = calloc(count, sizeof(*flow.known));
	flow.owner = calloc(count, sizeof(*flow.owner));
	flow.returns = calloc(count, sizeof(*flow.returns));
	flow.waits = calloc(count, sizeof(*flow.waits));
	flow.waiting = calloc(count, sizeof(*flow.waiting));
	if (flow.known && flow.owner && flow.returns && flow.waits && flow.waiting) {
		find_owners(&flow);
		may = follow_all(&flow, steps);
	}
	free(flow.known);
	free(flow.owner);
	free(flow.returns);
	free(flow.waits);
	free(flow.waiting);
	return may;
}
