/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/evidence-functional.h"

#include "expect/expect.h"
#include "output/text.h"

static void put_output(struct json *json, const char *bytes, const char *head, const char *tail,
		       const struct test_output *output)
{
	json__uint(json, bytes, output->bytes);
	if (output->head.len)
		json__strn(json, head, output->head.data, output->head.len, TEST_HEAD_MAX_BYTES);
	/* No stream keeps more than may be said. */
	json__strn(json, tail, output->tail.data, output->tail.len, REPORT_MAX_BYTES);
}

void test__put(struct json *json, const struct test *test)
{
	json__str(json, "name", test->name, NAME_MAX_BYTES);
	json__bool(json, "required", test->required);
	json__str(json, "status", status__name(test->status), NAME_MAX_BYTES);
	json__str(json, "command", test->command, MESSAGE_MAX_BYTES);
	json__int(json, "timeout_seconds", test->timeout_seconds);
	json__int(json, "expected_exit_code", test->expect_exit_code);
	json__int(json, "exit_code", test->exit_code);
	json__bool(json, "timed_out", test->timed_out);
	put_output(json, "stdout_bytes", "stdout_head", "stdout_tail", &test->out);
	put_output(json, "stderr_bytes", "stderr_head", "stderr_tail", &test->err);
	json__uint(json, "elapsed_us", test->elapsed_us);
	json__str(json, "error", test->error, MESSAGE_MAX_BYTES);
	expect__put(json, test->expect);
}

void evidence__functional(struct evidence *evidence, const struct test *test)
{
	struct json json;

	evidence__start(evidence, &json, "functional");
	test__put(&json, test);
	evidence__finish(evidence, &json);
}
