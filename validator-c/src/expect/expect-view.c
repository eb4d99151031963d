/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/expect-view.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "overrides/variable.h"

static const char *unreadable_because(uint32_t type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_STACK_TRACE:
		return NULL;
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return "it holds maps, and values are only in the maps inside";
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return "it holds records; expect them under events";
	default:
		return "its entries cannot be looked at; use a hash, an array, an LPM trie or a map of stack traces";
	}
}

static void of_map(struct view *view, struct assertion *assertion, const struct bpf_object *obj)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(obj, assertion->subject);
	const char *why = map ? unreadable_because(bpf_map__type(map)) : "the object has no such map";

	if (!why && bpf_map__fd(map) < 0)
		why = "the map was not created";
	if (!why && bpf_map__value_size(map) > EXPECT_BYTES_MAX)
		why = "its values are larger than 64 KiB";
	if (why) {
		expect__fail(assertion, "%s", why);
		return;
	}
	*view = (struct view){
		.fd = bpf_map__fd(map),
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
		.cpus = 1,
	};
	view->per_cpu = view->type == BPF_MAP_TYPE_PERCPU_HASH || view->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
			view->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
	view->value_bytes = view->value_size;
	if (view->per_cpu) {
		view->cpus = libbpf_num_possible_cpus();
		view->value_bytes = (view->value_size + 7) & ~7U;
	}
}

/* The entry of a variable is its part of the only value of the map that holds it. */
static void of_variable(struct view *view, struct assertion *assertion, const struct bpf_object *obj)
{
	const struct bpf_map *map = NULL;
	struct variable variable;
	const char *why = "";
	const char *start;
	size_t whole = 0;
	long long size;
	int err = variable__find(obj, assertion->subject, &variable, &map, &why);

	size = err ? 0 : btf__resolve_size(variable.btf, variable.type);
	if (!err && (size <= 0 || size > EXPECT_BYTES_MAX || (size_t)size > variable.room))
		why = "its type has no size, or more than 64 KiB";
	else if (!err && bpf_map__fd(map) < 0)
		why = "the map that holds it was not created";
	else if (!err)
		why = NULL;
	start = map ? (const char *)bpf_map__initial_value(map, &whole) : NULL;
	if (why || !start) {
		expect__fail(assertion, "%s", why ? why : "the map that holds it has no value");
		return;
	}
	*view = (struct view){
		.fd = bpf_map__fd(map),
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = (uint32_t)size,
		.value_bytes = (size_t)size,
		.max_entries = 1,
		.cpus = 1,
		.offset = (size_t)((const char *)variable.at - start),
		/* The kernel copies as much as the map's values have. */
		.section = calloc(1, bpf_map__value_size(map) > whole ? bpf_map__value_size(map) : whole + 1),
	};
	if (!view->section)
		expect__fail(assertion, "there is no memory for the map that holds it");
}

bool view__open(struct view *view, struct assertion *assertion, const struct bpf_object *obj)
{
	*view = (struct view){ .fd = -1 };
	if (assertion->kind == EXPECT_VARIABLE)
		of_variable(view, assertion, obj);
	else
		of_map(view, assertion, obj);
	if (assertion->hopeless)
		return false;
	view->key = calloc(1, view->key_size + 1);
	view->value = view->cpus > 0 ? calloc((size_t)view->cpus, view->value_bytes + 1) : NULL;
	if (view->key && view->value)
		return true;
	expect__fail(assertion, "there is no memory for its values");
	return false;
}

void view__close(struct view *view)
{
	free(view->key);
	free(view->value);
	free(view->section);
}

bool view__is_number(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* A number as this machine has it in memory. */
static uint64_t load_number(const unsigned char *at, uint32_t size)
{
	switch (size) {
	case 1:
		return *at;
	case 2:
		return *(const uint16_t *)(const void *)at;
	case 4:
		return *(const uint32_t *)(const void *)at;
	default:
		return *(const uint64_t *)(const void *)at;
	}
}

int view__read(const struct view *view, uint64_t *number)
{
	int i, err = bpf_map_lookup_elem(view->fd, view->key, view->section ? view->section : view->value);

	*number = 0;
	if (err)
		return err;
	if (view->section)
		memcpy(view->value, view->section + view->offset, view->value_size);
	if (view__is_number(view->value_size))
		for (i = 0; i < view->cpus; i++)
			*number += load_number(view->value + (size_t)i * view->value_bytes, view->value_size);
	return 0;
}
