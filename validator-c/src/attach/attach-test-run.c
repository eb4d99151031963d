/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "attach/attach-kinds.h"

/* The most a syscall program can be given; it may read no further than its context goes. */
#define CONTEXT_MAX 65535

/* A syscall program is attached to nothing: it is run on demand, so it is run once. */
int attach__test_run(struct attach_job *job)
{
	static char context[CONTEXT_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = context, .ctx_size_in = sizeof(context));

	if (job->on_host)
		return attach__skip(job, "loaded; a syscall program is run on demand, and only in a guest");
	attach__method(job, "test_run", "a context of zeroes");
	memset(context, 0, sizeof(context));
	if (bpf_prog_test_run_opts(job->fd, &opts))
		return -errno;
	if (opts.retval)
		attach__skip(job, "run once with a context of zeroes; it returned %d", (int)opts.retval);
	return 0;
}
