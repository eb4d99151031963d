/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/functional.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/io.h"
#include "test.h"
#include "output/text.h"

static char directory[] = "/tmp/bpfcompat-functional-XXXXXX";

static void run(struct test *test, const char *command)
{
	struct request request;

	request__init(&request);
	test->command = strdup(command);
	if (!test->timeout_seconds)
		test->timeout_seconds = 20;
	functional__run(test, &request);
	request__free(&request);
	free(test->command);
}

static void done(struct test *test)
{
	buf__free(&test->out.head);
	buf__free(&test->out.tail);
	buf__free(&test->err.head);
	buf__free(&test->err.tail);
}

static bool ends(const char *command, int expected, int code, const char *error)
{
	struct test test = { .expect_exit_code = expected };
	bool good;

	run(&test, command);
	good = test.exit_code == code && !strcmp(test.error, error) && (test.status == STATUS_PASS) == !error[0];
	if (!good)
		fprintf(stderr, "'%s': %d '%s'\n", command, test.exit_code, test.error);
	done(&test);
	return good;
}

static void test_codes(void)
{
	CHECK(ends("true", 0, 0, ""));
	CHECK(ends("exit 7", 7, 7, ""));
	CHECK(ends("exit 7", 0, 7, "exit code 7, expected 0"));
	CHECK(ends("kill -SEGV $$", 0, 128 + SIGSEGV, "exit code 139, expected 0"));
	CHECK(ends("nobody-has-such-a-command", 0, 127, "exit code 127, expected 0"));
	/* A pipe that no one reads ends its writer, as it does in every shell. */
	CHECK(ends("yes | true", 0, 0, ""));
}

static void test_programs(void)
{
	struct test test = {};

	/* Shells give it different codes, 126 or 127. */
	run(&test, "printf '#!/no/such/shell -e\\n' >script && chmod +x script && ./script");
	CHECK(strstr(test.error, ", expected 0: ./script is there, its interpreter /no/such/shell is not") != NULL);
	done(&test);
	CHECK(ends("chmod -x script && ./script", 0, 126,
		   "exit code 126, expected 0: ./script is there, but it is not executable"));
	CHECK(ends("echo 'x: error while loading shared libraries: libx.so.1: cannot open' >&2; exit 127", 0, 127,
		   "exit code 127, expected 0: the program is there, its library libx.so.1 is not"));
	CHECK(ends("./script; exit 5", 0, 5, "exit code 5, expected 0"));
}

/* The process whose number the command wrote into the file. */
static bool lives(const char *file)
{
	char line[32];

	io__read_line(file, line, sizeof(line));
	CHECK(atoi(line) > 1);
	return !kill(atoi(line), 0) || errno != ESRCH;
}

static void test_grandchildren(void)
{
	struct test test = {};
	uint64_t started = io__now_us();

	run(&test,
	    "(trap '' TERM HUP; setsid sh -c 'echo $$ >one; exec sleep 60' & sh -c 'echo $$ >two; exec sleep 60' &) ; "
	    "while ! [ -s one ] || ! [ -s two ]; do sleep 0.01; done; echo good");
	CHECK(test.status == STATUS_PASS && !test.timed_out);
	CHECK_TEXT(test.out.tail, "good\n");
	CHECK(io__now_us() - started < 10000000 && !lives("one") && !lives("two"));
	done(&test);
}

static void test_timeout(void)
{
	struct test test = { .timeout_seconds = 1 };

	run(&test, "trap '' TERM INT; echo begun; setsid sh -c 'echo $$ >three; exec sleep 60'; sleep 60");
	CHECK(test.timed_out && test.exit_code == 124 && test.status == STATUS_FAIL);
	CHECK(!strcmp(test.error, "timed out after 1 s") && test.elapsed_us >= 1000000 && test.elapsed_us < 5000000);
	CHECK_TEXT(test.out.tail, "begun\n");
	CHECK(!lives("three"));
	done(&test);
}

static void test_much_output(void)
{
	struct test test = { .expect_stdout = "the needle", .expect_stderr = "last" };

	run(&test,
	    "yes 0123456 | head -c 3000000; printf 'the nee'; sleep 0.1; printf 'dle'; yes 0123456 | head -c 3000000;"
	    "printf 'fir\\000\\377st' >&2; yes | head -c 9000 >&2; printf last >&2");
	CHECK(test.status == STATUS_PASS && test.out.bytes == 6000010 && test.err.bytes == 9011);
	CHECK(test.out.head.len == TEST_HEAD_MAX_BYTES && test.out.tail.len == TEST_TAIL_MAX_BYTES);
	CHECK(!memcmp(test.out.head.data, "0123456\n", 8));
	CHECK(!memcmp(test.err.head.data, "fir\0\377st", 7));
	CHECK(!memcmp(test.err.tail.data + test.err.tail.len - 5, "\nlast", 5));
	done(&test);
	test = (struct test){ .expect_stdout = "the needle" };
	run(&test, "yes the needl | head -c 1000000");
	CHECK(test.status == STATUS_FAIL && !strcmp(test.error, "stdout does not contain the expected text"));
	done(&test);
}

void test_functional(void)
{
	char command[128];

	CHECK(mkdtemp(directory) && !chdir(directory));
	test_codes();
	test_programs();
	test_grandchildren();
	test_timeout();
	test_much_output();
	snprintf(command, sizeof(command), "rm -r %s", directory);
	CHECK(!chdir("/") && !system(command));
}
