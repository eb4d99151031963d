/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to attach. Each function fills method and target and returns 0, a negative errno, or ATTACH_SKIPPED with
 * `reason` filled. What it opened stays open, so that the program stays attached.
 */
#ifndef BPFCOMPAT_ATTACH_KINDS_H
#define BPFCOMPAT_ATTACH_KINDS_H

#include <bpf/libbpf.h>

#include "output/result.h"

#define ATTACH_SKIPPED 1

struct attach_job {
	struct bpf_object *obj;
	struct bpf_program *prog;
	int fd;
	uint32_t type;
	uint32_t expected;
	const char *section;
	/* What follows the first '/' of the section, or NULL. */
	const char *section_target;
	struct program_attach *out;
	/* Not in a guest: other people's devices are left alone. */
	bool on_host;
};

int attach__skip(struct attach_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
void attach__method(struct attach_job *job, const char *method, const char *target);

/* attach-auto.c: whatever libbpf attaches by the section name. */
int attach__auto(struct attach_job *job);
int attach__lsm(struct attach_job *job);
/* Whether programs of LSM hooks run at all on this kernel. */
bool attach__lsm_is_active(void);
int attach__struct_ops(struct attach_job *job);
/* attach-trace.c */
int attach__iter(struct attach_job *job);
int attach__perf_event(struct attach_job *job);
int attach__uprobe(struct attach_job *job);
/* attach-net.c */
int attach__xdp(struct attach_job *job);
int attach__xdp_map(struct attach_job *job);
int attach__tc(struct attach_job *job);
int attach__netfilter(struct attach_job *job);
/* attach-socket.c */
int attach__socket_filter(struct attach_job *job);
int attach__reuseport(struct attach_job *job);
int attach__netns(struct attach_job *job);
int attach__sockmap(struct attach_job *job);
/* attach-chosen.c: to what the user names, `section_target`; others than BTF targets only matter here. */
int attach__chosen(struct attach_job *job);
/* attach-route.c */
int attach__action(struct attach_job *job);
int attach__lwt(struct attach_job *job);
int attach__seg6local(struct attach_job *job);
/* attach-test-run.c */
int attach__test_run(struct attach_job *job);
/* attach-lirc.c */
int attach__lirc(struct attach_job *job);
/* attach-cgroup.c */
int attach__cgroup(struct attach_job *job);

#endif
