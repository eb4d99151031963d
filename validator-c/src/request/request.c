/* SPDX-License-Identifier: Apache-2.0 */
#include "request/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/frames.h"
#include "lib/io.h"
#include "lib/parse.h"

#define MAX_LINE 4096
#define DEFAULT_WORK_TIMEOUT_MS 60000

void request__init(struct request *request)
{
	*request = (struct request){
		.attach_mode = ATTACH_BEST_EFFORT,
		.probe_features = true,
		.work_timeout_ms = DEFAULT_WORK_TIMEOUT_MS,
	};
}

static bool is_hex(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static bool parse_size(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value <= max;
}

bool request__parse_mode(const char *text, enum attach_mode *mode)
{
	if (!strcmp(text, "disabled") || !strcmp(text, "off") || !strcmp(text, "none"))
		*mode = ATTACH_DISABLED;
	else if (!strcmp(text, "best-effort"))
		*mode = ATTACH_BEST_EFFORT;
	else if (!strcmp(text, "required") || !strcmp(text, "strict"))
		*mode = ATTACH_REQUIRED;
	else
		return false;
	return true;
}

const char *request__mode_name(enum attach_mode mode)
{
	static const char *const names[] = { "disabled", "best-effort", "required" };

	return names[mode];
}

static bool add_required(struct request *request, const char *name)
{
	size_t size = (size_t)(request->required_count + 1) * sizeof(char *);
	char **grown = realloc(request->required_programs, size);

	if (!grown)
		return false;
	request->required_programs = grown;
	grown[request->required_count] = strdup(name);
	return grown[request->required_count++] != NULL;
}

static bool copy_text(const char *value, char *to, size_t size)
{
	return strlen(value) < size && strcpy(to, value);
}

static bool parse_work_mode(const char *value, struct request *request)
{
	request->loader_mode = !strcmp(value, "loader");
	request->command_mode = request->loader_mode || !strcmp(value, "command");
	return request->command_mode || !strcmp(value, "load");
}

/* 1 when the key is not one of these, 0 when taken, -EINVAL for a bad value. */
static int set_plain(struct request *request, const char *key, const char *value)
{
	bool good;

	if (!strcmp(key, "nonce"))
		good = is_hex(value, 32) && copy_text(value, request->nonce, sizeof(request->nonce));
	else if (!strcmp(key, "artifact_name"))
		good = copy_text(value, request->artifact_name, sizeof(request->artifact_name));
	else if (!strcmp(key, "artifact_sha256"))
		good = is_hex(value, 64) && strcpy(request->artifact_sha256, value);
	else if (!strcmp(key, "artifact_size"))
		good = parse_size(value, FRAME_MAX_TO_GUEST, &request->artifact_size);
	else if (!strcmp(key, "functional_plan_size"))
		good = parse_size(value, REQUEST_PLAN_MAX, &request->plan_size);
	else if (!strcmp(key, "attach_mode"))
		good = request__parse_mode(value, &request->attach_mode);
	else if (!strcmp(key, "probe_features"))
		good = parse__bool(value, &request->probe_features);
	else if (!strcmp(key, "work_timeout_ms"))
		good = parse_size(value, 24 * 3600 * 1000ULL, &request->work_timeout_ms) && request->work_timeout_ms;
	else if (!strcmp(key, "realtime_ms"))
		good = parse_size(value, UINT64_MAX / 1000000, &request->realtime_ms);
	else if (!strcmp(key, "entropy"))
		good = is_hex(value, 128) && copy_text(value, request->entropy, sizeof(request->entropy));
	else if (!strcmp(key, "more"))
		good = parse__bool(value, &request->more);
	else if (!strcmp(key, "required_program"))
		good = value[0] && add_required(request, value);
	else if (!strcmp(key, "file"))
		good = entries__add_file(&request->entries, value);
	else if (!strcmp(key, "link"))
		good = entries__add_link(&request->entries, value);
	else if (!strcmp(key, "btf"))
		good = value[0] == '/' && copy_text(value, request->btf, sizeof(request->btf));
	else if (!strcmp(key, "module"))
		good = request_modules__add(&request->modules, value);
	else if (!strcmp(key, "mode"))
		good = parse_work_mode(value, request);
	else if (!strcmp(key, "shell"))
		good = parse__bool(value, &request->shell);
	else if (!strcmp(key, "bin"))
		good = copy_text(value, request->bin, sizeof(request->bin));
	else
		return 1;
	return good ? 0 : -EINVAL;
}

static int parse_line(struct request *request, char *line, char *error, size_t size)
{
	char *value = strchr(line, '=');
	int err;

	if (!value) {
		snprintf(error, size, "a request line without '=': '%.80s'", line);
		return -EINVAL;
	}
	*value++ = '\0';
	err = set_plain(request, line, value);
	if (err < 0)
		snprintf(error, size, "bad value for %.40s: '%.80s'", line, value);
	if (err <= 0)
		return err;
	err = overrides__set(&request->overrides, line, value, error, size);
	if (err == -ENOENT)
		snprintf(error, size, "unknown request key '%.80s'", line);
	return err ? -EINVAL : 0;
}

int request__parse(struct request *request, const char *text, size_t len, char *error, size_t size)
{
	const char *end = text + len;
	bool first = true;
	char line[MAX_LINE];

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);

		if (n >= sizeof(line) || memchr(text, '\0', n)) {
			snprintf(error, size, "a request line is too long or has a NUL");
			return -EINVAL;
		}
		memcpy(line, text, n);
		line[n] = '\0';
		text = stop ? stop + 1 : end;
		if (first && strcmp(line, "request.v1")) {
			snprintf(error, size, "the request does not begin with request.v1");
			return -EINVAL;
		}
		if (!first && n && parse_line(request, line, error, size))
			return -EINVAL;
		first = false;
	}
	if (!request->nonce[0] || !request->artifact_sha256[0]) {
		snprintf(error, size, "the request lacks nonce or artifact_sha256");
		return -EINVAL;
	}
	return 0;
}

uint64_t request__left_us(const struct request *request)
{
	uint64_t until = request->received_us + request->work_timeout_ms * 1000, now = io__now_us();

	return now < until ? until - now : 0;
}

bool request__requires(const struct request *request, const char *program)
{
	int i;

	for (i = 0; i < request->required_count; i++)
		if (!strcmp(request->required_programs[i], program))
			return true;
	return false;
}

void request__free(struct request *request)
{
	int i;

	for (i = 0; i < request->required_count; i++)
		free(request->required_programs[i]);
	free(request->required_programs);
	free(request->mended);
	overrides__free(&request->overrides);
	entries__free(&request->entries);
	request__init(request);
}
