/* SPDX-License-Identifier: Apache-2.0 */
/* For each program type a program of two instructions that every kernel takes that knows the type. */
#ifndef BPFCOMPAT_PROGRAM_RECIPE_H
#define BPFCOMPAT_PROGRAM_RECIPE_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

/* The attach type that came first for this program type; 0 for types that need none. */
uint32_t program_recipe__attach_type(uint32_t type);
/*
 * Fills what the kernel wants to know besides the instructions: attach type, and the function or structure it is for.
 * False when that is not known: no BTF of the kernel, or a type that needs another program.
 */
bool program_recipe__fill(uint32_t type, union bpf_attr *attr);
/* Loads `return 0`, then `return 1`, with all else as in `attr`, and throws it away. 0 or a negative errno. */
int program_recipe__load(union bpf_attr *attr, long size);
/* All of it. 0, a negative errno, or -ENODATA when it is not known. */
int program_recipe__try(uint32_t type);

#endif
