/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_STACK_DEPTH_H
#define BPFCOMPAT_STACK_DEPTH_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

/* As many functions as the kernel takes in one program. */
#define STACK_DEPTH_MAX_PROGRAMS 512

/*
 * Deepest stack in bytes over all chains of calls. `depths` has the stack of each function, in the order in which the
 * functions lie in `insns`, as the verifier lists them. Instructions that make no sense add nothing.
 */
uint64_t stack_depth__deepest(const struct bpf_insn *insns, size_t count, const uint32_t *depths, size_t depth_count);

#endif
