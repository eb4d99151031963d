/* SPDX-License-Identifier: Apache-2.0 */
#include "request/request.h"

#include <errno.h>
#include <stdlib.h>

#include "test.h"

#define NONCE "0123456789abcdef0123456789abcdef"
#define GOOD "request.v1\nnonce=" NONCE "\nartifact_name=a.bpf.o\nartifact_sha256=" NONCE NONCE "\nartifact_size=12\n"

static int parse(const char *text, struct request *request, char error[256])
{
	request__init(request);
	error[0] = '\0';
	return request__parse(request, text, strlen(text), error, 256);
}

static void test_good(void)
{
	struct request request;
	char error[256];

	CHECK(!parse(GOOD "functional_plan_size=0\nattach_mode=required\nprobe_features=false\nwork_timeout_ms=1500\n"
			  "required_program=one\nrequired_program=two\nset_map_max_entries=m=cpus\nmore=true\n",
		     &request, error));
	CHECK(request.artifact_size == 12 && request.attach_mode == ATTACH_REQUIRED && !request.probe_features);
	CHECK(request.work_timeout_ms == 1500 && request.more);
	CHECK(request__requires(&request, "two") && !request__requires(&request, "three"));
	CHECK(request.overrides.map_count == 1 && !strcmp(request.overrides.maps[0].max_entries, "cpus"));
	request__free(&request);
	CHECK(!parse(GOOD "mode=command\nshell=true\nbin=/bpfcompat/my loader\nfile=755 5 /bpfcompat/my loader\n"
			  "link=/lib64 usr/lib64\n",
		     &request, error));
	CHECK(request.command_mode && !request.loader_mode && request.shell &&
	      !strcmp(request.bin, "/bpfcompat/my loader"));
	CHECK(request.entries.count == 2 && request.entries.list[0].size == 5);
	request__free(&request);
	CHECK(!request.entries.count);
	CHECK(!parse(GOOD "mode=loader\nbin=/bpfcompat/loader\n", &request, error));
	CHECK(request.command_mode && request.loader_mode && !request.shell);
	request__free(&request);
	CHECK(!parse(GOOD "btf=/tmp/kernel.btf\n", &request, error) && !strcmp(request.btf, "/tmp/kernel.btf"));
	request__free(&request);
	CHECK(!parse(GOOD, &request, error) && !request.command_mode && request.probe_features &&
	      request.attach_mode == ATTACH_BEST_EFFORT);
	request__free(&request);
}

static void rejects(const char *text, const char *why)
{
	struct request request;
	char error[256];

	CHECK(parse(text, &request, error) == -EINVAL);
	CHECK(strstr(error, why) != NULL);
	request__free(&request);
}

static void test_bad(void)
{
	char long_line[6000];

	rejects("", "lacks nonce");
	rejects(GOOD "btf=kernel.btf\n", "bad value for btf");
	rejects("request.v2\n", "request.v1");
	rejects("request.v1\nnonce=" NONCE "\n", "lacks nonce or artifact_sha256");
	rejects("request.v1\nnonce=XYZ\n", "nonce");
	rejects(GOOD "artifact_size=-1\n", "artifact_size");
	rejects(GOOD "artifact_size=99999999999\n", "artifact_size");
	rejects(GOOD "artifact_size=1x\n", "artifact_size");
	rejects(GOOD "attach_mode=maybe\n", "attach_mode");
	rejects(GOOD "work_timeout_ms=0\n", "work_timeout_ms");
	rejects(GOOD "no equals sign\n", "without '='");
	rejects(GOOD "color=red\n", "unknown request key");
	rejects(GOOD "mode=attach\n", "mode");
	rejects(GOOD "file=644 1 relative\n", "file");
	rejects(GOOD "link=/a\n", "link");
	rejects(GOOD "set_map_max_entries=m=0\n", "bad map setting");
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[sizeof(long_line) - 1] = '\0';
	rejects(long_line, "too long");
}

static void test_random_lines(void)
{
	struct request request;
	char text[sizeof(GOOD) + 40], error[256];
	int round, i;

	srand(5);
	for (round = 0; round < 20000; round++) {
		strcpy(text, GOOD);
		for (i = 0; i < 4; i++)
			text[(size_t)rand() % strlen(GOOD)] = (char)rand();
		request__init(&request);
		request__parse(&request, text, sizeof(GOOD) - 1, error, sizeof(error));
		CHECK(request.artifact_size <= (64U << 20));
		request__free(&request);
	}
}

void test_request(void)
{
	test_good();
	test_bad();
	test_random_lines();
}
