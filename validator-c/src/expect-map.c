/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect-parts.h"

/* More entries are not looked at: the answer would take longer than the test. */
#define ENTRIES_MAX 100000

/* A map and room for one key and the value on every CPU. */
struct view {
	int fd;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	bool per_cpu;
	int cpus;
	unsigned char *key;
	unsigned char *value;
	size_t value_bytes;
};

struct found {
	bool there;
	/* Of a map that is looked at as a whole; zeroes of an array do not count. */
	uint64_t entries;
	uint64_t number;
	bool cut;
};

static bool is_array(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static const char *refusal(uint32_t type)
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

static bool view__open(struct view *view, struct assertion *assertion, const struct bpf_object *obj)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(obj, assertion->subject);
	const char *why = map ? refusal(bpf_map__type(map)) : "the object has no such map";

	*view = (struct view){ .fd = -1 };
	if (!why && bpf_map__fd(map) < 0)
		why = "the map was not created";
	if (!why && bpf_map__value_size(map) > EXPECT_BYTES_MAX)
		why = "its values are larger than 64 KiB";
	if (why) {
		expect__refuse(assertion, "%s", why);
		return false;
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
	view->key = calloc(1, view->key_size + 1);
	view->value = view->cpus > 0 ? calloc((size_t)view->cpus, view->value_bytes + 1) : NULL;
	if (view->key && view->value)
		return true;
	expect__refuse(assertion, "there is no memory for its values");
	return false;
}

static void view__close(struct view *view)
{
	free(view->key);
	free(view->value);
}

static bool is_number(uint32_t size)
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

static uint64_t mask(uint32_t size)
{
	return size >= 8 ? UINT64_MAX : (1ULL << (8 * size)) - 1;
}

static bool fits(const struct operand *operand, uint32_t size)
{
	if (size >= 8)
		return true;
	if (operand->negative)
		return (int64_t)operand->number >= -(int64_t)(1ULL << (8 * size - 1));
	return operand->number <= mask(size);
}

/* A number as `size` bytes of this machine. */
static void store_number(unsigned char *at, uint32_t size, uint64_t number)
{
	switch (size) {
	case 1:
		*at = (unsigned char)number;
		break;
	case 2:
		*(uint16_t *)(void *)at = (uint16_t)number;
		break;
	case 4:
		*(uint32_t *)(void *)at = (uint32_t)number;
		break;
	default:
		*(uint64_t *)(void *)at = number;
	}
}

static bool put_key(struct view *view, struct assertion *assertion)
{
	const struct operand *key = &assertion->key;

	if (key->form == OPERAND_BYTES && key->len != view->key_size)
		expect__refuse(assertion, "its keys have %u bytes, the expected one has %zu", view->key_size, key->len);
	else if (key->form == OPERAND_NUMBER && !is_number(view->key_size))
		expect__refuse(assertion, "its keys have %u bytes, which is no number; write the key as bytes",
			       view->key_size);
	else if (key->form == OPERAND_NUMBER && !fits(key, view->key_size))
		expect__refuse(assertion, "the key does not fit into the %u bytes of its keys", view->key_size);
	else if (key->form == OPERAND_BYTES)
		memcpy(view->key, key->bytes, key->len);
	else
		store_number(view->key, view->key_size, key->number);
	return !assertion->hopeless;
}

static bool needs_number(const struct assertion *assertion)
{
	return assertion->has_min || assertion->grows || assertion->value.form == OPERAND_NUMBER;
}

static bool check_value(const struct view *view, struct assertion *assertion)
{
	const struct operand *value = &assertion->value;

	if (needs_number(assertion) && !is_number(view->value_size))
		expect__refuse(assertion, "its values have %u bytes, which is no number; write the value as bytes",
			       view->value_size);
	else if (value->form == OPERAND_NUMBER && assertion->key.form && !view->per_cpu && !fits(value, view->value_size))
		expect__refuse(assertion, "the value does not fit into the %u bytes of its values", view->value_size);
	else if (value->form == OPERAND_BYTES && value->len != view->value_size)
		expect__refuse(assertion, "its values have %u bytes, the expected one has %zu", view->value_size,
			       value->len);
	else if (value->form == OPERAND_BYTES && view->per_cpu)
		expect__refuse(assertion, "it has a value per CPU, which are added up; write the value as a number");
	return !assertion->hopeless;
}

/* The value of view->key, added up over CPUs. */
static int look_up(const struct view *view, uint64_t *number)
{
	int i, err = bpf_map_lookup_elem(view->fd, view->key, view->value);

	*number = 0;
	if (err)
		return err;
	if (is_number(view->value_size))
		for (i = 0; i < view->cpus; i++)
			*number += load_number(view->value + (size_t)i * view->value_bytes, view->value_size);
	return 0;
}

static bool all_zero(const struct view *view)
{
	size_t i;

	for (i = 0; i < (size_t)view->cpus * view->value_bytes; i++)
		if (view->value[i])
			return false;
	return true;
}

static bool next_key(const struct view *view, uint64_t index)
{
	if (!is_array(view->type))
		return !bpf_map_get_next_key(view->fd, index ? view->key : NULL, view->key);
	store_number(view->key, 4, index);
	return index < view->max_entries;
}

static void add_up(const struct view *view, struct found *found)
{
	uint64_t index, number;

	for (index = 0; next_key(view, index); index++) {
		if (index == ENTRIES_MAX) {
			found->cut = true;
			return;
		}
		if (look_up(view, &number) || (is_array(view->type) && all_zero(view)))
			continue;
		found->there = true;
		found->entries++;
		found->number += number;
	}
}

static bool value_holds(const struct view *view, const struct assertion *assertion, const struct found *found)
{
	const struct operand *value = &assertion->value;
	bool one = assertion->key.form && !view->per_cpu;

	if (value->form == OPERAND_BYTES)
		return !memcmp(view->value, value->bytes, value->len);
	return found->number == (one ? value->number & mask(view->value_size) : value->number);
}

static void judge(const struct view *view, struct assertion *assertion, const struct found *found)
{
	const char *wrong = NULL;

	if (assertion->key.form && !found->there)
		wrong = "there is no entry with this key";
	else if (found->cut && !(assertion->has_min_entries && !needs_number(assertion)))
		wrong = "it has more than 100000 entries, which are not added up; name a key";
	else if (assertion->value.form && !value_holds(view, assertion, found))
		wrong = "the value is another one";
	else if (assertion->has_min && found->number < assertion->min)
		wrong = "the value is too small";
	else if (assertion->grows && found->number <= assertion->before)
		wrong = "the value did not grow";
	else if (assertion->has_min_entries && found->entries < assertion->min_entries)
		wrong = "it has too few entries";
	assertion->status = wrong ? STATUS_FAIL : STATUS_PASS;
	snprintf(assertion->error, sizeof(assertion->error), "%s", wrong ? wrong : "");
}

static void tell(const struct view *view, struct assertion *assertion, const struct found *found)
{
	struct buf *seen = &assertion->seen;

	buf__reset(seen);
	if (assertion->key.form)
		buf__adds(seen, found->there ? "found=true" : "found=false");
	else
		buf__addf(seen, "entries=%" PRIu64, found->entries);
	if (is_number(view->value_size) && (found->there || !assertion->key.form))
		buf__addf(seen, " value=%" PRIu64 " size=%u", found->number, view->value_size);
	if (assertion->grows)
		buf__addf(seen, " before=%" PRIu64, assertion->before);
	if (assertion->key.form && found->there && !view->per_cpu) {
		buf__addf(seen, " length=%u bytes=", view->value_size);
		expect__hex(seen, view->value, view->value_size);
	}
}

void expect_map__look(struct assertion *assertion, const struct bpf_object *obj, bool first)
{
	struct found found = {};
	struct view view;

	if (assertion->hopeless || (first && !assertion->grows))
		return;
	if (!view__open(&view, assertion, obj))
		goto done;
	if ((assertion->key.form && !put_key(&view, assertion)) || !check_value(&view, assertion))
		goto done;
	if (assertion->key.form)
		found.there = !look_up(&view, &found.number);
	else
		add_up(&view, &found);
	if (first) {
		assertion->before = found.number;
		goto done;
	}
	judge(&view, assertion, &found);
	tell(&view, assertion, &found);
done:
	view__close(&view);
}
