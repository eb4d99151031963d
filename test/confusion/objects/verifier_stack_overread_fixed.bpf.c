// SPDX-License-Identifier: Apache-2.0
// The same with the member read where it is: loads everywhere.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

#define RELOCATED __attribute__((preserve_access_index))

struct ns_common {
	void *stashed;
	const void *ops;
	unsigned int inum;
} RELOCATED;

struct net {
	struct ns_common ns;
} RELOCATED;

struct nsproxy {
	struct net *net_ns;
} RELOCATED;

struct task_struct {
	struct nsproxy *nsproxy;
} RELOCATED;

unsigned int namespace;

SEC("raw_tp/sched_switch")
int probe(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	namespace = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum); /* here */
	return 0;
}
