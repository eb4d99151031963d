/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/expect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "expect/expect-assertion.h"
#include "lib/io.h"
#include "output/text.h"

#define PAUSE_MIN_US 5000
#define PAUSE_MAX_US 200000
/* Looking takes at most this part of the time. */
#define PAUSE_PER_LOOK 3

void expect__fail(struct assertion *assertion, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(assertion->error, sizeof(assertion->error), format, args);
	va_end(args);
	assertion->status = STATUS_FAIL;
	assertion->hopeless = true;
}

void expect__hex(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t i;

	buf__addc(out, 'x');
	for (i = 0; i < len && i < EXPECT_SHOWN_MAX; i++)
		buf__addf(out, "%02x", at[i]);
}

static bool is_looked_at(const struct assertion *assertion)
{
	return assertion->kind == EXPECT_MAP || assertion->kind == EXPECT_VARIABLE;
}

void expect__begin(struct test *test, struct bpf_object *obj)
{
	struct expect *expect = test->expect;
	int i;

	if (!expect || test->status == STATUS_FAIL)
		return;
	expect->obj = obj;
	expect->began_us = io__now_us();
	expect->deadline_us = expect->began_us + (uint64_t)test->timeout_seconds * 1000000;
	expect_event__open(expect);
	for (i = 0; i < expect->count; i++)
		if (is_looked_at(&expect->list[i]))
			expect_map__look(&expect->list[i], obj, true);
	for (i = 0; i < expect->count; i++)
		if (expect->list[i].kind == EXPECT_RUN)
			expect_run__run(&expect->list[i], obj);
}

void expect__poll(struct expect *expect)
{
	if (expect && expect->obj)
		expect_event__read(expect);
}

/* Whether everything holds; `hopeless` says that something never will. */
static bool look(struct expect *expect, bool *hopeless)
{
	bool good = true;
	int i;

	expect_event__read(expect);
	for (i = 0; i < expect->count; i++) {
		struct assertion *assertion = &expect->list[i];

		if (assertion->kind == EXPECT_EVENT && !assertion->hopeless)
			expect_event__judge(assertion);
		else if (is_looked_at(assertion) && !assertion->hopeless)
			expect_map__look(assertion, expect->obj, false);
		good = good && assertion->status == STATUS_PASS;
		*hopeless = *hopeless || assertion->hopeless;
	}
	return good;
}

static bool wait_for_all(struct expect *expect, bool wait)
{
	for (;;) {
		uint64_t began = io__now_us(), pause;
		bool hopeless = false, good = look(expect, &hopeless);

		pause = (io__now_us() - began) * PAUSE_PER_LOOK;
		pause = pause < PAUSE_MIN_US ? PAUSE_MIN_US : pause > PAUSE_MAX_US ? PAUSE_MAX_US : pause;
		if (good || hopeless || !wait || io__now_us() + pause >= expect->deadline_us)
			return good;
		io__sleep_us(pause);
	}
}

static void say_first_error(struct test *test)
{
	const struct expect *expect = test->expect;
	int i;

	for (i = 0; i < expect->count; i++) {
		const struct assertion *assertion = &expect->list[i];

		if (assertion->status == STATUS_PASS)
			continue;
		snprintf(test->error, sizeof(test->error), "%.128s: %s", assertion->subject,
			 assertion->error[0] ? assertion->error : "not as expected");
		return;
	}
}

void expect__finish(struct test *test)
{
	struct expect *expect = test->expect;
	bool ran = test->command != NULL, good;

	/* A plan that cannot be read. */
	if (!expect || !expect->obj)
		return;
	good = wait_for_all(expect, !ran || test->status == STATUS_PASS);
	expect_event__close(expect);
	test->elapsed_us = io__now_us() - expect->began_us;
	if (ran && test->status == STATUS_FAIL)
		return;
	test->status = good ? STATUS_PASS : STATUS_FAIL;
	if (!good)
		say_first_error(test);
}

static void put_assertion(struct json *json, const struct assertion *assertion)
{
	json__object(json, NULL);
	json__str(json, "kind", expect__kinds[assertion->kind], NAME_MAX_BYTES);
	json__str(json, "subject", assertion->subject, NAME_MAX_BYTES);
	json__str(json, "status", status__name(assertion->status), NAME_MAX_BYTES);
	json__str(json, "wanted", assertion->expected, MESSAGE_MAX_BYTES);
	json__strn(json, "seen", assertion->seen.data, assertion->seen.len, MESSAGE_MAX_BYTES);
	json__str(json, "error", assertion->error, MESSAGE_MAX_BYTES);
	json__end(json);
}

void expect__put(struct json *json, const struct expect *expect)
{
	int i;

	if (!expect)
		return;
	json__array(json, "assertions");
	for (i = 0; i < expect->count; i++)
		put_assertion(json, &expect->list[i]);
	json__end(json);
}

void expect__free(struct expect *expect)
{
	int i;

	if (!expect)
		return;
	for (i = 0; i < expect->count; i++) {
		struct assertion *assertion = &expect->list[i];

		free(assertion->subject);
		free(assertion->expected);
		free(assertion->key.bytes);
		free(assertion->value.bytes);
		free(assertion->contains.bytes);
		free(assertion->data_in.bytes);
		free(assertion->ctx_in.bytes);
		free(assertion->data_out.bytes);
		buf__free(&assertion->seen);
		buf__free(&assertion->first);
	}
	free(expect);
}
