/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check/stages.h"
#include "expect/plan.h"
#include "lib/frames.h"
#include "lib/io.h"
#include "lib/limits.h"
#include "lib/version.h"
#include "options.h"

#define EXIT_TOOL_ERROR 1
#define PLAN_MAX (1U << 20)

static int complain(const char *what, int err, const char *path)
{
	fprintf(stderr, "bpfcompat-validator: %s %s: %s\n", what, path, strerror(-err));
	return EXIT_TOOL_ERROR;
}

static int read_inputs(const struct options *options, struct request *request, struct buf *artifact, struct buf *plan)
{
	char name[512];
	int err = io__read_file(options->artifact, FRAME_MAX_TO_GUEST, artifact);

	if (err)
		return complain("cannot read the object", err, options->artifact);
	snprintf(name, sizeof(name), "%s", options->artifact);
	snprintf(request->artifact_name, sizeof(request->artifact_name), "%s", basename(name));
	request->artifact = artifact->data;
	request->artifact_size = artifact->len;
	sha256__hex(artifact->data, artifact->len, request->artifact_sha256);
	request->artifact_path = options->artifact;
	request->manifest_path = options->manifest;
	request->plan_path = options->plan;
	request->log_dir = options->log_dir;
	if (!options->plan)
		return 0;
	/* A plan that cannot be read is a failed test, not a failed tool (docs/guest-protocol.md). */
	if (io__read_file(options->plan, PLAN_MAX, plan))
		buf__reset(plan);
	buf__addc(plan, '\n');
	request->plan = plan->data;
	request->plan_size = plan->len;
	return 0;
}

static int write_outputs(const struct options *options, const struct result *result, const struct buf *document)
{
	char path[4096];
	int err;

	if (document->failed) {
		fprintf(stderr, "bpfcompat-validator: out of memory\n");
		return EXIT_TOOL_ERROR;
	}
	if (options->log_dir) {
		snprintf(path, sizeof(path), "%s/libbpf.log", options->log_dir);
		err = io__replace_file(path, result->libbpf_log.data, result->libbpf_log.len);
		if (err)
			return complain("cannot write", err, path);
	}
	err = io__replace_file(options->out, document->data, document->len);
	return err ? complain("cannot write the result", err, options->out) : 0;
}

static int run(const struct options *options, struct request *request)
{
	struct evidence evidence = { .fd = -1 };
	struct buf artifact = {}, plan = {}, document = {};
	struct result result = {};
	struct work work = { .request = request, .result = &result, .evidence = &evidence };
	int verdict, code;

	code = read_inputs(options, request, &artifact, &plan);
	if (code)
		goto cleanup;
	if (options->log_dir)
		mkdir(options->log_dir, 0755);
	limits__raise();
	verdict = stages__run(&work, &document);
	code = write_outputs(options, &result, &document);
	if (!code)
		code = verdict;
cleanup:
	if (work.obj)
		bpf_object__close(work.obj);
	plan__free(&result);
	result__free(&result);
	evidence__free(&evidence);
	buf__free(&document);
	buf__free(&artifact);
	buf__free(&plan);
	return code;
}

int cli__main(int argc, char **argv)
{
	struct options options;
	struct request request;
	char error[512];
	int code = 0;

	request__init(&request);
	request.received_us = io__now_us();
	switch (options__parse(argc, argv, &options, &request, error, sizeof(error))) {
	case OPTIONS_HELP:
		fputs(options__help(), stdout);
		break;
	case OPTIONS_VERSION:
		puts("bpfcompat-validator " VALIDATOR_VERSION " (libbpf " LIBBPF_BUILD ")");
		break;
	case OPTIONS_BAD:
		fprintf(stderr, "bpfcompat-validator: %s\n", error);
		code = EXIT_TOOL_ERROR;
		break;
	case OPTIONS_RUN:
		code = run(&options, &request);
		break;
	}
	request__free(&request);
	return code;
}
