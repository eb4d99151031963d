/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/attach-kinds.h"
#include "lib/compat.h"
#include "lib/io.h"

/* Written as a number: headers of the distribution may not know it yet. */
#define ATTACH_TYPE_LSM_CGROUP 43

static const struct bpf_map **attached_maps;
static int attached_count;

int attach__auto(struct attach_job *job)
{
	struct bpf_link *link;

	attach__method(job, "auto", job->section_target ? job->section_target : "");
	if (!job->section_target || !job->section_target[0])
		return attach__skip(job, "loaded; SEC(\"%.200s\") names no target, its loader chooses one",
				    job->section);
	link = bpf_program__attach(job->prog);
	return link ? 0 : -errno;
}

static bool bpf_lsm_is_active(void)
{
	char list[256], *save = NULL, *name;

	io__read_line("/sys/kernel/security/lsm", list, sizeof(list));
	if (!list[0])
		return true;
	for (name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save))
		if (!strcmp(name, "bpf"))
			return true;
	return false;
}

int attach__lsm(struct attach_job *job)
{
	int err = job->expected == ATTACH_TYPE_LSM_CGROUP ? attach__cgroup(job) : attach__auto(job);

	if (!err && !bpf_lsm_is_active())
		attach__skip(job, "attached, but never called: `bpf` is not among the active LSMs of this kernel");
	return err;
}

#if LIBBPF_AT_LEAST(1, 4)
/*
 * The value of a struct_ops map holds a pointer to each program that implements one of its functions. It is the structure
 * of the object; the size that libbpf tells once it is loaded is that of the kernel's.
 */
static bool implements(const struct bpf_object *obj, struct bpf_map *map, const struct bpf_program *prog)
{
	const char *value = bpf_map__initial_value(map, NULL);
	int64_t size = btf__resolve_size(bpf_object__btf(obj), bpf_map__btf_value_type_id(map)), at;
	void *slot;

	for (at = 0; value && at + (int64_t)sizeof(slot) <= size; at += (int64_t)sizeof(slot)) {
		memcpy(&slot, value + at, sizeof(slot));
		if (slot == prog)
			return true;
	}
	return false;
}
#else
/* Older releases do not tell; with one map in the object, as usual, this is right. */
static bool implements(const struct bpf_object *obj, struct bpf_map *map, const struct bpf_program *prog)
{
	return obj && map && prog;
}
#endif

static bool is_attached(const struct bpf_map *map)
{
	int i;

	for (i = 0; i < attached_count; i++)
		if (attached_maps[i] == map)
			return true;
	return false;
}

static void remember(const struct bpf_map *map)
{
	size_t size = (size_t)(attached_count + 1) * sizeof(*attached_maps);
	const struct bpf_map **grown = realloc(attached_maps, size);

	if (!grown)
		return;
	attached_maps = grown;
	attached_maps[attached_count++] = map;
}

/* The map is what gets attached; all its programs share the answer, and one of several maps needs all of them. */
int attach__struct_ops(struct attach_job *job)
{
	bool found = false;
	struct bpf_map *map;

	bpf_object__for_each_map(map, job->obj) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || bpf_map__fd(map) < 0 ||
		    !implements(job->obj, map, job->prog))
			continue;
		found = true;
		attach__method(job, "struct_ops", bpf_map__name(map));
		if (is_attached(map))
			continue;
		if (!bpf_map__attach_struct_ops(map))
			return -errno;
		remember(map);
	}
	return found ? 0 : attach__skip(job, "loaded; no struct_ops map refers to it");
}
