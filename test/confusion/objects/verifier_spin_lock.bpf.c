// SPDX-License-Identifier: Apache-2.0
// A lock in a tracing program: no kernel allows it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct guarded {
	struct bpf_spin_lock lock;
	int value;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guarded);
} shared SEC(".maps");

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	__u32 key = 0;
	struct guarded *guarded = bpf_map_lookup_elem(&shared, &key);

	if (!guarded)
		return 0;
	bpf_spin_lock(&guarded->lock);
	guarded->value++;
	bpf_spin_unlock(&guarded->lock);
	return 0;
}
