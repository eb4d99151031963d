/* SPDX-License-Identifier: Apache-2.0 */
#include "check/document.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "check/document-sections.h"
#include "expect/evidence-functional.h"
#include "lib/version.h"
#include "load/variants.h"
#include "output/text.h"

struct attach_counts {
	int attempted;
	int passed;
	int failed;
};

static struct attach_counts count_attaches(const struct result *result)
{
	struct attach_counts counts = {};
	int i;

	for (i = 0; i < result->program_count; i++) {
		enum status status = result->programs[i].attach.status;

		counts.attempted += status != STATUS_SKIPPED;
		counts.passed += status == STATUS_PASS;
		counts.failed += status == STATUS_FAIL;
	}
	return counts;
}

const char *document__attach_status(const struct work *work)
{
	struct attach_counts counts = count_attaches(work->result);

	if (!counts.attempted)
		return "skipped";
	if (!counts.failed)
		return "pass";
	return work->request->attach_mode == ATTACH_REQUIRED ? "fail" : "warn";
}

const char *document__functional_status(const struct result *result)
{
	const char *status = result->test_count ? "pass" : "skipped";
	int i;

	for (i = 0; i < result->test_count; i++) {
		if (result->tests[i].status == STATUS_SKIPPED)
			return "skipped";
		if (result->tests[i].status != STATUS_FAIL)
			continue;
		if (result->tests[i].required)
			return "fail";
		status = "warn";
	}
	return status;
}

bool document__passed(const struct work *work)
{
	if (work->request->command_mode)
		return work->result->test_count && strcmp(document__functional_status(work->result), "fail");
	return work->result->load.status == STATUS_PASS && variants__all_chosen(&work->request->overrides) &&
	       strcmp(document__attach_status(work), "fail") &&
	       strcmp(document__functional_status(work->result), "fail");
}

static void put_host(struct json *json)
{
	struct utsname host = {};

	uname(&host);
	json__object(json, "host");
	json__str(json, "sysname", host.sysname, NAME_MAX_BYTES);
	json__str(json, "nodename", host.nodename, NAME_MAX_BYTES);
	json__str(json, "release", host.release, NAME_MAX_BYTES);
	json__str(json, "version", host.version, NAME_MAX_BYTES);
	json__str(json, "machine", host.machine, NAME_MAX_BYTES);
	json__end(json);
}

static void put_input(struct json *json, const struct request *request)
{
	const char *artifact = request->artifact_path ? request->artifact_path : request->artifact_name;

	json__object(json, "input");
	json__str(json, "artifact", artifact, MESSAGE_MAX_BYTES);
	json__str(json, "manifest", request->manifest_path, MESSAGE_MAX_BYTES);
	json__str(json, "functional_plan", request->plan_path, MESSAGE_MAX_BYTES);
	json__str(json, "mode", request->command_mode ? "command" : "load", NAME_MAX_BYTES);
	json__str(json, "attach_mode", request__mode_name(request->attach_mode), NAME_MAX_BYTES);
	json__bool(json, "probe_features", request->probe_features);
	json__end(json);
}

/* In command mode the object is not ours to load. */
static const char *load_status(const struct work *work, const struct object_step *step)
{
	if (work->request->command_mode)
		return "skipped";
	return step->status == STATUS_PASS ? "pass" : "fail";
}

static void put_load(struct json *json, const struct work *work)
{
	const struct result *result = work->result;
	const struct object_step *step = result->open.status == STATUS_FAIL ? &result->open : &result->load;
	char words[256];

	json__object(json, "load");
	json__str(json, "status", load_status(work, step), NAME_MAX_BYTES);
	json__int(json, "error_code", step->err);
	json__str(json, "error", status__error(step->err, words, sizeof(words)), MESSAGE_MAX_BYTES);
	json__uint(json, "elapsed_us", result->load.elapsed_us);
	json__end(json);
}

static void put_attach(struct json *json, const struct work *work)
{
	struct attach_counts counts = count_attaches(work->result);

	json__object(json, "attach");
	json__str(json, "mode", request__mode_name(work->request->attach_mode), NAME_MAX_BYTES);
	json__str(json, "status", document__attach_status(work), NAME_MAX_BYTES);
	json__int(json, "attempted", counts.attempted);
	json__int(json, "passed", counts.passed);
	json__int(json, "failed", counts.failed);
	json__end(json);
}

static void put_functional(struct json *json, const struct result *result)
{
	int i;

	json__object(json, "functional");
	json__str(json, "status", document__functional_status(result), NAME_MAX_BYTES);
	json__array(json, "tests");
	for (i = 0; i < result->test_count; i++) {
		json__object(json, NULL);
		test__put(json, &result->tests[i]);
		json__end(json);
	}
	json__end(json);
	json__end(json);
}

static void put_head(struct json *json, const struct work *work)
{
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json__str(json, "schema_version", DOCUMENT_SCHEMA, NAME_MAX_BYTES);
	json__str(json, "timestamp", stamp, NAME_MAX_BYTES);
	json__str(json, "status", document__passed(work) ? "pass" : "fail", NAME_MAX_BYTES);
	json__object(json, "validator");
	json__str(json, "version", VALIDATOR_VERSION, NAME_MAX_BYTES);
	json__str(json, "libbpf", LIBBPF_BUILD, NAME_MAX_BYTES);
	json__end(json);
}

void document__write(const struct work *work, struct buf *out)
{
	const struct result *result = work->result;
	struct json json;

	json__init(&json, out);
	json__object(&json, NULL);
	put_head(&json, work);
	put_host(&json);
	put_input(&json, work->request);
	document__put_overrides(&json, &work->request->overrides);
	document__put_btf(&json, result);
	document__put_capabilities(&json, work->request);
	document__put_discovery(&json, result);
	put_load(&json, work);
	put_attach(&json, work);
	put_functional(&json, result);
	json__object(&json, "logs");
	json__strn(&json, "libbpf", result->libbpf_log.data, result->libbpf_log.len, SIZE_MAX);
	json__end(&json);
	json__end(&json);
	buf__addc(out, '\n');
}
