/* SPDX-License-Identifier: Apache-2.0 */
#include "load/probe.h"

#include <errno.h>

#include "load/map-recipe.h"
#include "load/program-recipe.h"

/* Results by type, kept for the life of the process and inherited by its children; 0 = not tried yet. */
#define TYPES_KEPT 64
#define KEPT(err) (1 - (err))
static int kept_maps[TYPES_KEPT], kept_programs[TYPES_KEPT];

static int kept_result(int *kept, int err)
{
	if (kept)
		*kept = KEPT(err);
	return err;
}

int probe__map(enum bpf_map_type type)
{
	int *kept = type < TYPES_KEPT ? &kept_maps[type] : NULL;

	return kept && *kept ? KEPT(*kept) : kept_result(kept, map_recipe__try(type));
}

int probe__program(enum bpf_prog_type type)
{
	int *kept = type < TYPES_KEPT ? &kept_programs[type] : NULL;

	return kept && *kept ? KEPT(*kept) : kept_result(kept, program_recipe__try(type));
}

void probe__everything(void)
{
	static const enum bpf_map_type maps[] = {
		BPF_MAP_TYPE_RINGBUF,
		BPF_MAP_TYPE_PERF_EVENT_ARRAY,
		BPF_MAP_TYPE_ARRAY,
		BPF_MAP_TYPE_HASH,
	};
	static const enum bpf_prog_type programs[] = {
		BPF_PROG_TYPE_TRACEPOINT,
		BPF_PROG_TYPE_KPROBE,
		BPF_PROG_TYPE_TRACING,
		BPF_PROG_TYPE_XDP,
	};
	size_t i;

	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		probe__map(maps[i]);
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		probe__program(programs[i]);
}

const char *probe__status(int err)
{
	switch (err) {
	case 0:
		return "supported";
	case -EOPNOTSUPP:
	case -ENOSYS:
		return "unsupported";
	case -EPERM:
	case -EACCES:
		return "permission_denied";
	case -EINVAL:
	case -ENOENT:
	case -ENODATA:
		return "inconclusive";
	default:
		return "probe_error";
	}
}
