/* SPDX-License-Identifier: Apache-2.0 */
#include "load/map-recipe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

#include "lib/real-syscall.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define TYPE_BLOOM_FILTER 30
#define TYPE_USER_RINGBUF 31
#define TYPE_CGRP_STORAGE 32
#define TYPE_ARENA 33
#define TYPE_INSN_ARRAY 34
#define ARENA_FLAGS (1U << 10)

#define PAGE 0xffffffffU

static const struct map_recipe special[] = {
	{ .type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 4, .max_entries = 1, .flags = BPF_F_NO_PREALLOC },
	{ .type = BPF_MAP_TYPE_STACK_TRACE, .key_size = 4, .value_size = 8, .max_entries = 1 },
	{ .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4, .max_entries = 1, .needs_inner = true },
	{ .type = BPF_MAP_TYPE_HASH_OF_MAPS, .key_size = 4, .value_size = 4, .max_entries = 1, .needs_inner = true },
	{ .type = BPF_MAP_TYPE_CGROUP_STORAGE, .key_size = 16, .value_size = 4 },
	{ .type = BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, .key_size = 16, .value_size = 4 },
	{ .type = BPF_MAP_TYPE_QUEUE, .value_size = 4, .max_entries = 1 },
	{ .type = BPF_MAP_TYPE_STACK, .value_size = 4, .max_entries = 1 },
	{ .type = BPF_MAP_TYPE_SK_STORAGE,
	  .key_size = 4,
	  .value_size = 4,
	  .flags = BPF_F_NO_PREALLOC,
	  .needs_btf = true },
	{ .type = BPF_MAP_TYPE_INODE_STORAGE,
	  .key_size = 4,
	  .value_size = 4,
	  .flags = BPF_F_NO_PREALLOC,
	  .needs_btf = true },
	{ .type = BPF_MAP_TYPE_TASK_STORAGE,
	  .key_size = 4,
	  .value_size = 4,
	  .flags = BPF_F_NO_PREALLOC,
	  .needs_btf = true },
	{ .type = TYPE_CGRP_STORAGE, .key_size = 4, .value_size = 4, .flags = BPF_F_NO_PREALLOC, .needs_btf = true },
	{ .type = BPF_MAP_TYPE_RINGBUF, .max_entries = PAGE },
	{ .type = TYPE_USER_RINGBUF, .max_entries = PAGE },
	{ .type = TYPE_BLOOM_FILTER, .value_size = 4, .max_entries = 1 },
	{ .type = TYPE_ARENA, .max_entries = 1, .flags = ARENA_FLAGS },
	{ .type = TYPE_INSN_ARRAY, .key_size = 4, .value_size = 16, .max_entries = 1 },
};

struct map_recipe map_recipe__of(uint32_t type)
{
	struct map_recipe recipe = { .type = type, .key_size = 4, .value_size = 4, .max_entries = 1 };
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].type == type)
			recipe = special[i];
	if (recipe.max_entries == PAGE)
		recipe.max_entries = (uint32_t)sysconf(_SC_PAGESIZE);
	return recipe;
}

static int create(union bpf_attr *attr)
{
	long fd = real_bpf(BPF_MAP_CREATE, attr, sizeof(*attr));

	return fd < 0 ? -errno : (int)fd;
}

int map_recipe__inner(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1 };

	return create(&attr);
}

/* BTF of one integer, which is key and value alike. Its descriptor or a negative errno. */
static int load_integer(uint32_t *id)
{
	LIBBPF_OPTS(bpf_btf_load_opts, opts);
	struct btf *btf = btf__new_empty();
	const void *raw;
	uint32_t size;
	int fd = -ENOMEM;

	if (!btf)
		return -errno;
	*id = (uint32_t)btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	raw = btf__raw_data(btf, &size);
	if (raw)
		fd = bpf_btf_load(raw, size, &opts);
	if (fd < 0)
		fd = -errno;
	btf__free(btf);
	return fd;
}

/* The oldest kind of struct_ops, which every kernel with struct_ops and TCP has. */
static int try_struct_ops(union bpf_attr *attr)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *type;
	int id, err = -ENODATA;

	if (libbpf_get_error(btf))
		return -ENODATA;
	id = btf__find_by_name_kind(btf, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);
	type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	if (type) {
		attr->value_size = type->size;
		attr->btf_vmlinux_value_type_id = (uint32_t)id;
		err = create(attr);
	}
	btf__free(btf);
	return err;
}

static int try(const struct map_recipe *recipe, union bpf_attr *attr)
{
	uint32_t integer = 0;
	int with = 0, err;

	if (recipe->type == BPF_MAP_TYPE_STRUCT_OPS)
		return try_struct_ops(attr);
	if (recipe->needs_btf)
		with = load_integer(&integer);
	else if (recipe->needs_inner)
		with = map_recipe__inner();
	if (with < 0)
		return with;
	if (recipe->needs_btf) {
		attr->btf_fd = (uint32_t)with;
		attr->btf_key_type_id = attr->btf_value_type_id = integer;
	}
	if (recipe->needs_inner)
		attr->inner_map_fd = (uint32_t)with;
	err = create(attr);
	if (recipe->needs_btf || recipe->needs_inner)
		close(with);
	return err;
}

int map_recipe__try(uint32_t type)
{
	struct map_recipe recipe = map_recipe__of(type);
	union bpf_attr attr = {
		.map_type = type,
		.key_size = recipe.key_size,
		.value_size = recipe.value_size,
		.max_entries = recipe.max_entries,
		.map_flags = recipe.flags,
	};
	int fd = try(&recipe, &attr);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
