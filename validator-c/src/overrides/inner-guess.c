/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/inner-guess.h"

#include <stdio.h>
#include <string.h>

/* Larger values are no structure that somebody reads field by field. */
#define VALUE_MAX (64 * 1024)
#define RINGBUF_BYTES 4096

void inner_guess__begin(struct inner_guess *guess)
{
	if (guess->type == BPF_MAP_TYPE_UNSPEC)
		*guess = (struct inner_guess){ .type = BPF_MAP_TYPE_HASH, .key = 4, .value = 4, .entries = 1 };
}

static const char *last(const char *text, const char *what)
{
	const char *found = NULL, *at = text;

	while ((at = strstr(at, what))) {
		found = at;
		at += strlen(what);
	}
	return found;
}

static bool learn_value(struct inner_guess *guess, const char *log)
{
	const char *line = last(log, "invalid access to map value, value_size=");
	unsigned int had, size;
	int offset;

	if (!line ||
	    sscanf(line, "invalid access to map value, value_size=%u off=%d size=%u", &had, &offset, &size) != 3)
		return false;
	if (had != guess->value || offset < 0 || size > VALUE_MAX || offset > VALUE_MAX - (int)size)
		return false;
	if ((uint32_t)offset + size <= guess->value)
		return false;
	guess->value = (uint32_t)offset + size;
	return true;
}

static bool learn_type(struct inner_guess *guess, const char *log)
{
	const char *line = last(log, "cannot pass map_type ");
	unsigned int type;
	char helper[64];

	if (!line || sscanf(line, "cannot pass map_type %u into func %63[a-z0-9_]", &type, helper) != 2)
		return false;
	if (type != guess->type || type == BPF_MAP_TYPE_RINGBUF || strncmp(helper, "bpf_ringbuf_", 12))
		return false;
	*guess = (struct inner_guess){ .type = BPF_MAP_TYPE_RINGBUF, .entries = RINGBUF_BYTES };
	return true;
}

bool inner_guess__learn(struct inner_guess *guess, const char *log)
{
	return learn_value(guess, log) || learn_type(guess, log);
}

void inner_guess__describe(const struct inner_guess *guess, char *text, size_t size)
{
	if (guess->type == BPF_MAP_TYPE_RINGBUF)
		snprintf(text, size, "inner ring buffer of %u bytes", guess->entries);
	else
		snprintf(text, size, "inner map hash with key %u, value %u, 1 entry", guess->key, guess->value);
}
