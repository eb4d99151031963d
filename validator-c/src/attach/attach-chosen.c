/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach/attach-kinds.h"
#include "lib/compat.h"

static bool starts(const struct attach_job *job, const char *section)
{
	return !strncmp(job->section, section, strlen(section));
}

static int attach_function(struct attach_job *job, struct bpf_link **link)
{
	bool leaves = starts(job, "kretprobe");
	LIBBPF_OPTS(bpf_kprobe_multi_opts, many, .retprobe = leaves);

	if (starts(job, "kprobe.multi") || starts(job, "kretprobe.multi")) {
		*link = bpf_program__attach_kprobe_multi_opts(job->prog, job->section_target, &many);
		return 0;
	}
#if LIBBPF_AT_LEAST(1, 5)
	if (starts(job, "kprobe.session")) {
		many.session = true;
		*link = bpf_program__attach_kprobe_multi_opts(job->prog, job->section_target, &many);
		return 0;
	}
#endif
	if (starts(job, "ksyscall") || starts(job, "kretsyscall")) {
		LIBBPF_OPTS(bpf_ksyscall_opts, call, .retprobe = starts(job, "kretsyscall"));

		*link = bpf_program__attach_ksyscall(job->prog, job->section_target, &call);
		return 0;
	}
	if (starts(job, "uprobe") || starts(job, "uretprobe") || starts(job, "usdt"))
		return attach__skip(job, "loaded; attach targets for user space programs cannot be given");
	*link = bpf_program__attach_kprobe(job->prog, leaves, job->section_target);
	return 0;
}

static int attach_tracepoint(struct attach_job *job, struct bpf_link **link)
{
	const char *name = strchr(job->section_target, '/');
	char category[128];

	if (!name)
		return attach__skip(job, "loaded; '%.200s' is not a tracepoint, those look like category/name",
				    job->section_target);
	snprintf(category, sizeof(category), "%.*s", (int)(name - job->section_target), job->section_target);
	*link = bpf_program__attach_tracepoint(job->prog, category, name + 1);
	return 0;
}

int attach__chosen(struct attach_job *job)
{
	struct bpf_link *link = NULL;
	int err = 0;

	attach__method(job, "auto", job->section_target);
	switch ((int)job->type) {
	case BPF_PROG_TYPE_KPROBE:
		err = attach_function(job, &link);
		break;
	case BPF_PROG_TYPE_TRACEPOINT:
		err = attach_tracepoint(job, &link);
		break;
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		link = bpf_program__attach_raw_tracepoint(job->prog, job->section_target);
		break;
	default:
		link = bpf_program__attach(job->prog);
		break;
	}
	return err ? err : link ? 0 : -errno;
}
