/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/plan.h"

#include <stdlib.h>

#include "test.h"

static const char good[] =
	"functional_plan.v0.1\nBEGIN\nname=one\nrequired=false\ntimeout_seconds=3\nexpect_exit_code=2\n"
	"expect_stdout_contains= x=y \ncommand=echo x=y; exit 2\nEND\nBEGIN\ncommand=true\nEND\n";

static void rejects(const char *text, const char *why)
{
	struct result result = {};

	plan__parse(text, strlen(text), &result);
	CHECK(result.test_count > 0);
	if (result.test_count) {
		struct test *last = &result.tests[result.test_count - 1];

		CHECK(!strcmp(last->name, "functional-plan") && last->status == STATUS_FAIL &&
		      strstr(last->error, why));
	}
	plan__free(&result);
}

static void test_random_plans(void)
{
	char text[sizeof(good)];
	int round, i;

	srand(9);
	for (round = 0; round < 5000; round++) {
		struct result result = {};

		memcpy(text, good, sizeof(good));
		for (i = 0; i < 4; i++)
			text[(size_t)rand() % (sizeof(good) - 1)] = (char)rand();
		plan__parse(text, sizeof(good) - 1, &result);
		CHECK(result.test_count > 0);
		plan__free(&result);
	}
}

void test_plan(void)
{
	struct result result = {};

	plan__parse(good, strlen(good), &result);
	CHECK(result.test_count == 2);
	CHECK(!strcmp(result.tests[0].name, "one") && !result.tests[0].required &&
	      result.tests[0].timeout_seconds == 3);
	CHECK(!strcmp(result.tests[0].expect_stdout, "x=y") && result.tests[0].expect_exit_code == 2);
	CHECK(!strcmp(result.tests[0].command, "echo x=y; exit 2"));
	CHECK(!strcmp(result.tests[1].name, "functional-2") && result.tests[1].required);
	plan__free(&result);
	rejects("", "empty");
	rejects("functional_plan.v0.2\n", "does not begin");
	rejects("functional_plan.v0.1\nname=x\n", "outside");
	rejects("functional_plan.v0.1\nBEGIN\nBEGIN\n", "BEGIN inside");
	rejects("functional_plan.v0.1\nBEGIN\ncommand=x\n", "ends inside");
	rejects("functional_plan.v0.1\nBEGIN\ntimeout_seconds=86401\nEND\n", "bad value");
	rejects("functional_plan.v0.1\nBEGIN\ncolor=red\nEND\n", "unknown key");
	test_random_plans();
}
