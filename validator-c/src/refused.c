/* SPDX-License-Identifier: Apache-2.0 */
#include "refused.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "compat.h"
#include "load-syscall.h"
#include "object.h"
#include "trial.h"

bool refused__name(const struct buf *log, const char *kind, const char *what, char *name, size_t size)
{
	const char *line = log->data, *end = log->data + log->len, *stop, *from, *to;
	char start[32], after[64];

	snprintf(start, sizeof(start), "libbpf: %s '", kind);
	snprintf(after, sizeof(after), "': %s", what);
	for (; line && line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			stop = end;
		if ((size_t)(stop - line) < strlen(start) || memcmp(line, start, strlen(start)))
			continue;
		from = line + strlen(start);
		to = memmem(from, (size_t)(stop - from), after, strlen(after));
		if (!to)
			continue;
		snprintf(name, size, "%.*s", (int)(to - from), from);
		return true;
	}
	return false;
}

static struct map *find_map(struct result *result, const char *name)
{
	int i;

	for (i = 0; i < result->map_count; i++)
		if (!strcmp(result->maps[i].name, name))
			return &result->maps[i];
	return NULL;
}

/* One attempt without programs and without the maps that were refused before. */
static int attempt(struct work *work, struct buf *log, struct probes *probes)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err, i = 0;
	struct bpf_map *map;

	probes->count = 0;
	load_syscall__probe_maps(probes);
	capture__begin();
	obj = object__open_again(work->request, &err);
	if (obj) {
		bpf_object__for_each_program(prog, obj)
			bpf_program__set_autoload(prog, false);
		bpf_object__for_each_map(map, obj)
			if (work->result->maps[i++].refused)
				bpf_map__set_autocreate(map, false);
		err = LIBBPF_AT_LEAST(1, 6) ? object__prepare(obj) : bpf_object__load(obj);
		bpf_object__close(obj);
	}
	load_syscall__probe_maps(NULL);
	buf__reset(log);
	capture__warnings(log);
	return err;
}

int refused__find(struct work *work, struct buf *log)
{
	struct probes probes;
	int err = attempt(work, log, &probes), again = err;
	char name[256], words[256];
	struct buf later = {};
	struct map *map;

	if (!refused__name(log, "map", "failed to create", name, sizeof(name)))
		return err;
	/* Each round finds one more map, so it ends. */
	while (again) {
		map = find_map(work->result, name);
		if (!map || map->refused)
			break;
		map->refused = true;
		map->err = again;
		map->probes = probes;
		map->error = strdup(status__error(again, words, sizeof(words)));
		again = attempt(work, &later, &probes);
		if (!refused__name(&later, "map", "failed to create", name, sizeof(name)))
			break;
	}
	buf__free(&later);
	return err;
}
