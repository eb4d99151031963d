/* SPDX-License-Identifier: Apache-2.0 */
#include "load/context-state.h"

#define SLOTS 64
#define SLOT_BYTES 8

/* Registers that a call takes, and those that it keeps. */
#define ARGUMENTS 0x3eU
#define KEPT_BY_CALLS 0x7c0U

struct known known__at_entry(void)
{
	return (struct known){ .in = { [CONTEXT] = 1U << 1, [STACK] = 1U << FRAME }, .set = 1U << 1 };
}

struct known known__at_call(const struct known *caller)
{
	return (struct known){
		.in = { [CONTEXT] = caller->in[CONTEXT] & ARGUMENTS,
			[STACK] = (caller->in[STACK] & ARGUMENTS) | 1U << FRAME },
		.set = caller->set,
	};
}

struct known known__at_callback(void)
{
	return (struct known){ .in = { [STACK] = ARGUMENTS | 1U << FRAME }, .set = ARGUMENTS };
}

bool known__join(struct known *known, const struct known *more)
{
	bool changed = more->set & ~known->set;
	int kept;

	known->set |= more->set;
	for (kept = 0; kept < KEPT; kept++) {
		changed |= (more->in[kept] & ~known->in[kept]) || (more->slots[kept] & ~known->slots[kept]);
		known->in[kept] |= more->in[kept];
		known->slots[kept] |= more->slots[kept];
	}
	return changed;
}

bool known__gives_buffer(const struct known *known)
{
	return known->in[CONTEXT] & ARGUMENTS & known->set >> 1;
}

bool state__holds(const struct context_state *state, enum kept kept, int reg)
{
	return state->now.in[kept] >> reg & 1;
}

void state__put(struct context_state *state, enum kept kept, int reg, bool holding)
{
	state->now.in[kept] &= ~(1U << reg);
	state->now.in[kept] |= (uint32_t)holding << reg;
	state->now.set |= 1U << reg & ARGUMENTS;
}

/* The slot that begins at an offset from the end of the frame, or -1. */
static int slot_of(int offset)
{
	int slot = -offset / SLOT_BYTES - 1;

	return offset % SLOT_BYTES || slot < 0 || slot >= SLOTS ? -1 : slot;
}

bool state__loads(const struct context_state *state, enum kept kept, int base, int offset)
{
	int slot = slot_of(offset);

	if (base != FRAME)
		return state__holds(state, STACK, base) && (state->saved[kept] || state->escaped[kept]);
	return state->escaped[kept] || (slot >= 0 && state->now.slots[kept] >> slot & 1);
}

static void learn(struct context_state *state, bool *what)
{
	state->learned |= !*what;
	*what = true;
}

void state__stores(struct context_state *state, enum kept kept, int base, int offset, bool holding)
{
	int slot = base == FRAME ? slot_of(offset) : -1;

	if (slot >= 0) {
		state->now.slots[kept] &= ~(1ULL << slot);
		state->now.slots[kept] |= (uint64_t)holding << slot;
		if (holding)
			learn(state, &state->saved[kept]);
	} else if (holding && state__holds(state, STACK, base)) {
		learn(state, &state->escaped[kept]);
	}
}

void state__returned(struct context_state *state, bool context)
{
	int kept;

	for (kept = 0; kept < KEPT; kept++)
		state->now.in[kept] &= KEPT_BY_CALLS;
	state->now.in[CONTEXT] |= context;
	state->now.set = 0;
}
