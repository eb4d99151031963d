/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "overrides/variable.h"

struct global {
	const struct bpf_map *map;
	/* Its own part of the initial value of the map that holds it. */
	char *at;
	size_t room;
	uint32_t type;
	/* How much of the path names the variable itself. */
	size_t name_len;
};

static struct bpf_map *map_of(const struct bpf_object *obj, uint32_t section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if (bpf_map__is_internal(map) && bpf_map__btf_value_type_id(map) == section)
			return map;
	return NULL;
}

/* A variable that the path begins with; names may have dots of their own (`function.variable`), so the longest wins. */
static void look_into(const struct bpf_object *obj, uint32_t section, const char *path, struct global *found)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *t = btf__type_by_id(btf, section), *var;
	const struct btf_var_secinfo *info = btf_var_secinfos(t);
	struct bpf_map *map = NULL;
	size_t size = 0, len;
	const char *name;
	char *data;
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		var = btf__type_by_id(btf, info[i].type);
		name = var && btf_is_var(var) ? btf__name_by_offset(btf, var->name_off) : NULL;
		len = name ? strlen(name) : 0;
		if (len <= found->name_len || strncmp(path, name, len) || !strchr(".[", path[len]))
			continue;
		map = map ? map : map_of(obj, section);
		/* Older releases of libbpf call it const; it is the memory that the map is filled from. */
		data = map ? (char *)(uintptr_t)bpf_map__initial_value(map, &size) : NULL;
		if (!data || info[i].offset > size || info[i].size > size - info[i].offset)
			continue;
		*found = (struct global){
			.map = map,
			.at = data + info[i].offset,
			.room = info[i].size,
			.type = var->type,
			.name_len = len,
		};
	}
}

static bool holds_globals(const char *section)
{
	return section &&
	       (!strncmp(section, ".rodata", 7) || !strncmp(section, ".data", 5) || !strncmp(section, ".bss", 4));
}

int variable__find(const struct bpf_object *obj, const char *path, struct variable *variable,
		   const struct bpf_map **map, const char **why)
{
	const struct btf *btf = bpf_object__btf(obj);
	struct global global = {};
	uint32_t id;

	*why = btf ? "no such variable" : "the object has no BTF";
	for (id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_datasec(t) && holds_globals(btf__name_by_offset(btf, t->name_off)))
			look_into(obj, id, path, &global);
	}
	if (!global.at)
		return -ENOENT;
	if (map)
		*map = global.map;
	*variable = (struct variable){ .btf = btf, .type = global.type, .at = global.at, .room = global.room };
	return variable__follow(variable, path + global.name_len, why);
}
