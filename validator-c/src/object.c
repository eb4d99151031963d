/* SPDX-License-Identifier: Apache-2.0 */
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "elf-facts.h"
#include "io.h"

static struct bpf_object *open_object(const struct request *request, int *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = request->artifact_name);
	struct bpf_object *obj;

	obj = bpf_object__open_mem(request->artifact, request->artifact_size, &opts);
	*err = obj ? 0 : -errno;
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
		program->autoload = bpf_program__autoload(prog);
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

struct bpf_object *object__open_first(const struct request *request, struct result *result)
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
	obj = open_object(request, &err);
	if (obj) {
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
	capture__warnings(&result->open.log);
	return obj;
}

struct bpf_object *object__open_again(struct request *request, int *err)
{
	struct bpf_object *obj = open_object(request, err);

	if (!obj)
		return NULL;
	tuning__apply(&request->tuning, obj, false);
	object__drop_pins(obj);
	return obj;
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
