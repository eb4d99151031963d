/* SPDX-License-Identifier: Apache-2.0 */
#include "load/unavailable.h"

#include <stdio.h>
#include <string.h>

#include "lib/compat.h"
#include "load/capture.h"
#include "load/externs.h"
#include "load/load-syscall.h"
#include "load/object.h"

/* libbpf puts a call of a helper of such a number where something is used that was left out; its place is added. */
#define NO_MAP 2001000000
#define NO_FUNCTION 2002000000
#define NO_MORE 1000000

bool unavailable__name(const struct buf *log, const char *kind, const char *what, char *name, size_t size)
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

/* One attempt without programs and without what was rejected before. */
static int attempt(struct work *work, struct buf *log, struct probes *probes)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err;

	probes->count = 0;
	load_syscall__probe_maps(probes);
	capture__begin();
	obj = object__open_again(work->request, &err);
	if (obj) {
		bpf_object__for_each_program(prog, obj)
			bpf_program__set_autoload(prog, false);
		unavailable__leave_out(work, obj);
		err = LIBBPF_AT_LEAST(1, 6) ? object__prepare(obj) : bpf_object__load(obj);
		bpf_object__close(obj);
	}
	load_syscall__probe_maps(NULL);
	buf__reset(log);
	capture__warnings(log);
	return err;
}

static bool leave_out_map(struct work *work, const char *name, int err, const struct probes *probes)
{
	struct map *map = find_map(work->result, name);
	char words[256];

	if (!map || map->rejected)
		return false;
	map->rejected = true;
	map->err = err;
	map->probes = *probes;
	map->error = strdup(status__error(err, words, sizeof(words)));
	return true;
}

/* Leaves out what the log says is not there. False when it names nothing, or what was left out before. */
static bool leave_out_more(struct work *work, struct unavailable *unavailable, const struct buf *log, int err,
			   const struct probes *probes)
{
	struct lack *lack = &unavailable->lacks[unavailable->count];

	if (unavailable->count == LACKS_MAX)
		return false;
	lack->map = unavailable__name(log, "map", "failed to create", lack->name, sizeof(lack->name));
	if (lack->map ? !leave_out_map(work, lack->name, err, probes) :
			!unavailable__name(log, "extern (func ksym)", "not found in", lack->name, sizeof(lack->name)) ||
				!object__weaken(work->request, lack->name))
		return false;
	lack->err = err;
	buf__add(&lack->log, log->data, log->len);
	unavailable->count++;
	return true;
}

void unavailable__find(struct work *work, struct unavailable *unavailable)
{
	struct buf log = {};
	struct probes probes;
	int err = attempt(work, &log, &probes);

	unavailable->err = err;
	buf__add(&unavailable->log, log.data, log.len);
	/* Each round leaves out one more, so it ends. */
	while (err && leave_out_more(work, unavailable, &log, err, &probes))
		err = attempt(work, &log, &probes);
	unavailable->has_rest = unavailable->count && !err;
	buf__free(&log);
}

void unavailable__leave_out(const struct work *work, struct bpf_object *obj)
{
	struct bpf_map *map;
	int i = 0;

	bpf_object__for_each_map(map, obj)
		if (work->result->maps[i++].rejected)
			bpf_map__set_autocreate(map, false);
}

static int find_lack(const struct unavailable *unavailable, bool map, const char *name)
{
	int i;

	for (i = 0; name && i < unavailable->count; i++)
		if (unavailable->lacks[i].map == map && !strcmp(unavailable->lacks[i].name, name))
			return i;
	return -1;
}

int unavailable__used(const struct unavailable *unavailable, const struct result *result,
		      const struct bpf_program *prog)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t count = bpf_program__insn_cnt(prog), i;
	int found = -1, number;

	for (i = 0; i < count && found < 0; i++) {
		if (insns[i].code != (BPF_JMP | BPF_CALL) || insns[i].src_reg)
			continue;
		number = insns[i].imm;
		if (number >= NO_FUNCTION && number < NO_FUNCTION + NO_MORE)
			found = find_lack(unavailable, false, externs__name(number - NO_FUNCTION));
		else if (number >= NO_MAP && number < NO_MAP + result->map_count)
			found = find_lack(unavailable, true, result->maps[number - NO_MAP].name);
	}
	return found;
}

void unavailable__free(struct unavailable *unavailable)
{
	int i;

	buf__free(&unavailable->log);
	for (i = 0; i < unavailable->count; i++)
		buf__free(&unavailable->lacks[i].log);
}
