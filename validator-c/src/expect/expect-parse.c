/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expect/expect-assertion.h"

static bool parse_unsigned(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !*end && !errno && *number <= max;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_bytes(const char *digits, struct operand *operand)
{
	size_t len = strlen(digits), i;

	if (len % 2 || len / 2 > EXPECT_BYTES_MAX)
		return false;
	operand->bytes = malloc(len / 2 + 1);
	if (!operand->bytes)
		return false;
	for (i = 0; i < len / 2; i++) {
		int high = hex_digit(digits[2 * i]), low = hex_digit(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		operand->bytes[i] = (unsigned char)(high << 4 | low);
	}
	operand->form = OPERAND_BYTES;
	operand->len = len / 2;
	return true;
}

static bool parse_operand(const char *text, struct operand *operand)
{
	if (operand->bytes || operand->form)
		return false;
	if (*text == 'x')
		return parse_bytes(text + 1, operand);
	operand->form = OPERAND_NUMBER;
	operand->negative = *text == '-';
	if (!operand->negative)
		return parse_unsigned(text, UINT64_MAX, &operand->number);
	if (!parse_unsigned(text + 1, INT64_MAX, &operand->number))
		return false;
	operand->number = 0 - operand->number;
	return true;
}

static bool parse_only_bytes(const char *text, struct operand *operand)
{
	return *text == 'x' && parse_operand(text, operand);
}

static bool parse_map_field(struct assertion *assertion, const char *key, const char *value)
{
	if (!strcmp(key, "key"))
		return parse_operand(value, &assertion->key);
	if (!strcmp(key, "value"))
		return parse_operand(value, &assertion->value);
	if (!strcmp(key, "min"))
		return assertion->has_min = parse_unsigned(value, UINT64_MAX, &assertion->min);
	if (!strcmp(key, "grows"))
		return assertion->grows = !strcmp(value, "true");
	if (!strcmp(key, "min_entries"))
		return assertion->has_min_entries = parse_unsigned(value, UINT64_MAX, &assertion->min_entries);
	return false;
}

/* What a variable has of a map is one entry. */
static bool parse_variable_field(struct assertion *assertion, const char *key, const char *value)
{
	return strcmp(key, "key") && strcmp(key, "min_entries") && parse_map_field(assertion, key, value);
}

static bool parse_event_field(struct assertion *assertion, const char *key, const char *value)
{
	if (!strcmp(key, "min"))
		return assertion->has_min = parse_unsigned(value, EXPECT_RECORDS_MAX, &assertion->min);
	return !strcmp(key, "contains") && parse_only_bytes(value, &assertion->contains);
}

static bool parse_run_field(struct assertion *assertion, const char *key, const char *value)
{
	uint64_t number;

	if (!strcmp(key, "data_in"))
		return parse_only_bytes(value, &assertion->data_in);
	if (!strcmp(key, "ctx_in"))
		return parse_only_bytes(value, &assertion->ctx_in);
	if (!strcmp(key, "data_out"))
		return parse_only_bytes(value, &assertion->data_out);
	if (!parse_unsigned(value, UINT32_MAX, &number))
		return false;
	if (!strcmp(key, "repeat")) {
		assertion->repeat = (uint32_t)number;
		return true;
	}
	assertion->retval = (uint32_t)number;
	return assertion->has_retval = !strcmp(key, "retval");
}

static bool parse_field(struct assertion *assertion, char *field)
{
	char *value = strchr(field, '=');

	if (!value)
		return false;
	*value++ = '\0';
	switch (assertion->kind) {
	case EXPECT_MAP:
		return parse_map_field(assertion, field, value);
	case EXPECT_VARIABLE:
		return parse_variable_field(assertion, field, value);
	case EXPECT_EVENT:
		return parse_event_field(assertion, field, value);
	default:
		return parse_run_field(assertion, field, value);
	}
}

/* The first field names what it is about. */
static bool parse_subject(struct assertion *assertion, const char *field)
{
	static const char *const keys[] = { "map=", "name=", "map=", "program=" };
	const char *key = keys[assertion->kind];

	assertion->trace_pipe = assertion->kind == EXPECT_EVENT && !strcmp(field, "trace_pipe");
	if (!assertion->trace_pipe) {
		if (strncmp(field, key, strlen(key)) || !field[strlen(key)])
			return false;
		field += strlen(key);
	}
	assertion->subject = strdup(field);
	return assertion->subject != NULL;
}

static bool parse_line(struct assertion *assertion, const char *line)
{
	char *copy = strdup(line), *save = NULL, *field;
	bool good = false;

	field = copy ? strtok_r(copy, " ", &save) : NULL;
	if (field && parse_subject(assertion, field)) {
		assertion->expected = strdup(save ? save : "");
		good = assertion->expected != NULL;
		while (good && (field = strtok_r(NULL, " ", &save)))
			good = parse_field(assertion, field);
	}
	free(copy);
	return good;
}

const char *const expect__kinds[4] = { "map", "variable", "event", "run" };

bool expect__parse(struct expect **expect, const char *kind, const char *line)
{
	struct assertion *assertion;
	int i;

	if (!*expect)
		*expect = calloc(1, sizeof(**expect));
	if (!*expect || (*expect)->count == EXPECT_MAX)
		return false;
	assertion = &(*expect)->list[(*expect)->count++];
	assertion->repeat = 1;
	for (i = 0; i < 4; i++)
		if (!strcmp(kind, expect__kinds[i]))
			assertion->kind = (enum expect_kind)i;
	if (!parse_line(assertion, line))
		return false;
	if (assertion->kind == EXPECT_VARIABLE)
		assertion->key.form = OPERAND_NUMBER;
	if (assertion->kind == EXPECT_EVENT && !assertion->has_min)
		assertion->min = 1;
	return true;
}
