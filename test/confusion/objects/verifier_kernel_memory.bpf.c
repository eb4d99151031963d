// SPDX-License-Identifier: Apache-2.0
// Kernel memory read without a helper, and seen as another type.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct sock_common {
	unsigned short skc_family;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct inet_sock {
	struct sock sk;
	__u16 inet_sport;
} __attribute__((preserve_access_index));

struct task_struct {
	unsigned int flags;
	char comm[16];
} __attribute__((preserve_access_index));

__u64 seen;

SEC("kprobe/tcp_close")
int follows(struct pt_regs *ctx)
{
	struct sock *sk = (void *)PT_REGS_PARM1(ctx);

	seen += sk->__sk_common.skc_family; /* follows */
	return 0;
}

SEC("fentry/tcp_rcv_established")
int sees_more(__u64 *ctx)
{
	struct inet_sock *inet = (void *)ctx[0];

	seen += inet->inet_sport; /* sees_more */
	return 0;
}

SEC("raw_tp/sched_switch")
int current_flags(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	seen += task->flags; /* current_flags */
	return 0;
}

SEC("uprobe")
int follows_user(struct pt_regs *ctx)
{
	int *place = (void *)PT_REGS_PARM1(ctx);

	seen += *place; /* follows_user */
	return 0;
}

SEC("tp_btf/sched_switch")
int indexes(__u64 *ctx)
{
	__u32 index = bpf_get_prandom_u32() & 15;
	char *name = ((struct task_struct *)ctx[1])->comm;

	barrier_var(index);
	seen += name[index]; /* indexes */
	return 0;
}
