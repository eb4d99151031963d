/* SPDX-License-Identifier: Apache-2.0 */
/* What may hold the context of a program, or a pointer to a stack where it may lie. */
#ifndef BPFCOMPAT_CONTEXT_STATE_H
#define BPFCOMPAT_CONTEXT_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* The register that points to the end of the own frame. */
#define FRAME 10

enum kept {
	CONTEXT,
	STACK,
	KEPT,
};

/* What is known before an instruction. */
struct known {
	/* By register. */
	uint32_t in[KEPT];
	/* Arguments that may have been set. */
	uint32_t set;
	/* By slot of 8 bytes of the own frame, from its end. */
	uint64_t slots[KEPT];
};

struct context_state {
	/* At the instruction that is looked at. */
	struct known now;
	/* It lies in a slot of some frame. */
	bool saved[KEPT];
	/* It was stored through a pointer and may lie in every slot of every frame. */
	bool escaped[KEPT];
	/* One of these became true, or a function was found to return the context. */
	bool learned;
};

/* What a program begins with: the context in its first argument. */
struct known known__at_entry(void);
/* What a called function begins with: the arguments of its caller and a frame of its own. */
struct known known__at_call(const struct known *caller);
/* The same for a callback. Helpers hand what they are given to one only by way of the stack. */
struct known known__at_callback(void);
/* Adds what is known on one more path. True when that is new. */
bool known__join(struct known *known, const struct known *more);
/* Whether a kernel function may be given the context as a buffer: that has its size behind it. */
bool known__gives_buffer(const struct known *known);

bool state__holds(const struct context_state *state, enum kept kept, int reg);
/* Says what a register holds from here on. */
void state__put(struct context_state *state, enum kept kept, int reg, bool holding);
/* Whether 8 bytes that are loaded from `base` may be one. */
bool state__loads(const struct context_state *state, enum kept kept, int base, int offset);
/* Stores 8 bytes. */
void state__stores(struct context_state *state, enum kept kept, int base, int offset, bool holding);
/* Behind a call: arguments are gone. */
void state__returned(struct context_state *state, bool context);

#endif
