/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overrides/overrides-apply.h"

static const char *const overridable_types[] = {
	"socket_filter", "kprobe",    "tracepoint", "raw_tracepoint", "xdp",	"perf_event", "cgroup_skb",
	"cgroup_sock",	 "sched_cls", "sched_act",  "sk_skb",	      "sk_msg", "tracing",    "lsm",
};
static const char *const inner_types[] = {
	"hash", "array", "lru_hash", "percpu_hash", "percpu_array", "lru_percpu_hash",
};

static int fail(char *error, size_t size, const char *what, const char *value)
{
	snprintf(error, size, "%s: '%.100s'", what, value);
	return -EINVAL;
}

static bool parse_u32(const char *text, uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || number > UINT32_MAX)
		return false;
	*value = (uint32_t)number;
	return true;
}

/* Cuts `value` at the first `at`: the left part goes to `name`, the right one is returned. NULL when either is bad. */
static const char *split(const char *value, char at, char name[OVERRIDES_NAME_SIZE])
{
	const char *mark = strchr(value, at);

	if (!mark || mark == value || mark - value >= OVERRIDES_NAME_SIZE || !mark[1])
		return NULL;
	memcpy(name, value, (size_t)(mark - value));
	name[mark - value] = '\0';
	return mark + 1;
}

static bool listed(const char *const *list, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

static struct map_fixup *fixup_of(struct overrides *overrides, const char *name)
{
	struct map_fixup *fixup;
	int i;

	for (i = 0; i < overrides->map_count; i++)
		if (!strcmp(overrides->maps[i].name, name))
			return &overrides->maps[i];
	if (overrides->map_count == OVERRIDES_MAX_MAPS)
		return NULL;
	fixup = &overrides->maps[overrides->map_count++];
	*fixup = (struct map_fixup){ .status = "" };
	strcpy(fixup->name, name);
	return fixup;
}

static bool parse_inner_map(struct map_fixup *fixup, const char *text)
{
	char copy[128], *save = NULL, *type, *key, *value, *entries;
	uint32_t i;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	type = strtok_r(copy, ":", &save);
	key = strtok_r(NULL, ":", &save);
	value = strtok_r(NULL, ":", &save);
	entries = strtok_r(NULL, "", &save);
	if (!type || !key || !value || !entries ||
	    !listed(inner_types, sizeof(inner_types) / sizeof(inner_types[0]), type))
		return false;
	for (i = 1; overrides__map_type_name(i)[0]; i++)
		if (!strcmp(overrides__map_type_name(i), type))
			fixup->inner_type = i;
	return parse_u32(key, &fixup->inner_key_size) && parse_u32(value, &fixup->inner_value_size) &&
	       parse_u32(entries, &fixup->inner_max_entries) && fixup->inner_key_size && fixup->inner_value_size &&
	       fixup->inner_max_entries;
}

static int set_map(struct overrides *overrides, const char *key, const char *value, char *error, size_t size)
{
	char name[OVERRIDES_NAME_SIZE];
	const char *right = split(value, '=', name);
	struct map_fixup *fixup;
	uint32_t number = 0;
	bool good;

	if (!right)
		return fail(error, size, "expected <map>=<setting>", value);
	fixup = fixup_of(overrides, name);
	if (!fixup)
		return fail(error, size, "more than 32 maps with settings", value);
	if (!strcmp(key, "set_map_max_entries")) {
		good = !strcmp(right, "cpus") || (parse_u32(right, &number) && number);
		if (good)
			snprintf(fixup->max_entries, sizeof(fixup->max_entries), "%s", right);
	} else if (!strcmp(key, "set_map_inner_ringbuf")) {
		good = parse_u32(right, &fixup->inner_ringbuf_bytes) && fixup->inner_ringbuf_bytes;
	} else {
		good = parse_inner_map(fixup, right);
	}
	return good ? 0 : fail(error, size, "bad map setting", value);
}

static int set_type(struct overrides *overrides, const char *value, char *error, size_t size)
{
	struct type_override *override;
	const char *type;
	uint32_t i;

	if (overrides->type_count == OVERRIDES_MAX_TYPES)
		return fail(error, size, "more than 32 program types", value);
	override = &overrides->types[overrides->type_count];
	*override = (struct type_override){ .status = "" };
	type = split(value, '=', override->selector);
	if (!type || !listed(overridable_types, sizeof(overridable_types) / sizeof(overridable_types[0]), type))
		return fail(error, size, "expected <program or section>=<program type>", value);
	for (i = 1; overrides__prog_type_name(i)[0]; i++)
		if (!strcmp(overrides__prog_type_name(i), type))
			override->type = i;
	overrides->type_count++;
	return 0;
}

static bool parse_variant(struct variant_group *group, const char *text, size_t len)
{
	struct variant *variant = &group->variants[group->count];
	const char *mark = memchr(text, ':', len);
	size_t name_len = mark ? (size_t)(mark - text) : len;
	char condition[16];

	if (!name_len || name_len >= OVERRIDES_NAME_SIZE)
		return false;
	*variant = (struct variant){};
	memcpy(variant->name, text, name_len);
	group->count++;
	if (!mark)
		return true;
	len -= name_len + 1;
	if (!len || len >= sizeof(condition))
		return false;
	memcpy(condition, mark + 1, len);
	condition[len] = '\0';
	variant->trial = !strcmp(condition, "trial");
	return variant->trial || (parse_u32(condition, &variant->helper) && variant->helper);
}

static int add_group(struct overrides *overrides, const char *value, char *error, size_t size)
{
	struct variant_group *group;
	const char *list;
	size_t len;

	if (overrides->group_count == OVERRIDES_MAX_GROUPS)
		return fail(error, size, "more than 16 variant groups", value);
	group = &overrides->groups[overrides->group_count];
	*group = (struct variant_group){ .chosen = -1 };
	list = split(value, '=', group->name);
	if (!list)
		return fail(error, size, "expected <group>=<program>[:<helper id>|trial],...", value);
	for (;;) {
		len = strcspn(list, ",");
		if (group->count == OVERRIDES_MAX_VARIANTS)
			return fail(error, size, "more than 6 variants in a group", value);
		if (!parse_variant(group, list, len))
			return fail(error, size, "bad program variant", value);
		if (!list[len])
			break;
		list += len + 1;
	}
	overrides->group_count++;
	return 0;
}

static int add_companions(struct overrides *overrides, const char *value, char *error, size_t size)
{
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (!len || len >= OVERRIDES_NAME_SIZE)
			return fail(error, size, "bad companion list", value);
		if (overrides->companion_count == OVERRIDES_MAX_COMPANIONS)
			return fail(error, size, "more than 64 companions", value);
		snprintf(overrides->companions[overrides->companion_count++], OVERRIDES_NAME_SIZE, "%.*s", (int)len,
			 value);
		if (!value[len])
			return 0;
	}
}

int overrides__set(struct overrides *overrides, const char *key, const char *value, char *error, size_t size)
{
	if (!strcmp(key, "set_map_max_entries") || !strcmp(key, "set_map_inner_ringbuf") ||
	    !strcmp(key, "set_map_inner_map"))
		return set_map(overrides, key, value, error, size);
	if (!strcmp(key, "set_prog_type"))
		return set_type(overrides, value, error, size);
	if (!strcmp(key, "prog_variants"))
		return add_group(overrides, value, error, size);
	if (!strcmp(key, "probe_companions"))
		return add_companions(overrides, value, error, size);
	return overrides__set_program_key(overrides, key, value, error, size);
}
