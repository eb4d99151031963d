/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "expect/expect-assertion.h"

#define KERNEL_ENOTSUPP 524
/* A program may make the packet longer. */
#define GROWTH_MAX 4096

/* Raw tracepoints, sk_lookup and syscall programs are rejected when they are given what they have no use for. */
static void fill(struct bpf_test_run_opts *opts, const struct assertion *assertion, unsigned char *out, size_t room)
{
	if (assertion->data_in.len) {
		opts->data_in = assertion->data_in.bytes;
		opts->data_size_in = (uint32_t)assertion->data_in.len;
	}
	if (assertion->data_in.len || assertion->data_out.form) {
		opts->data_out = out;
		opts->data_size_out = (uint32_t)room;
	}
	if (assertion->ctx_in.len) {
		opts->ctx_in = assertion->ctx_in.bytes;
		opts->ctx_size_in = (uint32_t)assertion->ctx_in.len;
	}
	if (assertion->repeat > 1)
		opts->repeat = (int)assertion->repeat;
}

static void judge(struct assertion *assertion, const struct bpf_test_run_opts *opts, const unsigned char *out)
{
	const struct operand *expected = &assertion->data_out;

	assertion->status = STATUS_PASS;
	if (assertion->has_retval && opts->retval != assertion->retval)
		expect__fail(assertion, "it returned %" PRIu32 ", expected %" PRIu32, opts->retval, assertion->retval);
	else if (expected->form &&
		 (opts->data_size_out != expected->len || memcmp(out, expected->bytes, expected->len)))
		expect__fail(assertion, "its output is not the expected one");
	buf__addf(&assertion->seen, "retval=%" PRIu32, opts->retval);
	if (!opts->data_out)
		return;
	buf__addf(&assertion->seen, " length=%u data_out=", opts->data_size_out);
	expect__hex(&assertion->seen, out, opts->data_size_out);
}

static void reject(struct assertion *assertion, int err)
{
	char words[128];

	buf__addf(&assertion->seen, "errno=%d", err);
	if (err == -KERNEL_ENOTSUPP || err == -EOPNOTSUPP)
		expect__fail(assertion, "this kernel cannot run programs of this type by BPF_PROG_TEST_RUN");
	else
		expect__fail(assertion, "BPF_PROG_TEST_RUN failed: %s", status__error(err, words, sizeof(words)));
}

void expect_run__run(struct assertion *assertion, const struct bpf_object *obj)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(obj, assertion->subject);
	size_t room = assertion->data_in.len + assertion->data_out.len + GROWTH_MAX;
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	unsigned char *out;
	int err;

	if (!program || bpf_program__fd(program) < 0) {
		expect__fail(assertion, program ? "the program is not loaded" : "the object has no such program");
		return;
	}
	out = calloc(1, room);
	if (!out) {
		expect__fail(assertion, "there is no memory for its output");
		return;
	}
	fill(&opts, assertion, out, room);
	err = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);
	if (err)
		reject(assertion, err);
	else
		judge(assertion, &opts, out);
	free(out);
}
