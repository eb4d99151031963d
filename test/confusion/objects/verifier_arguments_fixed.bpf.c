// SPDX-License-Identifier: Apache-2.0
// The request where the tracepoint has it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct request {
	__u32 cmd_flags;
} __attribute__((preserve_access_index));

__u64 seen;

SEC("tp_btf/block_rq_issue")
int issues(__u64 *ctx)
{
	struct request *request = (void *)ctx[0];

	seen += request->cmd_flags;
	return 0;
}
