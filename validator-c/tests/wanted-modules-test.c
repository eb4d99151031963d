/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/wanted-modules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "test.h"

static bool takes(const char *value)
{
	struct wanted_modules modules = {};

	return wanted_modules__add(&modules, value);
}

static void test_values(void)
{
	CHECK(takes("1 xfs") && takes("33554432 nf_conntrack") && takes("12 md-mod"));
	CHECK(!takes("") && !takes("xfs") && !takes("12") && !takes("12 ") && !takes("12  xfs"));
	CHECK(!takes("0 xfs") && !takes("-1 xfs") && !takes("33554433 xfs") && !takes("18446744073709551616 xfs"));
	CHECK(!takes("1 ../xfs") && !takes("1 x fs"));
	CHECK(!takes("1 0123456789012345678901234567890123456789012345678901234567890123"));
}

static void test_bounds(void)
{
	struct wanted_modules modules = {};
	int i;

	CHECK(wanted_modules__add(&modules, "33554432 a") && wanted_modules__add(&modules, "33554431 b"));
	CHECK(!wanted_modules__add(&modules, "2 c") && modules.count == 2);
	CHECK(wanted_modules__add(&modules, "1 c"));
	modules = (struct wanted_modules){};
	for (i = 0; i < WANTED_MODULES_MAX; i++)
		CHECK(wanted_modules__add(&modules, "1 m"));
	CHECK(!wanted_modules__add(&modules, "1 m"));
}

static void test_answer(void)
{
	struct wanted_modules modules = {};
	struct buf text = {};
	struct json json;

	json__init(&json, &text);
	json__object(&json, NULL);
	wanted_modules__write(&modules, &json);
	wanted_modules__add(&modules, "3 xfs");
	/* Three bytes are no module, whoever needs it. */
	wanted_modules__insert(&modules.list[0], "abc");
	CHECK(modules.list[0].err < 0);
	modules.list[0].err = -ENOEXEC;
	wanted_modules__write(&modules, &json);
	json__end(&json);
	buf__addc(&text, '\0');
	CHECK(!strcmp(text.data, "{\"modules\":[{\"name\":\"xfs\",\"errno\":-8}]}"));
	buf__free(&text);
}

void test_wanted_modules(void)
{
	test_values();
	test_bounds();
	test_answer();
}
