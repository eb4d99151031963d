/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>

#include "attach/attach-kinds.h"
#include "lib/modules.h"

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
