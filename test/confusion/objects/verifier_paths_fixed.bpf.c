// SPDX-License-Identifier: Apache-2.0
// What verifier_paths does, as the remedies say.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct histogram {
	__u32 slots[26];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct histogram);
} histograms SEC(".maps");

__u64 seen;

SEC("tc")
int not_set(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u8 *byte = 0;

	if (skb->mark)
		byte = data;
	if (!byte || (void *)(byte + 1) > end)
		return 0;
	seen = *byte;
	return 0;
}

SEC("raw_tp/sched_switch")
int counts(void *ctx)
{
	__u64 time = bpf_ktime_get_ns();
	__u32 zero = 0, slot = 0;
	struct histogram *histogram = bpf_map_lookup_elem(&histograms, &zero);

	if (!histogram)
		return 0;
	for (int i = 0; i < 40; i++) {
		if (!(time >>= 1))
			break;
		slot++;
	}
	slot &= 31;
	if (slot < 26)
		__sync_fetch_and_add(&histogram->slots[slot], 1);
	return 0;
}
