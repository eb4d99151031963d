// SPDX-License-Identifier: Apache-2.0
// A key with four bytes of padding that were never written.
// Kernels before 6.3 refuse it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct padded {
	__u32 number;
	__u64 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct padded);
	__type(value, __u64);
} counters SEC(".maps");

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	struct padded key;

	key.number = 1;
	key.id = 2;
	return bpf_map_lookup_elem(&counters, &key) != 0; /* here */
}
