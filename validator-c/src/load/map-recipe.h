/* SPDX-License-Identifier: Apache-2.0 */
/* For each map type a definition that every kernel takes that knows the type. */
#ifndef BPFCOMPAT_MAP_RECIPE_H
#define BPFCOMPAT_MAP_RECIPE_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

struct map_recipe {
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	/* Without these the kernel rejects every map of the type. */
	uint32_t flags;
	/* It cannot be made without BTF for key and value. */
	bool needs_btf;
	bool needs_inner;
};

struct map_recipe map_recipe__of(uint32_t type);
/* Makes one and throws it away. 0, a negative errno, or -ENODATA when it cannot be tried without the kernel's BTF. */
int map_recipe__try(uint32_t type);
/* A small hash map for the inside of another map. Its descriptor or a negative errno. */
int map_recipe__inner(void);

#endif
