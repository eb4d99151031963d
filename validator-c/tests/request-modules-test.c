/* SPDX-License-Identifier: Apache-2.0 */
#include "request/request-modules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "test.h"

static bool takes(const char *value)
{
	struct request_modules modules = {};

	return request_modules__add(&modules, value);
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
	struct request_modules modules = {};
	int i;

	CHECK(request_modules__add(&modules, "33554432 a") && request_modules__add(&modules, "33554431 b"));
	CHECK(!request_modules__add(&modules, "2 c") && modules.count == 2);
	CHECK(request_modules__add(&modules, "1 c"));
	modules = (struct request_modules){};
	for (i = 0; i < REQUEST_MODULES_MAX; i++)
		CHECK(request_modules__add(&modules, "1 m"));
	CHECK(!request_modules__add(&modules, "1 m"));
}

static void test_result(void)
{
	struct request_modules modules = {};
	struct buf text = {};
	struct json json;

	json__init(&json, &text);
	json__object(&json, NULL);
	request_modules__write(&modules, &json);
	request_modules__add(&modules, "3 xfs");
	/* Three bytes are no module, whoever needs it. */
	request_modules__insert(&modules.list[0], "abc");
	CHECK(modules.list[0].err < 0);
	modules.list[0].err = -ENOEXEC;
	request_modules__write(&modules, &json);
	json__end(&json);
	buf__addc(&text, '\0');
	CHECK(!strcmp(text.data, "{\"modules\":[{\"name\":\"xfs\",\"errno\":-8}]}"));
	buf__free(&text);
}

void test_request_modules(void)
{
	test_values();
	test_bounds();
	test_result();
}
