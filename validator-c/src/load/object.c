/* SPDX-License-Identifier: Apache-2.0 */
#include "load/object.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/compat.h"
#include "lib/io.h"
#include "load/capture.h"
#include "load/elf-facts.h"
#include "load/line-breaks.h"
#include "load/pins.h"
#include "load/struct-ops-bounds.h"
#include "load/struct-ops.h"
#include "load/weaken.h"

static bool is_safe_to_open(const void *data, size_t len)
{
	struct buf problem = {};
	bool safe;

	struct_ops_bounds__check(data, len, &problem);
	safe = !problem.len && !problem.failed;
	if (problem.len)
		capture__warn(&problem);
	buf__free(&problem);
	return safe;
}

static struct bpf_object *open_object(const struct request *request, int *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = request->artifact_name,
		    .relaxed_maps = request->overrides.relaxed_maps,
		    .btf_custom_path = request->btf[0] ? request->btf : NULL);
	const void *data = request->mended ? request->mended : request->artifact;
	struct bpf_object *obj;

	if (!is_safe_to_open(data, request->artifact_size)) {
		*err = -EINVAL;
		return NULL;
	}
	obj = bpf_object__open_mem(data, request->artifact_size, &opts);
	*err = obj ? 0 : -errno;
	if (obj)
		line_breaks__hide(obj);
	return obj;
}

static int count_programs(struct bpf_object *obj)
{
	struct bpf_program *prog;
	int count = 0;

	bpf_object__for_each_program(prog, obj)
		count++;
	return count;
}

static int count_maps(struct bpf_object *obj)
{
	struct bpf_map *map;
	int count = 0;

	bpf_object__for_each_map(map, obj)
		count++;
	return count;
}

static int read_programs(struct bpf_object *obj, struct result *result)
{
	struct bpf_program *prog;
	int count = count_programs(obj);

	result->programs = calloc((size_t)count + 1, sizeof(*result->programs));
	if (!result->programs)
		return -ENOMEM;
	bpf_object__for_each_program(prog, obj) {
		struct program *program = &result->programs[result->program_count++];

		program->name = strdup(bpf_program__name(prog));
		program->section = strdup(bpf_program__section_name(prog));
		program->type = bpf_program__type(prog);
		program->expected_attach_type = bpf_program__expected_attach_type(prog);
		program->autoload = struct_ops__autoload(obj, prog);
		program->insns = bpf_program__insn_cnt(prog);
		program->load.reason = "";
		if (!program->name || !program->section)
			return -ENOMEM;
	}
	return 0;
}

static int read_maps(struct bpf_object *obj, struct result *result)
{
	struct bpf_map *entry;
	int count = count_maps(obj);

	result->maps = calloc((size_t)count + 1, sizeof(*result->maps));
	if (!result->maps)
		return -ENOMEM;
	bpf_object__for_each_map(entry, obj) {
		struct map *map = &result->maps[result->map_count++];

		map->name = strdup(bpf_map__name(entry));
		map->type = bpf_map__type(entry);
		map->key_size = bpf_map__key_size(entry);
		map->value_size = bpf_map__value_size(entry);
		map->max_entries = bpf_map__max_entries(entry);
		map->flags = bpf_map__map_flags(entry);
		if (!map->name)
			return -ENOMEM;
	}
	return 0;
}

/* The line of libbpf that says `what`, and the name of the map it is about; false when there is none. */
static bool said_of_map(const char *what, char map[OVERRIDES_NAME_SIZE], char line[256])
{
	struct buf log = {};
	const char *at, *start;

	capture__warnings(&log);
	buf__addc(&log, '\0');
	at = log.data && !log.failed ? strstr(log.data, what) : NULL;
	for (start = at; start && start > log.data && start[-1] != '\n'; start--)
		;
	if (start)
		snprintf(line, 256, "%.*s", (int)strcspn(start, "\n"), start);
	buf__free(&log);
	return start && sscanf(line, "libbpf: map '%128[^']'", map) == 1;
}

/* A slip in the name of a field that libbpf knows: that map is not what its author means, whatever loads it. */
static bool is_slip(const char *field)
{
	static const char *const begins[] = {
		"max_ent", "map_fla", "map_ext", "numa_no", "key_siz", "value_s", "pinnin"
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(field, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* Fields of another loader in a map's definition: libbpf names the first one and gives up, unless its option says not to. */
static bool relax_fields(struct overrides *overrides)
{
	char line[256], map[OVERRIDES_NAME_SIZE];
	const char *what = "': unknown field '", *field;

	if (overrides->relaxed_maps || !said_of_map(what, map, line))
		return false;
	field = strstr(line, what) + strlen(what);
	if (is_slip(field))
		return false;
	overrides__record_fix(overrides, "map_field", map, 0, "fields libbpf does not know are passed over, such as %.*s",
			  (int)strcspn(field, "'"), field);
	overrides->relaxed_maps = true;
	return true;
}

/* The copy that is opened from then on; NULL without memory. */
static void *copy_to_mend(struct request *request)
{
	if (!request->mended) {
		request->mended = malloc(request->artifact_size);
		if (request->mended)
			memcpy(request->mended, request->artifact, request->artifact_size);
	}
	return request->mended;
}

static bool drop_pins_of_others(struct request *request)
{
	char line[256], map[OVERRIDES_NAME_SIZE];

	if (request->mended || !said_of_map("': invalid pinning value ", map, line) || !copy_to_mend(request))
		return false;
	return pins__drop_custom(request->mended, request->artifact_size, &request->overrides) > 0;
}

/* What other loaders take and libbpf does not even open. Each is fixed at most once, so this ends. */
static struct bpf_object *open_mended(struct request *request, int *err)
{
	struct bpf_object *obj = open_object(request, err);

	request->overrides.recording = true;
	while (!obj && !request->overrides.strict &&
	       (relax_fields(&request->overrides) || drop_pins_of_others(request))) {
		capture__begin();
		obj = open_object(request, err);
	}
	request->overrides.recording = false;
	return obj;
}

/* A loader that wants a program of an opt-in map of struct_ops creates the map. */
static void create_selected_maps(const struct request *request, const struct bpf_object *obj)
{
	struct bpf_program *prog;
	const char *name;

	bpf_object__for_each_program(prog, obj) {
		name = bpf_program__name(prog);
		if (request__requires(request, name) || overrides__switches_on(&request->overrides, name))
			struct_ops__create_maps(obj, prog);
	}
}

struct bpf_object *object__open_first(struct request *request, struct result *result)
{
	uint64_t start = io__now_us();
	struct bpf_object *obj;
	struct elf_facts facts;
	int err;

	capture__begin();
	elf_facts__read(request->artifact, request->artifact_size, &facts);
	result->has_btf = facts.has_btf;
	result->has_btf_ext = facts.has_btf_ext;
	result->core_relocations = facts.core_relocations;
	result->license = strdup(facts.license);
	obj = open_mended(request, &err);
	capture__warnings(&result->open.log);
	if (obj) {
		overrides__apply(&request->overrides, obj, true);
		create_selected_maps(request, obj);
		err = read_programs(obj, result);
		if (!err)
			err = read_maps(obj, result);
		if (err) {
			bpf_object__close(obj);
			obj = NULL;
		}
	}
	result->open.status = err ? STATUS_FAIL : STATUS_PASS;
	result->open.err = err;
	result->open.elapsed_us = io__now_us() - start;
	return obj;
}

struct bpf_object *object__open_pinned(struct request *request, int *err)
{
	struct bpf_object *obj = open_object(request, err);

	if (obj) {
		overrides__apply(&request->overrides, obj, false);
		create_selected_maps(request, obj);
	}
	return obj;
}

struct bpf_object *object__open_again(struct request *request, int *err)
{
	struct bpf_object *obj = object__open_pinned(request, err);

	if (obj)
		object__drop_pins(obj);
	return obj;
}

bool object__weaken(struct request *request, const char *name)
{
	return copy_to_mend(request) && weaken__extern(request->mended, request->artifact_size, name);
}

struct bpf_program *object__program(struct bpf_object *obj, int index)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
		if (!index--)
			return prog;
	return NULL;
}

void object__drop_pins(struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		bpf_map__set_pin_path(map, NULL);
}

int object__prepare(struct bpf_object *obj)
{
#if LIBBPF_AT_LEAST(1, 6)
	return bpf_object__prepare(obj);
#else
	(void)obj;
	return 0;
#endif
}
