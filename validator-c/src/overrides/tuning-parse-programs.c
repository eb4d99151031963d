/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/request.h"
#include "overrides/tuning-apply.h"

static int fail(char *error, size_t size, const char *what, const char *value)
{
	snprintf(error, size, "%s: '%.100s'", what, value);
	return -EINVAL;
}

/* Cuts `value` at the first '='. NULL when there is none, or when the name is empty or too long. */
static const char *after_name(const char *value, char name[TUNING_NAME_SIZE])
{
	const char *mark = strchr(value, '=');

	if (!mark || mark == value || mark - value >= TUNING_NAME_SIZE)
		return NULL;
	snprintf(name, TUNING_NAME_SIZE, "%.*s", (int)(mark - value), value);
	return mark + 1;
}

/* An empty value is a value: that of a text. */
static int set_value(struct tuning *tuning, const char *value, char *error, size_t size)
{
	struct variable_value *entry;
	const char *text;

	if (tuning->value_count == TUNING_MAX_VALUES)
		return fail(error, size, "more than 128 values", value);
	entry = &tuning->values[tuning->value_count];
	text = after_name(value, entry->path);
	if (!text || strlen(text) >= sizeof(entry->value))
		return fail(error, size, "expected <variable>=<value>", value);
	strcpy(entry->value, text);
	tuning->value_count++;
	return 0;
}

static int set_target(struct tuning *tuning, const char *value, char *error, size_t size)
{
	struct attach_target *target;
	const char *function;

	if (tuning->target_count == TUNING_MAX_TARGETS)
		return fail(error, size, "more than 128 attach targets", value);
	target = &tuning->targets[tuning->target_count];
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
	tuning->target_count++;
	return 0;
}

static int set_autoload(struct tuning *tuning, const char *value, char *error, size_t size)
{
	struct autoload_choice *choice;
	const char *word;

	if (tuning->autoload_count == TUNING_MAX_AUTOLOADS)
		return fail(error, size, "more than 256 autoload settings", value);
	choice = &tuning->autoloads[tuning->autoload_count];
	word = after_name(value, choice->program);
	if (!word || !request__parse_bool(word, &choice->on))
		return fail(error, size, "expected <program>=on or off", value);
	tuning->autoload_count++;
	return 0;
}

int tuning__set_program_key(struct tuning *tuning, const char *key, const char *value, char *error, size_t size)
{
	if (!strcmp(key, "set_rodata"))
		return set_value(tuning, value, error, size);
	if (!strcmp(key, "set_attach_target"))
		return set_target(tuning, value, error, size);
	if (!strcmp(key, "set_autoload"))
		return set_autoload(tuning, value, error, size);
	if (strcmp(key, "strict_libbpf"))
		return -ENOENT;
	return request__parse_bool(value, &tuning->strict) ? 0 : fail(error, size, "expected true or false", value);
}
