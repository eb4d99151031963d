/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/parse.h"
#include "overrides/overrides-apply.h"

static int fail(char *error, size_t size, const char *what, const char *value)
{
	snprintf(error, size, "%s: '%.100s'", what, value);
	return -EINVAL;
}

/* Cuts `value` at the first '='. NULL when there is none, or when the name is empty or too long. */
static const char *after_name(const char *value, char name[OVERRIDES_NAME_SIZE])
{
	const char *mark = strchr(value, '=');

	if (!mark || mark == value || mark - value >= OVERRIDES_NAME_SIZE)
		return NULL;
	snprintf(name, OVERRIDES_NAME_SIZE, "%.*s", (int)(mark - value), value);
	return mark + 1;
}

/* An empty value is a value: that of a text. */
static int set_value(struct overrides *overrides, const char *value, char *error, size_t size)
{
	struct variable_value *entry;
	const char *text;

	if (overrides->value_count == OVERRIDES_MAX_VALUES)
		return fail(error, size, "more than 128 values", value);
	entry = &overrides->values[overrides->value_count];
	text = after_name(value, entry->path);
	if (!text || strlen(text) >= sizeof(entry->value))
		return fail(error, size, "expected <variable>=<value>", value);
	strcpy(entry->value, text);
	overrides->value_count++;
	return 0;
}

static int set_target(struct overrides *overrides, const char *value, char *error, size_t size)
{
	struct attach_target *target;
	const char *function;

	if (overrides->target_count == OVERRIDES_MAX_TARGETS)
		return fail(error, size, "more than 128 attach targets", value);
	target = &overrides->targets[overrides->target_count];
	*target = (struct attach_target){};
	function = after_name(value, target->program);
	if (function && !strncmp(function, "xdp:", 4)) {
		target->of = BPF_PROG_TYPE_XDP;
		function += 4;
	} else if (function && !strncmp(function, "tc:", 3)) {
		target->of = BPF_PROG_TYPE_SCHED_CLS;
		function += 3;
	}
	if (!function || !function[0] || strlen(function) >= sizeof(target->function))
		return fail(error, size, "expected <program>=<function>, xdp:<function> or tc:<function>", value);
	strcpy(target->function, function);
	overrides->target_count++;
	return 0;
}

static int set_autoload(struct overrides *overrides, const char *value, char *error, size_t size)
{
	struct autoload_choice *choice;
	const char *word;

	if (overrides->autoload_count == OVERRIDES_MAX_AUTOLOADS)
		return fail(error, size, "more than 256 autoload settings", value);
	choice = &overrides->autoloads[overrides->autoload_count];
	word = after_name(value, choice->program);
	if (!word || !parse__bool(word, &choice->on))
		return fail(error, size, "expected <program>=on or off", value);
	overrides->autoload_count++;
	return 0;
}

int overrides__set_program_key(struct overrides *overrides, const char *key, const char *value, char *error,
			       size_t size)
{
	if (!strcmp(key, "set_rodata"))
		return set_value(overrides, value, error, size);
	if (!strcmp(key, "set_attach_target"))
		return set_target(overrides, value, error, size);
	if (!strcmp(key, "set_autoload"))
		return set_autoload(overrides, value, error, size);
	if (strcmp(key, "strict_libbpf"))
		return -ENOENT;
	return parse__bool(value, &overrides->strict) ? 0 : fail(error, size, "expected true or false", value);
}
