/* SPDX-License-Identifier: Apache-2.0 */
#include "tuning.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AUTO_MAP_ENTRIES 4096

const char *tuning__prog_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_prog_type_str(type);

	return name ? name : "";
}

const char *tuning__map_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_map_type_str(type);

	return name ? name : "";
}

/* The map it returns must stay open until the object is loaded; libbpf keeps the number only. */
static int create_inner_map(const struct map_fixup *fixup)
{
	int fd;

	if (fixup->inner_ringbuf_bytes)
		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "inner_ringbuf", 0, 0, fixup->inner_ringbuf_bytes, NULL);
	else
		fd = bpf_map_create(fixup->inner_type, "inner_map", fixup->inner_key_size, fixup->inner_value_size,
				    fixup->inner_max_entries, NULL);
	return fd < 0 ? -errno : fd;
}

static int apply_fixup(const struct map_fixup *fixup, struct bpf_map *map, uint32_t *entries)
{
	int err = 0, fd;

	if (!strcmp(fixup->max_entries, "cpus")) {
		int cpus = libbpf_num_possible_cpus();

		if (cpus < 0)
			return cpus;
		*entries = (uint32_t)cpus;
	} else if (fixup->max_entries[0]) {
		*entries = (uint32_t)strtoul(fixup->max_entries, NULL, 10);
	}
	if (*entries)
		err = bpf_map__set_max_entries(map, *entries);
	if (err || (!fixup->inner_ringbuf_bytes && !fixup->inner_type))
		return err;
	fd = create_inner_map(fixup);
	if (fd < 0)
		return fd;
	err = bpf_map__set_inner_map_fd(map, fd);
	if (err)
		close(fd);
	return err;
}

static void apply_fixups(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	int i;

	for (i = 0; i < tuning->map_count; i++) {
		struct map_fixup *fixup = &tuning->maps[i];
		struct bpf_map *map = bpf_object__find_map_by_name(obj, fixup->name);
		uint32_t entries = 0;
		int err = map ? apply_fixup(fixup, map, &entries) : -ENOENT;

		if (!record)
			continue;
		fixup->status = !map ? "map_not_found" : err ? "error" : "applied";
		fixup->err = err;
		fixup->applied_entries = err ? 0 : entries;
	}
}

static void add_fix(struct auto_fix **list, int *count, const char *name, const char *section, uint32_t type)
{
	struct auto_fix *grown = realloc(*list, (size_t)(*count + 1) * sizeof(**list));

	if (!grown)
		return;
	*list = grown;
	grown[*count] = (struct auto_fix){ .type = type, .max_entries = AUTO_MAP_ENTRIES };
	snprintf(grown[*count].name, TUNING_NAME_SIZE, "%s", name);
	snprintf(grown[*count].section, TUNING_NAME_SIZE, "%s", section);
	(*count)++;
}

static bool is_sized_by_loader(enum bpf_map_type type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
		return true;
	default:
		return false;
	}
}

static void auto_size(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		if (bpf_map__max_entries(map) || bpf_map__is_internal(map) ||
		    !is_sized_by_loader(bpf_map__type(map)))
			continue;
		if (!bpf_map__set_max_entries(map, AUTO_MAP_ENTRIES) && record)
			add_fix(&tuning->sized, &tuning->sized_count, bpf_map__name(map), "", bpf_map__type(map));
	}
}

static void override_types(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	struct bpf_program *prog;
	int i;

	for (i = 0; i < tuning->type_count; i++) {
		struct type_override *override = &tuning->types[i];
		const char *status = "program_not_found";

		bpf_object__for_each_program(prog, obj) {
			if (strcmp(bpf_program__name(prog), override->selector) &&
			    strcmp(bpf_program__section_name(prog), override->selector))
				continue;
			status = bpf_program__set_type(prog, override->type) ? "error" : "applied";
		}
		if (record)
			override->status = status;
	}
}

static void auto_type(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		const char *section = bpf_program__section_name(prog);

		if (bpf_program__type(prog) != BPF_PROG_TYPE_UNSPEC || strncmp(section, "socket", 6))
			continue;
		if (!bpf_program__set_type(prog, BPF_PROG_TYPE_SOCKET_FILTER) && record)
			add_fix(&tuning->typed, &tuning->typed_count, bpf_program__name(prog), section,
				BPF_PROG_TYPE_SOCKET_FILTER);
	}
}

void tuning__apply(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	apply_fixups(tuning, obj, record);
	auto_size(tuning, obj, record);
	override_types(tuning, obj, record);
	auto_type(tuning, obj, record);
}

void tuning__free(struct tuning *tuning)
{
	free(tuning->sized);
	free(tuning->typed);
	*tuning = (struct tuning){};
}
