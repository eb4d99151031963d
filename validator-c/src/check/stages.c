/* SPDX-License-Identifier: Apache-2.0 */
#include "check/stages.h"

#include <stdlib.h>
#include <string.h>

#include "attach/attach.h"
#include "check/document.h"
#include "expect/evidence-functional.h"
#include "expect/expect.h"
#include "expect/functional.h"
#include "expect/plan.h"
#include "load/alters.h"
#include "load/capture.h"
#include "load/evidence-object.h"
#include "load/load.h"
#include "load/object.h"
#include "load/variants.h"
#include "symbols/evidence-kernel.h"
#include "symbols/formats.h"
#include "symbols/kernel-names.h"
#include "symbols/ksyms-file.h"

/* Reading every list of the slowest guest takes a second or two, looking names up that were read before next to nothing. */
#define READ_MAX_US 5000000
#define SEARCH_MAX_US 500000

static void run_tests(struct work *work)
{
	struct result *result = work->result;
	int i;

	for (i = 0; i < result->test_count; i++) {
		struct test *test = &result->tests[i];

		/* Commands and what they load run as root of this guest, and may end it. */
		evidence__settle(work->evidence);
		evidence__step(work->evidence, work->request->command_mode ? "command" : "functional", test->name);
		expect__begin(test, work->obj);
		if (test->command || !test->expect)
			functional__run(test, work->request);
		expect__finish(test);
		evidence__functional(work->evidence, test);
	}
}

static void explain_externs(struct work *work)
{
	struct extern_name *list;
	size_t count;

	if (work->evidence->fd < 0)
		return;
	count = externs__list(work->request->artifact, work->request->artifact_size, bpf_object__btf(work->obj), &list);
	evidence__externs(work->evidence, list, count);
	free(list);
}

static void explain_formats(struct work *work)
{
	const struct format *list;
	int count = formats__find(work->result, work->obj, &list), i;

	for (i = 0; i < count; i++)
		evidence__format(work->evidence, &list[i]);
}

static bool was_searched(const struct missing_name *missing, const struct missing_name *list, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (list[i].kind == missing->kind && !strcmp(list[i].name, missing->name))
			return true;
	return false;
}

/*
 * What was not found, and what there is instead; each name once. A request that has little time left gets its result
 * without.
 */
static void explain_names(struct work *work)
{
	static struct missing_name searched[MISSING_NAMES_MAX];
	static struct symbols symbols;
	static int searched_count;
	struct missing_name missing[MISSING_NAMES_MAX];
	int found = missing_names__find(work->result, missing), count = 0, i;
	uint64_t takes = kernel_names__current() ? SEARCH_MAX_US : READ_MAX_US;

	for (i = 0; i < found; i++)
		if (!was_searched(&missing[i], searched, searched_count) && searched_count + count < MISSING_NAMES_MAX)
			missing[count++] = missing[i];
	if (!count || work->evidence->fd < 0 || request__left_us(work->request) < takes)
		return;
	evidence__step(work->evidence, "symbols", missing[0].name);
	symbols__search(&symbols, missing, count, bpf_object__btf(work->obj));
	for (i = 0; i < symbols.count; i++)
		evidence__symbol(work->evidence, &symbols.list[i]);
	memcpy(&searched[searched_count], missing, (size_t)count * sizeof(*missing));
	searched_count += count;
}

static void attach(struct work *work)
{
	attach__run(work);
	if (!alters__any(work->result))
		return;
	explain_names(work);
	attach__altering(work);
}

static void run_stages(struct work *work)
{
	struct request *request = work->request;
	struct result *result = work->result;
	bool loaded;

	if (request->plan)
		plan__parse(request->plan, request->plan_size, result);
	/* The user's own loader does what follows otherwise. */
	if (request->command_mode) {
		run_tests(work);
		return;
	}
	work->obj = object__open_first(request, result);
	evidence__open(work->evidence, result, &request->overrides);
	if (!work->obj)
		return;
	if (!request->in_guest)
		object__drop_pins(work->obj);
	ksyms_file__object(request->artifact, request->artifact_size);
	load__run(work);
	ksyms_file__object(NULL, 0);
	evidence__core(work->evidence);
	explain_externs(work);
	if (result->load.status == STATUS_PASS && work->evidence->fd >= 0)
		explain_formats(work);
	/* A group without a program that loads fails the request, and what the rest does would say nothing. */
	loaded = result->load.status == STATUS_PASS && variants__all_chosen(&request->overrides);
	if (loaded && request->attach_mode != ATTACH_DISABLED)
		attach(work);
	explain_names(work);
	if (!loaded)
		return;
	if (strcmp(document__attach_status(work), "fail"))
		run_tests(work);
}

int stages__run(struct work *work, struct buf *document)
{
	capture__install();
	evidence__begin(work->evidence, work->request);
	run_stages(work);
	capture__everything(&work->result->libbpf_log);
	document__write(work, document);
	evidence__document(work->evidence, document);
	return document__passed(work) ? 0 : 2;
}
