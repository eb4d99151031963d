// SPDX-License-Identifier: Apache-2.0
// The same programs as their findings say that they should be.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[8]);
} buckets SEC(".maps");

struct counted {
	struct bpf_spin_lock lock;
	__u64 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counted);
} counters SEC(".maps");

__u64 seen;

SEC("raw_tp/sys_enter")
int sized_record(void *ctx)
{
	void *record = bpf_ringbuf_reserve(&records, 128, 0);

	if (record)
		bpf_ringbuf_discard(record, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int sent_record(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 64, 0);

	if (!record)
		return 0;
	*record = 1;
	seen += *record;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int sent_twice(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 64, 0);

	if (!record)
		return 0;
	*record = 1;
	if (seen)
		bpf_ringbuf_submit(record, 0);
	else
		bpf_ringbuf_discard(record, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int short_buffer(void *ctx)
{
	char name[16] = {};

	bpf_get_current_comm(name, sizeof(name));
	seen += name[0];
	return 0;
}

SEC("raw_tp/sys_enter")
int wide_index(void *ctx)
{
	__u32 key = 0;
	__u64 *values = bpf_map_lookup_elem(&buckets, &key);

	if (values)
		seen += values[bpf_get_prandom_u32() & 7];
	return 0;
}

SEC("raw_tp/sys_enter")
int signed_length(__u64 *ctx)
{
	char text[64] = {};
	__u32 length = bpf_get_prandom_u32() & 63;

	bpf_probe_read_kernel(text, length, (void *)ctx[0]);
	seen += text[0];
	return 0;
}

SEC("tc")
int clock_in_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counted *counter = bpf_map_lookup_elem(&counters, &key);
	__u64 now = bpf_ktime_get_ns();

	if (!counter)
		return 0;
	bpf_spin_lock(&counter->lock);
	counter->last = now;
	bpf_spin_unlock(&counter->lock);
	return 0;
}

SEC("tc")
int returns_locked(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counted *counter = bpf_map_lookup_elem(&counters, &key);

	if (!counter)
		return 0;
	bpf_spin_lock(&counter->lock);
	if (!skb->len)
		counter->last = 0;
	bpf_spin_unlock(&counter->lock);
	return 0;
}

SEC("raw_tp/sys_enter")
int half_pointer(void *ctx)
{
	asm volatile("*(u64 *)(r10 - 8) = r1;"
		     "r1 = *(u64 *)(r10 - 8);"
		     ::: "r1", "memory");
	return 0;
}
