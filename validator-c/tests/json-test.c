/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/json.h"

#include <stdlib.h>

#include "test.h"

static void written(struct buf *out, const char *text, size_t len, size_t max)
{
	struct json json;

	buf__reset(out);
	json__init(&json, out);
	json__strn(&json, NULL, text, len, max);
}

static void test_strings(void)
{
	struct buf out = {};

	written(&out, "a\"b\\c\n\t", 7, 100);
	CHECK_TEXT(out, "\"a\\\"b\\\\c\\n\\t\"");
	written(&out, "\x01\x1b\x7f", 3, 100);
	CHECK_TEXT(out, "\"\\u0001\\u001b\\u007f\"");
	written(&out, "a\0b", 3, 100);
	CHECK_TEXT(out, "\"a\\u0000b\"");
	written(&out, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d", 9, 100);
	CHECK_TEXT(out, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d\"");
	written(&out,
		"\xff"
		"a\xc3",
		3, 100);
	CHECK_TEXT(out, "\"\xef\xbf\xbd"
			"a\xef\xbf\xbd\"");
	/* Overlong slash, a surrogate, a number above U+10FFFF. */
	written(&out, "\xc0\xaf", 2, 100);
	CHECK_TEXT(out, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	written(&out, "\xed\xa0\x80", 3, 100);
	CHECK_TEXT(out, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	written(&out, "\xf4\x90\x80\x80", 4, 100);
	CHECK_TEXT(out, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	/* Never cut inside a character. */
	written(&out, "ab\xe2\x82\xac", 5, 4);
	CHECK_TEXT(out, "\"ab\"");
	written(&out, NULL, 5, 4);
	CHECK_TEXT(out, "\"\"");
	buf__free(&out);
}

static void test_nesting(void)
{
	struct buf out = {};
	struct json json;
	int i;

	json__init(&json, &out);
	json__object(&json, NULL);
	json__str(&json, "name", "x", 10);
	json__array(&json, "list");
	json__int(&json, NULL, -13);
	json__uint(&json, NULL, UINT64_MAX);
	json__object(&json, NULL);
	json__end(&json);
	json__end(&json);
	json__bool(&json, "good", true);
	json__end(&json);
	CHECK_TEXT(out, "{\"name\":\"x\",\"list\":[-13,9007199254740991,{}],\"good\":true}");
	CHECK(!out.failed);
	json__end(&json);
	CHECK(out.failed);
	buf__reset(&out);
	json__init(&json, &out);
	for (i = 0; i < JSON_MAX_DEPTH + 1; i++)
		json__array(&json, NULL);
	CHECK(out.failed);
	buf__free(&out);
}

/* Whatever the bytes are: no raw control character and balanced quotes. */
static void test_random_bytes(void)
{
	struct buf out = {};
	char bytes[64];
	size_t i, n;
	int round;

	srand(7);
	for (round = 0; round < 20000; round++) {
		n = (size_t)rand() % sizeof(bytes);
		for (i = 0; i < n; i++)
			bytes[i] = (char)rand();
		written(&out, bytes, n, (size_t)rand() % 70);
		CHECK(out.len >= 2 && out.data[0] == '"' && out.data[out.len - 1] == '"');
		for (i = 0; i < out.len; i++)
			CHECK((unsigned char)out.data[i] >= 0x20);
	}
	buf__free(&out);
}

void test_json(void)
{
	test_strings();
	test_nesting();
	test_random_bytes();
}
