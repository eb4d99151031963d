/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include "expect.h"

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
	json__strn(json, "stdout_tail", test->stdout_tail.data, test->stdout_tail.len, TEST_TAIL_MAX_BYTES);
	json__strn(json, "stderr_tail", test->stderr_tail.data, test->stderr_tail.len, TEST_TAIL_MAX_BYTES);
	json__str(json, "error", test->error, MESSAGE_MAX_BYTES);
	expect__put(json, test->expect);
}
