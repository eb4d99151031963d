/* SPDX-License-Identifier: Apache-2.0 */
#include "load/probe-map-change.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "lib/real-syscall.h"
#include "load/map-recipe.h"

static int create(union bpf_attr *attr, long size)
{
	long fd = real_bpf(BPF_MAP_CREATE, attr, size);

	if (fd < 0)
		return -errno;
	close((int)fd);
	return 0;
}

static bool drop_flags(union bpf_attr *attr, const struct map_recipe *recipe)
{
	uint32_t flags = attr->map_flags & recipe->flags;
	bool changed = flags != attr->map_flags;

	attr->map_flags = flags;
	return changed;
}

static bool add_flags(union bpf_attr *attr, const struct map_recipe *recipe)
{
	uint32_t flags = attr->map_flags | recipe->flags;
	bool changed = flags != attr->map_flags;

	attr->map_flags = flags;
	return changed;
}

/* Ring buffers count bytes in whole pages. */
static bool counts_bytes(const struct map_recipe *recipe)
{
	return recipe->max_entries > 1;
}

static bool set_entries(union bpf_attr *attr, const struct map_recipe *recipe)
{
	bool changed = attr->max_entries != recipe->max_entries;

	attr->max_entries = recipe->max_entries;
	return changed && !counts_bytes(recipe);
}

static bool set_pages(union bpf_attr *attr, const struct map_recipe *recipe)
{
	bool changed = attr->max_entries != recipe->max_entries;

	attr->max_entries = recipe->max_entries;
	return changed && counts_bytes(recipe);
}

static bool set_sizes(union bpf_attr *attr, const struct map_recipe *recipe)
{
	bool changed = attr->key_size != recipe->key_size || attr->value_size != recipe->value_size;

	/* Types of key and value would not fit the new sizes any more. */
	attr->key_size = recipe->key_size;
	attr->value_size = recipe->value_size;
	if (!recipe->needs_btf) {
		attr->btf_fd = 0;
		attr->btf_key_type_id = attr->btf_value_type_id = 0;
	}
	return changed && recipe->type != BPF_MAP_TYPE_STRUCT_OPS;
}

/* The inner map lives until the result is there. */
static bool set_inner(union bpf_attr *attr, const struct map_recipe *recipe)
{
	int fd = recipe->needs_inner ? map_recipe__inner() : -1;

	attr->inner_map_fd = fd < 0 ? 0 : (uint32_t)fd;
	return fd >= 0;
}

static bool drop_btf(union bpf_attr *attr, const struct map_recipe *recipe)
{
	bool changed = attr->btf_key_type_id || attr->btf_value_type_id;

	attr->btf_fd = 0;
	attr->btf_key_type_id = attr->btf_value_type_id = 0;
	return changed && !recipe->needs_btf;
}

static bool drop_extra(union bpf_attr *attr, const struct map_recipe *recipe)
{
	bool changed = attr->map_extra || attr->numa_node;

	(void)recipe;
	attr->map_extra = 0;
	attr->numa_node = 0;
	attr->map_flags &= ~(uint32_t)BPF_F_NUMA_NODE;
	return changed;
}

static const struct {
	const char *name;
	/* Changes the copy; false when there was nothing to change. */
	bool (*change)(union bpf_attr *attr, const struct map_recipe *recipe);
} changes[] = {
	{ "no_flags", drop_flags },    { "needed_flags", add_flags },	 { "one_entry", set_entries },
	{ "page_entries", set_pages }, { "canonical_sizes", set_sizes }, { "inner_map", set_inner },
	{ "no_btf", drop_btf },	       { "no_extra", drop_extra },
};

static bool try_change(size_t i, const union bpf_attr *rejected, long size, struct probes *probes)
{
	struct map_recipe recipe = map_recipe__of(rejected->map_type);
	union bpf_attr attr = *rejected;
	bool accepted;

	if (!changes[i].change(&attr, &recipe))
		return false;
	accepted = probes__add(probes, changes[i].name, create(&attr, size));
	if (changes[i].change == set_inner)
		close((int)attr.inner_map_fd);
	return accepted;
}

void probe_map_change__run(const union bpf_attr *rejected, long size, int err, struct probes *probes)
{
	union bpf_attr attr = {};
	int canonical;
	size_t i;

	if ((size_t)size > sizeof(attr))
		size = sizeof(attr);
	memcpy(&attr, rejected, (size_t)size);
	probes->count = 0;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]) && err != -EPERM && err != -EACCES; i++)
		if (try_change(i, &attr, size, probes))
			return;
	canonical = map_recipe__try(attr.map_type);
	if (canonical != -ENODATA)
		probes__add(probes, "canonical", canonical);
}
