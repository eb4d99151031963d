/* SPDX-License-Identifier: Apache-2.0 */
#include "work.h"

#include <string.h>

#include "attach.h"
#include "capture.h"
#include "document.h"
#include "evidence-kernel.h"
#include "functional.h"
#include "load.h"
#include "object.h"
#include "plan.h"

static void run_tests(struct work *work)
{
	struct result *result = work->result;
	int i;

	for (i = 0; i < result->test_count; i++) {
		evidence__step(work->evidence, "functional", result->tests[i].name);
		functional__run(&result->tests[i]);
		evidence__functional(work->evidence, &result->tests[i]);
	}
}

static void run_stages(struct work *work)
{
	struct request *request = work->request;
	struct result *result = work->result;

	if (request->plan)
		plan__parse(request->plan, request->plan_size, result);
	work->obj = object__open_first(request, result);
	evidence__open(work->evidence, result, &request->tuning);
	if (!work->obj)
		return;
	if (!request->in_guest)
		object__drop_pins(work->obj);
	load__run(work);
	evidence__core(work->evidence);
	if (result->load.status != STATUS_PASS)
		return;
	if (request->attach_mode != ATTACH_DISABLED)
		attach__run(work);
	if (strcmp(document__attach_status(work), "fail"))
		run_tests(work);
}

int work__run(struct work *work, struct buf *document)
{
	capture__install();
	evidence__begin(work->evidence, work->request);
	run_stages(work);
	capture__everything(&work->result->libbpf_log);
	document__write(work, document);
	evidence__document(work->evidence, document);
	return document__passed(work) ? 0 : 2;
}
