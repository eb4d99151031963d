// SPDX-License-Identifier: Apache-2.0
// Names and texts that look like failures. Nothing fails.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} unsupported_map_type SEC(".maps");

const char invalid_func_unknown[] = "invalid func unknown#999: Operation not permitted";

SEC("raw_tp/sys_enter")
int lsm_verifier_permission_denied(void *ctx)
{
	__u32 key = 0;

	bpf_printk("BPF program is too large. Processed %d insn", invalid_func_unknown[0]);
	return bpf_map_lookup_elem(&unsupported_map_type, &key) != 0;
}
