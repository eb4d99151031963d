/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "attach-kinds.h"
#include "modules.h"

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

static int open_lirc(const struct attach_job *job)
{
	int fd = open("/dev/lirc0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 || job->on_host || modules__load_lazy("rc_loopback"))
		return fd;
	return open("/dev/lirc0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int attach__lirc(struct attach_job *job)
{
	int fd = open_lirc(job);

	if (fd < 0)
		return attach__skip(job, "loaded; an infrared program needs a lirc device, there is none here");
	attach__method(job, "lirc_mode2", "/dev/lirc0");
	return bpf_prog_attach(job->fd, fd, BPF_LIRC_MODE2, 0) ? -errno : 0;
}
