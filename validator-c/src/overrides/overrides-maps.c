/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "overrides/overrides-apply.h"

#define AUTO_MAP_ENTRIES 4096
#define AUTO_RINGBUF_BYTES (256 * 1024)
/* The kernel's default for perf_event_max_stack. */
#define STACK_FRAMES 127
/* Written as numbers: headers of the distribution may not know them yet. */
#define MAP_TYPE_BLOOM_FILTER 30
#define MAP_TYPE_USER_RINGBUF 31

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

static void record_fixup(struct overrides *overrides, const struct map_fixup *fixup)
{
	char inner[64] = "";

	if (fixup->inner_ringbuf_bytes)
		snprintf(inner, sizeof(inner), "inner ring buffer of %u bytes", fixup->inner_ringbuf_bytes);
	else if (fixup->inner_type)
		snprintf(inner, sizeof(inner), "inner map %s %u:%u:%u", overrides__map_type_name(fixup->inner_type),
			 fixup->inner_key_size, fixup->inner_value_size, fixup->inner_max_entries);
	overrides__record(overrides, "map_setting", fixup->name, fixup->err, "%s%s%s%s%s",
			  fixup->err == -ENOENT ? "no such map: " : "", fixup->max_entries[0] ? "max_entries " : "",
			  fixup->max_entries, fixup->max_entries[0] && inner[0] ? ", " : "", inner);
}

static void apply_fixups(struct overrides *overrides, struct bpf_object *obj)
{
	int i;

	for (i = 0; i < overrides->map_count; i++) {
		struct map_fixup *fixup = &overrides->maps[i];
		struct bpf_map *map = bpf_object__find_map_by_name(obj, fixup->name);
		uint32_t entries = 0;
		int err = map ? apply_fixup(fixup, map, &entries) : -ENOENT;

		if (!overrides->recording)
			continue;
		fixup->status = !map ? "map_not_found" : err ? "error" : "applied";
		fixup->err = err;
		fixup->applied_entries = err ? 0 : entries;
		record_fixup(overrides, fixup);
	}
}

/* Entries for a map of a type that needs a size; 0 for all others. */
static uint32_t entries_for(enum bpf_map_type type)
{
	int cpus;

	switch ((int)type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_XSKMAP:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case MAP_TYPE_BLOOM_FILTER:
		return AUTO_MAP_ENTRIES;
	case BPF_MAP_TYPE_CPUMAP:
		/* More entries than the kernel was built for are rejected. */
		cpus = libbpf_num_possible_cpus();
		return cpus > 0 ? (uint32_t)cpus : 1;
	case BPF_MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
		return AUTO_RINGBUF_BYTES;
	default:
		return 0;
	}
}

struct sizes {
	uint32_t key;
	uint32_t value;
	uint32_t entries;
};

static struct sizes sizes_of(const struct bpf_map *map)
{
	return (struct sizes){ bpf_map__key_size(map), bpf_map__value_size(map), bpf_map__max_entries(map) };
}

/* Sizes that loaders other than libbpf fill in or drop. */
static struct sizes complete(enum bpf_map_type type, struct sizes sizes)
{
	switch ((int)type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
		sizes.key = sizes.key ? sizes.key : sizeof(uint32_t);
		sizes.value = sizes.value ? sizes.value : sizeof(uint32_t);
		break;
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		sizes.value = sizes.value ? sizes.value : sizeof(uint32_t);
		break;
	case BPF_MAP_TYPE_STACK_TRACE:
		sizes.key = sizes.key ? sizes.key : sizeof(uint32_t);
		sizes.value = sizes.value ? sizes.value : STACK_FRAMES * sizeof(uint64_t);
		break;
	case BPF_MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
		sizes.key = 0;
		sizes.value = 0;
		break;
	default:
		break;
	}
	sizes.entries = sizes.entries ? sizes.entries : entries_for(type);
	return sizes;
}

static void record_sizes(struct overrides *overrides, const struct bpf_map *map, struct sizes old, struct sizes now,
			 int err)
{
	struct auto_fix fix = { .type = bpf_map__type(map), .max_entries = now.entries };

	if (!overrides->recording)
		return;
	snprintf(fix.name, sizeof(fix.name), "%s", bpf_map__name(map));
	if (old.key != now.key || old.value != now.value)
		overrides__record_fix(overrides, "map_key_value", fix.name, err,
				  "key_size and value_size %u and %u became %u and %u", old.key, old.value, now.key,
				  now.value);
	if (old.entries == now.entries)
		return;
	overrides__record_fix(overrides, "map_size", fix.name, err, "max_entries 0 became %u", now.entries);
	if (!err)
		overrides__add_fix(&overrides->sized, &overrides->sized_count, &fix);
}

static void mend_map(struct overrides *overrides, struct bpf_map *map)
{
	struct sizes old = sizes_of(map), now = complete(bpf_map__type(map), old);
	int err;

	err = old.key == now.key ? 0 : bpf_map__set_key_size(map, now.key);
	if (!err && old.value != now.value)
		err = bpf_map__set_value_size(map, now.value);
	if (!err && old.entries != now.entries)
		err = bpf_map__set_max_entries(map, now.entries);
	record_sizes(overrides, map, old, now, err);
}

/* libbpf does not let the definition of an inner map be changed, but takes another map in its place. */
static void mend_inner_map(struct overrides *overrides, struct bpf_map *map, const struct bpf_map *inner)
{
	struct sizes old = sizes_of(inner), now = complete(bpf_map__type(inner), old);
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = bpf_map__map_flags(inner),
		    .map_extra = bpf_map__map_extra(inner));
	int err, fd;

	/* A perf event array without a size gets it from the number of CPUs. */
	if (!now.entries && bpf_map__type(inner) == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		now.entries = (uint32_t)libbpf_num_possible_cpus();
	if (!memcmp(&old, &now, sizeof(now)))
		return;
	fd = bpf_map_create(bpf_map__type(inner), "inner_map", now.key, now.value, now.entries, &opts);
	err = fd < 0 ? -errno : 0;
	record_sizes(overrides, inner, old, now, err);
	if (!err)
		bpf_map__set_inner_map_fd(map, fd);
}

static bool has_inner_setting(const struct overrides *overrides, const char *map)
{
	int i;

	for (i = 0; i < overrides->map_count; i++)
		if (!strcmp(overrides->maps[i].name, map))
			return overrides->maps[i].inner_ringbuf_bytes || overrides->maps[i].inner_type;
	return false;
}

static bool holds_maps(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS || bpf_map__type(map) == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* The inner map that only the object's own loader knows. */
static void give_inner_map(struct overrides *overrides, struct bpf_map *map)
{
	struct inner_guess *guess = &overrides->guess;
	char text[128];
	int err;

	inner_guess__begin(guess);
	if (!overrides->inner_map) {
		overrides->inner_map =
			bpf_map_create(guess->type, "inner_map", guess->key, guess->value, guess->entries, NULL);
		if (overrides->inner_map < 0)
			overrides->inner_map = -errno;
	}
	err = overrides->inner_map < 0 ? overrides->inner_map : bpf_map__set_inner_map_fd(map, overrides->inner_map);
	inner_guess__describe(guess, text, sizeof(text));
	overrides__record_fix(overrides, "inner_map", bpf_map__name(map), err, "%s", text);
}

void overrides__guess_again(struct overrides *overrides)
{
	int i;

	if (overrides->inner_map > 0)
		close(overrides->inner_map);
	overrides->inner_map = 0;
	for (i = 0; i < overrides->shim_count; i++)
		if (!strcmp(overrides->shims[i].kind, "inner_map") && !overrides->shims[i].err)
			inner_guess__describe(&overrides->guess, overrides->shims[i].detail,
					      sizeof(overrides->shims[i].detail));
}

void overrides__apply_maps(struct overrides *overrides, struct bpf_object *obj)
{
	struct bpf_map *map, *inner;

	apply_fixups(overrides, obj);
	bpf_object__for_each_map(map, obj) {
		if (bpf_map__is_internal(map))
			continue;
		mend_map(overrides, map);
		if (!holds_maps(map))
			continue;
		inner = bpf_map__inner_map(map);
		if (inner)
			mend_inner_map(overrides, map, inner);
		else if (!has_inner_setting(overrides, bpf_map__name(map)))
			give_inner_map(overrides, map);
	}
}
