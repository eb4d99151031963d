/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON writer. What it writes is always valid UTF-8 and valid JSON, whatever bytes it is given: bytes that are not
 * UTF-8 become U+FFFD, control characters are escaped, strings are cut at a limit and never inside a character.
 */
#ifndef BPFCOMPAT_JSON_H
#define BPFCOMPAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define JSON_MAX_DEPTH 16

struct json {
	struct buf *out;
	int depth;
	bool filled[JSON_MAX_DEPTH + 1];
	char close[JSON_MAX_DEPTH + 1];
};

void json__init(struct json *json, struct buf *out);
/* `key` is NULL inside arrays and for the outermost value. */
void json__object(struct json *json, const char *key);
void json__array(struct json *json, const char *key);
void json__end(struct json *json);
/* At most `max` bytes of the string are taken. NULL is written as "". */
void json__str(struct json *json, const char *key, const char *text, size_t max);
void json__strn(struct json *json, const char *key, const char *text, size_t len, size_t max);
void json__int(struct json *json, const char *key, long long value);
/* Larger values than a JSON reader can hold exactly are written as 2^53-1. */
void json__uint(struct json *json, const char *key, uint64_t value);
void json__bool(struct json *json, const char *key, bool value);
void json__null(struct json *json, const char *key);

#endif
