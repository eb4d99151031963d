/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/json.h"

#include <string.h>

#define SAFE_INTEGER_MAX ((1ULL << 53) - 1)

void json__init(struct json *json, struct buf *out)
{
	*json = (struct json){ .out = out };
}

/* Length of the valid UTF-8 character at `text`, 0 when the bytes are none. */
static size_t utf8_len(const unsigned char *text, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len, i;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		len = 2;
	else if (text[0] >= 0xe0 && text[0] <= 0xef)
		len = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (len > left)
		return 0;
	/* No overlong forms, no surrogates, nothing above U+10FFFF. */
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static void put_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		buf__adds(out, "\\\"");
		return;
	case '\\':
		buf__adds(out, "\\\\");
		return;
	case '\n':
		buf__adds(out, "\\n");
		return;
	case '\t':
		buf__adds(out, "\\t");
		return;
	}
	if (c < 0x20 || c == 0x7f)
		buf__addf(out, "\\u%04x", c);
	else
		buf__addc(out, (char)c);
}

static void put_string(struct buf *out, const char *text, size_t len, size_t max)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t i, n;

	buf__addc(out, '"');
	for (i = 0; i < len; i += n) {
		n = utf8_len(bytes + i, len - i);
		if (i + (n ? n : 1) > max)
			break;
		if (!n) {
			buf__adds(out, "\xef\xbf\xbd");
			n = 1;
		} else if (n == 1) {
			put_escaped(out, bytes[i]);
		} else {
			buf__add(out, text + i, n);
		}
	}
	buf__addc(out, '"');
}

static void put_key(struct json *json, const char *key)
{
	if (json->filled[json->depth])
		buf__addc(json->out, ',');
	json->filled[json->depth] = true;
	if (!key)
		return;
	put_string(json->out, key, strlen(key), SIZE_MAX);
	buf__addc(json->out, ':');
}

static void open_level(struct json *json, const char *key, char open, char close)
{
	put_key(json, key);
	if (json->depth == JSON_MAX_DEPTH) {
		json->out->failed = true;
		return;
	}
	buf__addc(json->out, open);
	json->depth++;
	json->filled[json->depth] = false;
	json->close[json->depth] = close;
}

void json__object(struct json *json, const char *key)
{
	open_level(json, key, '{', '}');
}

void json__array(struct json *json, const char *key)
{
	open_level(json, key, '[', ']');
}

void json__end(struct json *json)
{
	if (!json->depth) {
		json->out->failed = true;
		return;
	}
	buf__addc(json->out, json->close[json->depth]);
	json->depth--;
}

void json__strn(struct json *json, const char *key, const char *text, size_t len, size_t max)
{
	put_key(json, key);
	put_string(json->out, text ? text : "", text ? len : 0, max);
}

void json__str(struct json *json, const char *key, const char *text, size_t max)
{
	json__strn(json, key, text, text ? strnlen(text, max + 4) : 0, max);
}

void json__int(struct json *json, const char *key, long long value)
{
	put_key(json, key);
	buf__addf(json->out, "%lld", value);
}

void json__uint(struct json *json, const char *key, uint64_t value)
{
	put_key(json, key);
	if (value > SAFE_INTEGER_MAX)
		value = SAFE_INTEGER_MAX;
	buf__addf(json->out, "%llu", (unsigned long long)value);
}

void json__bool(struct json *json, const char *key, bool value)
{
	put_key(json, key);
	buf__adds(json->out, value ? "true" : "false");
}

void json__null(struct json *json, const char *key)
{
	put_key(json, key);
	buf__adds(json->out, "null");
}
