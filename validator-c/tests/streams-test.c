/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "command/matcher.h"
#include "lib/clip.h"
#include "test.h"

static void test_clip(void)
{
	struct clip clip;
	struct buf out = {};

	clip__init(&clip, 4, 6);
	clip__add(&clip, "abcdef", 6);
	clip__text(&clip, &out);
	CHECK_TEXT(out, "abcdef");
	clip__add(&clip, "ghijklmnop", 10);
	buf__reset(&out);
	clip__text(&clip, &out);
	CHECK_TEXT(out, "abcd\n[6 bytes left out]\nklmnop");
	buf__reset(&out);
	clip__tail(&clip, 3, &out);
	CHECK_TEXT(out, "nop");
	clip__reset(&clip);
	clip__add(&clip, "xy", 2);
	buf__reset(&out);
	clip__tail(&clip, 3, &out);
	CHECK_TEXT(out, "xy");
	clip__free(&clip);
	buf__free(&out);
}

static bool found(const char *pattern, const char *text, size_t piece)
{
	struct matcher matcher;
	size_t len = strlen(text), at, n;
	bool result;

	CHECK(matcher__init(&matcher, pattern));
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		matcher__feed(&matcher, text + at, n);
	}
	result = matcher.found;
	matcher__free(&matcher);
	return result;
}

static void test_matcher(void)
{
	char text[40], pattern[6];
	size_t i, n;
	int round;

	CHECK(found("", "anything", 3) && found(NULL, "", 1));
	CHECK(found("needle", "hay needle hay", 1) && !found("needle", "hay needl", 4));
	CHECK(found("aab", "aaab", 1) && found("abab", "abaabab", 2));
	srand(2);
	for (round = 0; round < 20000; round++) {
		n = (size_t)rand() % (sizeof(text) - 1);
		for (i = 0; i < n; i++)
			text[i] = (char)('a' + rand() % 2);
		text[n] = '\0';
		n = 1 + (size_t)rand() % (sizeof(pattern) - 1);
		for (i = 0; i < n; i++)
			pattern[i] = (char)('a' + rand() % 2);
		pattern[n] = '\0';
		CHECK(found(pattern, text, 1 + (size_t)rand() % 5) == (strstr(text, pattern) != NULL));
	}
}

void test_streams(void)
{
	test_clip();
	test_matcher();
}
