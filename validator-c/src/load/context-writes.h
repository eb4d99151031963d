/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a program may write to its context: by a store, in subprograms and callbacks, too, or by a kernel function that
 * gets it as a buffer, which helpers do not take. src/object/context-writes.ts finds the same in the file.
 */
#ifndef BPFCOMPAT_CONTEXT_WRITES_H
#define BPFCOMPAT_CONTEXT_WRITES_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instructions that are looked at for all programs of an object together; what is left then counts as writing. */
#define CONTEXT_STEPS_MAX 8000000

/*
 * Follows the context through registers, stack, calls and returns, all paths together: what cannot be ruled out counts.
 * `insns` is the program as the kernel got it, its subprograms behind it; `steps` is what may still be looked at.
 */
bool context__may_be_written(const struct bpf_insn *insns, size_t count, uint64_t *steps);

#endif
