/* SPDX-License-Identifier: Apache-2.0 */
#include "load/struct-ops.h"

#include <bpf/btf.h>
#include <string.h>

#include "lib/compat.h"

#if LIBBPF_AT_LEAST(1, 4)
/*
 * The value of a struct_ops map holds a pointer to each program that implements one of its functions. It is the structure
 * of the object; the size that libbpf reports once it is loaded is that of the kernel's.
 */
bool struct_ops__names(const struct bpf_object *obj, const struct bpf_map *map, const struct bpf_program *prog)
{
	const char *value = bpf_map__initial_value((struct bpf_map *)map, NULL);
	int64_t size = btf__resolve_size(bpf_object__btf(obj), bpf_map__btf_value_type_id(map)), at;
	void *slot;

	for (at = 0; value && at + (int64_t)sizeof(slot) <= size; at += (int64_t)sizeof(slot)) {
		memcpy(&slot, value + at, sizeof(slot));
		if (slot == prog)
			return true;
	}
	return false;
}

/* Which maps name a program of struct_ops. */
struct naming {
	bool any;
	bool created;
};

static struct naming naming_of(const struct bpf_object *obj, const struct bpf_program *prog)
{
	struct naming naming = {};
	struct bpf_map *map;

	if (bpf_program__type(prog) != BPF_PROG_TYPE_STRUCT_OPS)
		return naming;
	bpf_object__for_each_map(map, obj) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || !struct_ops__names(obj, map, prog))
			continue;
		naming.any = true;
		naming.created = naming.created || bpf_map__autocreate(map);
	}
	return naming;
}

bool struct_ops__autoload(const struct bpf_object *obj, const struct bpf_program *prog)
{
	struct naming naming = naming_of(obj, prog);

	return naming.any ? naming.created : bpf_program__autoload(prog);
}

bool struct_ops__is_left_out(const struct bpf_object *obj, const struct bpf_program *prog)
{
	struct naming naming = naming_of(obj, prog);

	return naming.any && !naming.created;
}

void struct_ops__create_maps(const struct bpf_object *obj, const struct bpf_program *prog)
{
	struct bpf_map *map;

	if (bpf_program__type(prog) != BPF_PROG_TYPE_STRUCT_OPS)
		return;
	bpf_object__for_each_map(map, obj)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS && struct_ops__names(obj, map, prog))
			bpf_map__set_autocreate(map, true);
}
#else
/* Older releases do not say; with one map in the object, as usual, this is right. They know no opt-in maps. */
bool struct_ops__names(const struct bpf_object *obj, const struct bpf_map *map, const struct bpf_program *prog)
{
	return obj && map && prog;
}

bool struct_ops__autoload(const struct bpf_object *obj, const struct bpf_program *prog)
{
	return obj && bpf_program__autoload(prog);
}

bool struct_ops__is_left_out(const struct bpf_object *obj, const struct bpf_program *prog)
{
	return !obj && !prog;
}

void struct_ops__create_maps(const struct bpf_object *obj, const struct bpf_program *prog)
{
	(void)obj;
	(void)prog;
}
#endif
