/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect/expect.h"
#include "lib/parse.h"

#define DEFAULT_TIMEOUT_SECONDS 10
/* The host has a smaller bound for tests; a user's own loader may take as long as a cell. */
#define MAX_TIMEOUT_SECONDS 86400

static struct test *add_test(struct result *result)
{
	struct test *grown = realloc(result->tests, (size_t)(result->test_count + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	result->tests = grown;
	grown += result->test_count++;
	*grown = (struct test){ .required = true, .timeout_seconds = DEFAULT_TIMEOUT_SECONDS, .exit_code = -1 };
	return grown;
}

static void reject(struct result *result, const char *why)
{
	struct test *test = add_test(result);

	if (!test)
		return;
	test->name = strdup("functional-plan");
	test->status = STATUS_FAIL;
	snprintf(test->error, sizeof(test->error), "%s", why);
}

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static bool parse_number(const char *text, long min, long max, int *value)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end || number < min || number > max)
		return false;
	*value = (int)number;
	return true;
}

static bool set_text(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field != NULL;
}

static bool set_key(struct test *test, const char *key, const char *value)
{
	if (!strcmp(key, "name"))
		return set_text(&test->name, value);
	if (!strcmp(key, "command"))
		return set_text(&test->command, value);
	if (!strcmp(key, "expect_stdout_contains"))
		return set_text(&test->expect_stdout, value);
	if (!strcmp(key, "expect_stderr_contains"))
		return set_text(&test->expect_stderr, value);
	if (!strcmp(key, "expect_map") || !strcmp(key, "expect_variable") || !strcmp(key, "expect_event") ||
	    !strcmp(key, "expect_run"))
		return expect__parse(&test->expect, key + strlen("expect_"), value);
	if (!strcmp(key, "required"))
		return parse__bool(value, &test->required);
	if (!strcmp(key, "timeout_seconds"))
		return parse_number(value, 1, MAX_TIMEOUT_SECONDS, &test->timeout_seconds);
	if (!strcmp(key, "expect_exit_code"))
		return parse_number(value, 0, 255, &test->expect_exit_code);
	return false;
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(struct result *result, char *line, struct test **open)
{
	char name[32], *value;

	if (!strcmp(line, "BEGIN")) {
		if (*open)
			return "the functional plan has a BEGIN inside a test";
		*open = add_test(result);
		return *open ? NULL : "out of memory";
	}
	if (!*open)
		return "the functional plan has a line outside of BEGIN and END";
	if (!strcmp(line, "END")) {
		snprintf(name, sizeof(name), "functional-%d", result->test_count);
		if (!(*open)->name || !(*open)->name[0])
			set_text(&(*open)->name, name);
		*open = NULL;
		return NULL;
	}
	value = strchr(line, '=');
	if (!value)
		return "the functional plan has a line without '='";
	*value++ = '\0';
	return set_key(*open, trimmed(line), trimmed(value)) ? NULL :
							       "the functional plan has an unknown key or a bad value";
}

void plan__parse(const char *text, size_t len, struct result *result)
{
	char *copy = strndup(text, len), *save = NULL, *line;
	const char *wrong = NULL;
	struct test *open = NULL;
	bool first = true;

	if (!copy) {
		reject(result, "out of memory");
		return;
	}
	for (line = strtok_r(copy, "\n", &save); line && !wrong; line = strtok_r(NULL, "\n", &save)) {
		line = trimmed(line);
		if (!line[0])
			continue;
		if (first && strcmp(line, "functional_plan.v0.1"))
			wrong = "the functional plan does not begin with functional_plan.v0.1";
		else if (!first)
			wrong = parse_line(result, line, &open);
		first = false;
	}
	if (!wrong && first)
		wrong = "the functional plan is empty";
	if (!wrong && open)
		wrong = "the functional plan ends inside a test";
	free(copy);
	if (wrong)
		reject(result, wrong);
}

static void free_test(struct test *test)
{
	free(test->name);
	free(test->command);
	free(test->expect_stdout);
	free(test->expect_stderr);
	buf__free(&test->out.head);
	buf__free(&test->out.tail);
	buf__free(&test->err.head);
	buf__free(&test->err.tail);
	expect__free(test->expect);
}

void plan__free(struct result *result)
{
	int i;

	for (i = 0; i < result->test_count; i++)
		free_test(&result->tests[i]);
	free(result->tests);
	result->tests = NULL;
	result->test_count = 0;
}
