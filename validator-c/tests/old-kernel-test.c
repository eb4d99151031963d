/* SPDX-License-Identifier: Apache-2.0 */
/* What older kernels return, made by a seccomp filter of a child: the guest goes on without. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/attach-kinds.h"
#include "guest/hello.h"
#include "guest/mounts.h"
#include "guest/resume.h"
#include "load/probe.h"
#include "test.h"

#define UNKNOWN_STEP 100

/* Makes one system call return an errno, where its argument number `arg` is `value`,: 0 is a success, DEADLY the end. */
struct fault {
	int call;
	int arg;
	uint32_t value;
	uint32_t err;
};

#define ANY_ARG (-1)
#define DEADLY UINT32_MAX

/* One rule: the number of the call, then the argument, else on to the next. */
static size_t put_rule(struct sock_filter *rule, const struct fault *fault)
{
	size_t n = 0;
	bool any = fault->arg == ANY_ARG;

	rule[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	rule[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)fault->call, 0, any ? 1 : 3);
	if (!any) {
		uint32_t at = (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)fault->arg);

		rule[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at);
		rule[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, fault->value, 0, 1);
	}
	rule[n++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					     fault->err == DEADLY ? SECCOMP_RET_KILL : SECCOMP_RET_ERRNO | fault->err);
	return n;
}

static bool inject(const struct fault *faults, size_t count)
{
	/* Who gives up switches the machine off: that ends the child, and not the machine of the test. */
	static const struct fault no_reboot = { SYS_reboot, ANY_ARG, 0, DEADLY };
	struct sock_filter filter[64];
	struct sock_fprog program = { .filter = filter };
	size_t n = put_rule(filter, &no_reboot), i;

	for (i = 0; i < count; i++)
		n += put_rule(&filter[n], &faults[i]);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Exit code of `work` in a child with these faults; -1 when it did not end by itself. */
static int in_child(const struct fault *faults, size_t count, int (*work)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(inject(faults, count) ? work() : UNKNOWN_STEP);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int resume(void)
{
	static struct request request;

	memset(request.entropy, 'a', sizeof(request.entropy) - 1);
	resume__guest(&request);
	return 0;
}

static void test_reseeding(void)
{
	static const uint32_t unknown[] = { EINVAL, ENOTTY, ENOSYS };
	struct fault faults[] = { { SYS_ioctl, 1, RNDADDENTROPY, 0 }, { SYS_ioctl, 1, RNDRESEEDCRNG, 0 } };
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		faults[1].err = unknown[i];
		CHECK(in_child(faults, 2, resume) == 0);
	}
	/* A kernel that knows it and does not do it is another matter. */
	faults[1].err = EPERM;
	CHECK(in_child(faults, 2, resume) == -1);
}

static int attach_dissector(void)
{
	struct program_attach out = {};
	struct attach_job job = {
		.fd = 0, .type = BPF_PROG_TYPE_FLOW_DISSECTOR, .section = "flow_dissector", .out = &out
	};

	return -attach__netns(&job);
}

static int attach_lookup(void)
{
	struct program_attach out = {};
	struct attach_job job = { .fd = 0, .type = BPF_PROG_TYPE_SK_LOOKUP, .section = "sk_lookup", .out = &out };

	return -attach__netns(&job);
}

static void test_without_links(void)
{
	const struct fault faults[] = {
		{ SYS_bpf, 0, BPF_LINK_CREATE, EINVAL },
		{ SYS_bpf, 0, BPF_PROG_ATTACH, 0 },
	};

	CHECK(in_child(faults, 2, attach_dissector) == 0);
	/* There never was another way for these. */
	CHECK(in_child(faults, 2, attach_lookup) == EINVAL);
}

static int reported;

static void count_report(void *context, const char *what, int err)
{
	(void)context;
	(void)what;
	reported += err == -ENODEV;
}

static int mount_all(void)
{
	mounts__make(count_report, NULL);
	return reported;
}

/* File systems that a kernel lacks (cgroup2 before 4.5, tracefs before 4.1, bpf before 4.4) are reported, and no more. */
static void test_without_file_systems(void)
{
	const struct fault faults[] = { { SYS_mount, ANY_ARG, 0, ENODEV }, { SYS_mkdir, ANY_ARG, 0, EROFS } };

	CHECK(in_child(faults, 2, mount_all) == 11);
}

static int probe_all(void)
{
	probe__everything();
	return 0;
}

static void test_without_bpf(void)
{
	const struct fault faults[] = { { SYS_bpf, ANY_ARG, 0, ENOSYS } };

	CHECK(in_child(faults, 1, probe_all) == 0);
}

void test_old_kernel(void)
{
	test_reseeding();
	test_without_links();
	test_without_file_systems();
	test_without_bpf();
}
