// SPDX-License-Identifier: Apache-2.0
// Two LSM hooks call through one program array; kernels from 6.1.192 on tie it to one attach function.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int on_unlink(void *ctx);

/* libbpf fills the first slot once all programs are loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(void *));
} checks SEC(".maps") = {
	.values = { [0] = (void *)&on_unlink },
};

SEC("lsm/inode_unlink")
int on_unlink(void *ctx)
{
	bpf_tail_call(ctx, &checks, 0);
	return 0;
}

SEC("lsm/inode_symlink")
int on_symlink(void *ctx)
{
	bpf_tail_call(ctx, &checks, 1); /* here */
	return 0;
}
