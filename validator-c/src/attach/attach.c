/* SPDX-License-Identifier: Apache-2.0 */
#include "attach/attach.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/attach-kinds.h"
#include "lib/io.h"
#include "load/capture.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define TYPE_SYSCALL 31
#define TYPE_NETFILTER 32

int attach__skip(struct attach_job *job, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(job->out->reason, sizeof(job->out->reason), format, args);
	va_end(args);
	return ATTACH_SKIPPED;
}

void attach__method(struct attach_job *job, const char *method, const char *target)
{
	snprintf(job->out->method, sizeof(job->out->method), "%s", method);
	snprintf(job->out->target, sizeof(job->out->target), "%s", target);
}

static bool is_uprobe(const char *section)
{
	return !strncmp(section, "uprobe", 6) || !strncmp(section, "uretprobe", 9) || !strncmp(section, "usdt", 4);
}

static int attach_tracing(struct attach_job *job)
{
	return job->expected == BPF_TRACE_ITER ? attach__iter(job) : attach__auto(job);
}

static int attach_kprobe(struct attach_job *job)
{
	return is_uprobe(job->section) ? attach__uprobe(job) : attach__auto(job);
}

static int attach_xdp(struct attach_job *job)
{
	if (job->expected == BPF_XDP_DEVMAP || job->expected == BPF_XDP_CPUMAP)
		return attach__xdp_map(job);
	return attach__xdp(job);
}

static const struct kind {
	uint32_t type;
	int (*attach)(struct attach_job *job);
} kinds[] = {
	{ BPF_PROG_TYPE_KPROBE, attach_kprobe },
	{ BPF_PROG_TYPE_TRACEPOINT, attach__auto },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, attach__auto },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, attach__auto },
	{ BPF_PROG_TYPE_TRACING, attach_tracing },
	{ BPF_PROG_TYPE_EXT, attach__auto },
	{ BPF_PROG_TYPE_LSM, attach__lsm },
	{ BPF_PROG_TYPE_STRUCT_OPS, attach__struct_ops },
	{ BPF_PROG_TYPE_PERF_EVENT, attach__perf_event },
	{ BPF_PROG_TYPE_XDP, attach_xdp },
	{ BPF_PROG_TYPE_SCHED_CLS, attach__tc },
	{ BPF_PROG_TYPE_SCHED_ACT, attach__action },
	{ BPF_PROG_TYPE_SOCKET_FILTER, attach__socket_filter },
	{ BPF_PROG_TYPE_SK_REUSEPORT, attach__reuseport },
	{ BPF_PROG_TYPE_SK_LOOKUP, attach__netns },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, attach__netns },
	{ BPF_PROG_TYPE_SK_MSG, attach__sockmap },
	{ BPF_PROG_TYPE_SK_SKB, attach__sockmap },
	{ BPF_PROG_TYPE_CGROUP_SKB, attach__cgroup },
	{ BPF_PROG_TYPE_CGROUP_SOCK, attach__cgroup },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, attach__cgroup },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, attach__cgroup },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, attach__cgroup },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, attach__cgroup },
	{ BPF_PROG_TYPE_SOCK_OPS, attach__cgroup },
	{ BPF_PROG_TYPE_LWT_IN, attach__lwt },
	{ BPF_PROG_TYPE_LWT_OUT, attach__lwt },
	{ BPF_PROG_TYPE_LWT_XMIT, attach__lwt },
	{ BPF_PROG_TYPE_LWT_SEG6LOCAL, attach__seg6local },
	{ BPF_PROG_TYPE_LIRC_MODE2, attach__lirc },
	{ TYPE_SYSCALL, attach__test_run },
	{ TYPE_NETFILTER, attach__netfilter },
};

static int attach_by_kind(struct attach_job *job)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == job->type)
			return kinds[i].attach(job);
	return attach__skip(job, "loaded; this validator knows no target for programs of this type");
}

/* Their own ways of attaching take any target. */
static bool is_lsm_or_iterator(const struct attach_job *job)
{
	return job->type == BPF_PROG_TYPE_LSM || job->expected == BPF_TRACE_ITER;
}

static void attach_program(struct work *work, struct program *program, struct bpf_program *prog)
{
	const struct overrides *overrides = &work->request->overrides;
	const struct attach_target *chosen = overrides__target(overrides, program->name);
	struct program_attach *out = &program->attach;
	uint64_t start = io__now_us();
	struct attach_job job = {
		.obj = work->obj,
		.prog = prog,
		.fd = bpf_program__fd(prog),
		.type = bpf_program__type(prog),
		.expected = bpf_program__expected_attach_type(prog),
		.section = program->section,
		.section_target = strchr(program->section, '/'),
		.out = out,
		.on_host = !work->request->in_guest,
	};
	int err;

	if (job.section_target)
		job.section_target++;
	if (chosen)
		job.section_target = chosen->function;
	if (job.fd < 0) {
		err = attach__skip(&job, "not loaded: %s",
				   program->switched_off ? "a program variant that is not used on this kernel" :
				   overrides__leaves_out(overrides, program->name) ?
							   "autoload is disabled by the manifest" :
							   "the object marks it as opt-in");
	} else {
		evidence__step(work->evidence, "attach", program->name);
		capture__begin();
		err = chosen && !is_lsm_or_iterator(&job) ? attach__chosen(&job) : attach_by_kind(&job);
		capture__warnings(&out->log);
	}
	out->status = err == ATTACH_SKIPPED ? STATUS_SKIPPED : err ? STATUS_FAIL : STATUS_PASS;
	out->err = err < 0 ? err : 0;
	status__error(out->err, out->error, sizeof(out->error));
	out->elapsed_us = io__now_us() - start;
	out->done = true;
	evidence__attach(work->evidence, program);
	/* What is attached already may end the guest, or keep its first process from running. */
	if (out->status == STATUS_FAIL)
		evidence__settle(work->evidence);
}

/* When a program has its turn. */
enum round {
	PLAIN,
	/* May end us, which takes no result back that has left the guest. */
	ENDING,
	/* May deny what attaching another program needs. */
	LSM,
	/* May alter what we observe from then on. */
	ALTERING,
};

static enum round round_of(const struct bpf_program *prog, const struct program *program)
{
	if (program->alters)
		return ALTERING;
	if (bpf_program__type(prog) == BPF_PROG_TYPE_LSM)
		return LSM;
	return program->may_end_us ? ENDING : PLAIN;
}

static void attach_those(struct work *work, enum round round, bool required)
{
	struct bpf_program *prog;
	int i = 0;

	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &work->result->programs[i++];

		if (program->attach.done || round_of(prog, program) != round ||
		    request__requires(work->request, program->name) != required)
			continue;
		if (round != PLAIN)
			evidence__settle(work->evidence);
		attach_program(work, program, prog);
	}
}

/* What decides comes first: whatever is attached before it may keep the guest busy for good. */
static void attach_round(struct work *work, enum round round)
{
	attach_those(work, round, true);
	attach_those(work, round, false);
}

static bool any_ends_us(const struct work *work)
{
	const struct result *result = work->result;
	int i;

	for (i = 0; i < result->program_count; i++)
		if (result->programs[i].may_end_us && !result->programs[i].alters &&
		    request__requires(work->request, result->programs[i].name))
			return true;
	return false;
}

/*
 * A required program that may end us has to be attached while no LSM program denies it, and one of those that fails has to
 * be known before we end: they are attached for a moment. What works is undone, what fails then is recorded.
 */
static void rehearse_lsm(struct work *work)
{
	struct bpf_link **links = calloc((size_t)work->result->program_count + 1, sizeof(*links));
	struct bpf_program *prog;
	int i = 0, count = 0;

	if (!links)
		return;
	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &work->result->programs[i++];

		if (round_of(prog, program) != LSM || !request__requires(work->request, program->name))
			continue;
		evidence__settle(work->evidence);
		/* One without a hook is skipped in its own turn. */
		links[count] = NULL;
		if (bpf_program__fd(prog) >= 0 && strchr(program->section, '/')) {
			/* It may end us as well, and the last step is what the host reports. */
			evidence__step(work->evidence, "attach", program->name);
			links[count] = bpf_program__attach(prog);
		}
		if (links[count])
			count++;
		else
			attach_program(work, program, prog);
	}
	while (count > 0)
		bpf_link__destroy(links[--count]);
	free(links);
}

void attach__run(struct work *work)
{
	attach_round(work, PLAIN);
	if (any_ends_us(work)) {
		/* What never runs denies nothing. */
		if (attach__lsm_is_active())
			rehearse_lsm(work);
		else
			attach_those(work, LSM, true);
	}
	attach_those(work, ENDING, true);
	attach_those(work, LSM, true);
	attach_those(work, ENDING, false);
	attach_those(work, LSM, false);
}

void attach__altering(struct work *work)
{
	attach_round(work, ALTERING);
}
