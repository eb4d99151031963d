// SPDX-License-Identifier: Apache-2.0
// Buffers, records of a ring buffer and locks in ways that verifiers refuse.
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
	__u32 more = bpf_get_prandom_u32() & 63;
	void *record = bpf_ringbuf_reserve(&records, 64 + more, 0); /* sized_record */

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
	bpf_ringbuf_submit(record, 0);
	seen += *record; /* sent_record */
	return 0;
}

SEC("raw_tp/sys_enter")
int sent_twice(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 64, 0);

	if (!record)
		return 0;
	*record = 1;
	bpf_ringbuf_submit(record, 0);
	bpf_ringbuf_discard(record, 0); /* sent_twice */
	return 0;
}

SEC("raw_tp/sys_enter")
int short_buffer(void *ctx)
{
	char name[8] = {};

	bpf_get_current_comm(name, 16); /* short_buffer */
	seen += name[0];
	return 0;
}

SEC("raw_tp/sys_enter")
int wide_index(void *ctx)
{
	__u32 key = 0;
	__u64 *values = bpf_map_lookup_elem(&buckets, &key);

	if (values)
		seen += values[bpf_get_prandom_u32() & 15]; /* wide_index */
	return 0;
}

SEC("raw_tp/sys_enter")
int signed_length(__u64 *ctx)
{
	char text[64] = {};
	int length = bpf_get_prandom_u32();

	if (length > (int)sizeof(text))
		length = sizeof(text);
	bpf_probe_read_kernel(text, length, (void *)ctx[0]); /* signed_length */
	seen += text[0];
	return 0;
}

SEC("tc")
int clock_in_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counted *counter = bpf_map_lookup_elem(&counters, &key);

	if (!counter)
		return 0;
	bpf_spin_lock(&counter->lock);
	counter->last = bpf_ktime_get_ns(); /* clock_in_lock */
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
	if (skb->len) /* returns_locked */
		return 0;
	bpf_spin_unlock(&counter->lock);
	return 0;
}

SEC("raw_tp/sys_enter")
int half_pointer(void *ctx)
{
	asm volatile("*(u64 *)(r10 - 8) = r1;" /* half_pointer */
		     "r1 = *(u32 *)(r10 - 8);"
		     ::: "r1", "memory");
	return 0;
}
