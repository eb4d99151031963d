/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "expect/expect-view.h"

/* More entries are not looked at: the result would take longer than the test. */
#define ENTRIES_MAX 100000

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
		expect__fail(assertion, "its keys have %u bytes, the expected one has %zu", view->key_size, key->len);
	else if (key->form == OPERAND_NUMBER && !view__is_number(view->key_size))
		expect__fail(assertion, "its keys have %u bytes, which is not a number; write the key as bytes",
			     view->key_size);
	else if (key->form == OPERAND_NUMBER && !fits(key, view->key_size))
		expect__fail(assertion, "the key does not fit into the %u bytes of its keys", view->key_size);
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

	if (needs_number(assertion) && !view__is_number(view->value_size))
		expect__fail(assertion, "its values have %u bytes, which is not a number; write the value as bytes",
			     view->value_size);
	else if (value->form == OPERAND_NUMBER && assertion->key.form && !view->per_cpu &&
		 !fits(value, view->value_size))
		expect__fail(assertion, "the value does not fit into the %u bytes of its values", view->value_size);
	else if (value->form == OPERAND_BYTES && value->len != view->value_size)
		expect__fail(assertion, "its values have %u bytes, the expected one has %zu", view->value_size,
			     value->len);
	else if (value->form == OPERAND_BYTES && view->per_cpu)
		expect__fail(assertion, "it has a value per CPU, which are added up; write the value as a number");
	return !assertion->hopeless;
}

static bool all_zero(const struct view *view)
{
	size_t i;

	for (i = 0; i < (size_t)view->cpus * view->value_bytes; i++)
		if (view->value[i])
			return false;
	return true;
}

/* The next key after view->key; -ENOENT after the last. */
static int next_key(const struct view *view, uint64_t index)
{
	if (!is_array(view->type))
		return bpf_map_get_next_key(view->fd, index ? view->key : NULL, view->key);
	store_number(view->key, 4, index);
	return index < view->max_entries ? 0 : -ENOENT;
}

/* -ENOENT when there is nothing to add up. */
static int add_up(const struct view *view, struct found *found)
{
	uint64_t index, number;
	int err;

	for (index = 0; !(err = next_key(view, index)); index++) {
		if (index == ENTRIES_MAX) {
			found->cut = true;
			return 0;
		}
		err = view__read(view, &number);
		if (err && err != -ENOENT)
			return err;
		if (err || (is_array(view->type) && all_zero(view)))
			continue;
		found->there = true;
		found->entries++;
		found->number += number;
	}
	return err;
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
		wrong = "the value is not the expected one";
	else if (assertion->has_min && found->number < assertion->min)
		wrong = "the value is too small";
	else if (assertion->grows && found->number <= assertion->before)
		wrong = "the value did not grow";
	else if (assertion->has_min_entries && found->entries < assertion->min_entries)
		wrong = "it has too few entries";
	assertion->status = wrong ? STATUS_FAIL : STATUS_PASS;
	snprintf(assertion->error, sizeof(assertion->error), "%s", wrong ? wrong : "");
}

static void report(const struct view *view, struct assertion *assertion, const struct found *found)
{
	struct buf *seen = &assertion->seen;

	buf__reset(seen);
	if (assertion->key.form)
		buf__adds(seen, found->there ? "found=true" : "found=false");
	else
		buf__addf(seen, "entries=%" PRIu64, found->entries);
	if (view__is_number(view->value_size) && (found->there || !assertion->key.form))
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
	char words[128];
	int err;

	if (assertion->hopeless || (first && !assertion->grows))
		return;
	if (!view__open(&view, assertion, obj))
		goto done;
	if ((assertion->key.form && !put_key(&view, assertion)) || !check_value(&view, assertion))
		goto done;
	if (assertion->key.form)
		err = view__read(&view, &found.number);
	else
		err = add_up(&view, &found);
	/* A map that only programs may read, for example. */
	if (err && err != -ENOENT) {
		expect__fail(assertion, "it cannot be read: %s", status__error(err, words, sizeof(words)));
		goto done;
	}
	found.there = found.there || !err;
	if (first) {
		assertion->before = found.number;
		goto done;
	}
	judge(&view, assertion, &found);
	report(&view, assertion, &found);
done:
	view__close(&view);
}
