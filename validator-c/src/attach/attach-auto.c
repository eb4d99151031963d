/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/attach-kinds.h"
#include "lib/io.h"
#include "load/struct-ops.h"

/* Written as a number: headers of the distribution may not know it yet. */
#define ATTACH_TYPE_LSM_CGROUP 43

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

bool attach__lsm_is_active(void)
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

	if (!err && !attach__lsm_is_active())
		attach__skip(job, "attached, but never called: `bpf` is not among the active LSMs of this kernel");
	return err;
}

/* What became of a map that was attached. */
struct attached {
	const struct bpf_map *map;
	int err;
};

static struct attached *attached;
static int attached_count;

static const struct attached *find_attached(const struct bpf_map *map)
{
	int i;

	for (i = 0; i < attached_count; i++)
		if (attached[i].map == map)
			return &attached[i];
	return NULL;
}

static void remember(const struct bpf_map *map, int err)
{
	size_t size = (size_t)(attached_count + 1) * sizeof(*attached);
	struct attached *grown = realloc(attached, size);

	if (!grown)
		return;
	attached = grown;
	attached[attached_count++] = (struct attached){ map, err };
}

static bool is_scheduler(const struct bpf_object *obj, const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *type = btf ? btf__type_by_id(btf, bpf_map__btf_value_type_id(map)) : NULL;
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL;

	return name && !strncmp(name, "sched_ext_ops", strlen("sched_ext_ops"));
}

/* The kernel returns success where a scheduler fails as it is enabled (scx_enable, kernel/sched/ext.c). */
static int attach_map(struct attach_job *job, const struct bpf_map *map)
{
	char state[32] = "";
	int err = 0;

	if (!bpf_map__attach_struct_ops(map))
		return -errno;
	if (is_scheduler(job->obj, map))
		io__read_line("/sys/kernel/sched_ext/state", state, sizeof(state));
	if (!strncmp(state, "disabl", strlen("disabl")))
		err = -ECANCELED;
	remember(map, err);
	return err;
}

/* The map is what gets attached; all its programs share the result, and one of several maps needs all of them. */
int attach__struct_ops(struct attach_job *job)
{
	const struct attached *before;
	bool found = false;
	struct bpf_map *map;
	int err;

	bpf_object__for_each_map(map, job->obj) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || bpf_map__fd(map) < 0 ||
		    !struct_ops__names(job->obj, map, job->prog))
			continue;
		found = true;
		attach__method(job, "struct_ops", bpf_map__name(map));
		before = find_attached(map);
		err = before ? before->err : attach_map(job, map);
		if (err)
			return err;
	}
	return found ? 0 : attach__skip(job, "loaded; no struct_ops map refers to it");
}
