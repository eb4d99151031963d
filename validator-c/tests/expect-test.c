/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect/expect-assertion.h"
#include "expect/plan.h"
#include "lib/io.h"
#include "test.h"

static void takes(const char *kind, const char *line)
{
	struct expect *expect = NULL;

	CHECK(expect__parse(&expect, kind, line));
	CHECK(expect->count == 1);
	expect__free(expect);
}

static void rejects(const char *kind, const char *line)
{
	struct expect *expect = NULL;

	CHECK(!expect__parse(&expect, kind, line));
	expect__free(expect);
}

static void test_lines(void)
{
	takes("map", "map=.bss min_entries=1");
	takes("map", "map=counters key=-1 value=x grows=true");
	takes("variable", "name=stats.hits[3] grows=true");
	rejects("variable", "name=hits key=0");
	rejects("variable", "map=hits min=1");
	takes("event", "map=events contains=x6869");
	takes("event", "trace_pipe min=2 contains=x61");
	takes("run", "program=xdp_drop data_in=x00ff retval=4294967295 repeat=3");
	rejects("map", "");
	rejects("map", "map=");
	rejects("map", "program=a key=1");
	rejects("map", "map=a key");
	rejects("map", "map=a key=x0");
	rejects("map", "map=a key=x0g");
	rejects("map", "map=a key=1 key=2");
	rejects("map", "map=a min=-1");
	rejects("map", "map=a grows=false");
	rejects("map", "map=a value=18446744073709551616");
	rejects("map", "trace_pipe min=1");
	rejects("event", "map=a min=10001");
	rejects("event", "map=a contains=text");
	rejects("run", "program=a data_in=12");
	rejects("run", "program=a retval=4294967296");
	rejects("run", "program=a speed=1");
}

static void test_values(void)
{
	struct expect *expect = NULL;

	CHECK(expect__parse(&expect, "map", "map=counters key=-2 value=x01ff min=7"));
	CHECK(!strcmp(expect->list[0].subject, "counters") &&
	      !strcmp(expect->list[0].expected, "key=-2 value=x01ff min=7"));
	CHECK(expect->list[0].key.negative && expect->list[0].key.number == (uint64_t)-2);
	CHECK(expect->list[0].value.len == 2 && expect->list[0].value.bytes[1] == 0xff);
	CHECK(expect->list[0].has_min && expect->list[0].min == 7);
	CHECK(expect__parse(&expect, "event", "trace_pipe contains=x61"));
	CHECK(expect->list[1].trace_pipe && expect->list[1].min == 1);
	while (expect->count < EXPECT_MAX)
		CHECK(expect__parse(&expect, "map", "map=a min_entries=1"));
	CHECK(!expect__parse(&expect, "map", "map=a min_entries=1"));
	expect__free(expect);
}

static void test_records(void)
{
	struct expect *expect = NULL;
	struct assertion *event;
	int i;

	CHECK(expect__parse(&expect, "event", "map=events min=2 contains=x6869"));
	event = &expect->list[0];
	expect_event__judge(event);
	CHECK(event->status == STATUS_FAIL && strstr(event->error, "nothing arrived"));
	expect_event__count(event, "hello", 5);
	expect_event__judge(event);
	CHECK(event->status == STATUS_FAIL && strstr(event->error, "expected content"));
	CHECK_TEXT(event->seen, "records=1 matching=0 first=x68656c6c6f");
	expect_event__count(event, "ohi", 3);
	expect_event__judge(event);
	CHECK(event->status == STATUS_FAIL && strstr(event->error, "too few"));
	for (i = 0; i < EXPECT_RECORDS_MAX + 5; i++)
		expect_event__count(event, "hi", 2);
	expect_event__judge(event);
	CHECK(event->status == STATUS_PASS && !event->error[0] && event->matching == EXPECT_RECORDS_MAX);
	expect__free(expect);
}

static void count_line(void *context, const char *text, size_t len)
{
	struct buf *lines = context;

	buf__add(lines, text, len);
	buf__addc(lines, '|');
}

static void test_trace(void)
{
	struct trace_reader reader = { .fd = -1 };
	struct buf lines = {};
	int ends[2];

	CHECK(!pipe2(ends, O_NONBLOCK | O_CLOEXEC));
	reader.fd = ends[0];
	CHECK(write(ends[1], "one\n\ntw", 7) == 7);
	trace_reader__read(&reader, io__now_us() + 1000000, count_line, &lines);
	CHECK_TEXT(lines, "one||");
	CHECK(write(ends[1], "o\n", 2) == 2);
	trace_reader__read(&reader, io__now_us() + 1000000, count_line, &lines);
	CHECK_TEXT(lines, "one||two|");
	trace_reader__close(&reader);
	close(ends[1]);
	buf__free(&lines);
}

static void shows(const char *line, const char *message)
{
	size_t len = strlen(line);
	const char *text = trace_line__message(line, &len);

	CHECK(len == strlen(message) && !memcmp(text, message, len));
}

static void test_trace_lines(void)
{
	shows("              sh-84      [000] d..31    12.345678: bpf_trace_printk: hello: you", "hello: you");
	shows("           hello-84      [001] d... 1    12.345678: bpf_trace_printk: good bye", "good bye");
	shows("            sh-1-4194304 [000] .N.11  1012.345678: bpf_trace_printk: [0] x: ", "[0] x: ");
	shows("           a: b]-7       [000] d.Z1.     0.000001: bpf_trace_printk: ", "");
	shows("           <...>-84      [000] ....    12.345678: 0: hello", "hello");
	shows("              sh-84      (     84) [000] d..31    12.345678: bpf_trace_printk: hello", "hello");
	/* The second line of a message. */
	shows("and more: of it", "and more: of it");
	shows("", "");
}

static void test_plan_lines(void)
{
	static const char text[] = "functional_plan.v0.1\nBEGIN\nname=a\nexpect_map=map=m key=0\nexpect_run=program=p\n"
				   "expect_event=trace_pipe\nEND\nBEGIN\nexpect_map=m\nEND\n";
	struct result result = {};

	plan__parse(text, strlen(text), &result);
	CHECK(result.test_count == 3 && result.tests[0].expect && result.tests[0].expect->count == 3);
	CHECK(!result.tests[0].command && result.tests[0].exit_code == -1);
	CHECK(!strcmp(result.tests[2].name, "functional-plan") && result.tests[2].status == STATUS_FAIL);
	plan__free(&result);
}

static void test_random_lines(void)
{
	static const char good[] = "map=counters key=x0102 value=-5 min=3 grows=true";
	char text[sizeof(good)];
	int round, i;

	srand(11);
	for (round = 0; round < 5000; round++) {
		struct expect *expect = NULL;

		memcpy(text, good, sizeof(good));
		for (i = 0; i < 3; i++)
			text[(size_t)rand() % (sizeof(good) - 1)] = (char)rand();
		expect__parse(&expect, round % 2 ? "map" : "event", text);
		CHECK(expect && expect->count == 1);
		expect__free(expect);
	}
}

void test_expect(void)
{
	test_lines();
	test_values();
	test_records();
	test_trace();
	test_trace_lines();
	test_plan_lines();
	test_random_lines();
}
