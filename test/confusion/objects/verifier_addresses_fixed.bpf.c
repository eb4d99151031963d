// SPDX-License-Identifier: Apache-2.0
// Pointers as verifiers take them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	char comm[16];
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, char[16]);
	__type(value, __u64);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[8]);
} buckets SEC(".maps");

__u64 offset;
__u64 seen;

SEC("xdp")
int adds_unbounded(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *at = data + (offset & 0x3ff);

	if (at + 1 > (__u8 *)data_end)
		return XDP_PASS;
	return *at ? XDP_PASS : XDP_DROP;
}

SEC("raw_tp/sys_enter")
int adds_unchecked(void *ctx)
{
	__u32 key = 0;
	__u64 index = bpf_get_prandom_u32() & 7;
	__u64 *bucket = bpf_map_lookup_elem(&buckets, &key);

	if (!bucket)
		return 0;
	bucket += index;
	*bucket = 1;
	return 0;
}

SEC("tp_btf/sched_switch")
int looks_up_name(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];
	char name[16] = {};
	__u64 *count;

	bpf_probe_read_kernel(name, sizeof(name), task->comm);
	count = bpf_map_lookup_elem(&names, name);

	if (count)
		*count += 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int past_record(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 24, 0);

	if (!record)
		return 0;
	record[2] = 1;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("xdp")
int rounds_down(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *at;

	at = data + (offset & 0x38);
	if (at + 1 > (__u8 *)data_end)
		return XDP_PASS;
	return *at ? XDP_PASS : XDP_DROP;
}

static __attribute__((noinline)) void fill_place(__u64 *place, int fill)
{
	place[0] = fill;
	place[1] = fill;
}

SEC("raw_tp/sys_enter")
int keeps_frame(void *ctx)
{
	__u64 place[2] = {};

	fill_place(place, bpf_get_prandom_u32());
	seen += place[0];
	return 0;
}

SEC("tc")
int counts_in_packet(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	__u32 *word = data;

	if ((void *)(word + 1) > data_end)
		return 0;
	*word += 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int wide_stack_index(void *ctx)
{
	char text[16] = {};
	__u32 index = bpf_get_prandom_u32() & 15;
	volatile char *place = text;

	barrier_var(place);
	seen += place[index];
	return 0;
}

SEC("tracepoint/sched/sched_switch")
int reads_common(__u64 *ctx)
{
	seen += ctx[1];
	return 0;
}

SEC("xdp")
int reads_old_way(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *at = (void *)(long)ctx->data;

	if (at + 13 > (__u8 *)data_end)
		return XDP_PASS;
	return at[12] ? XDP_PASS : XDP_DROP;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64[4]);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} jumps SEC(".maps");

__u64 sum;

SEC("xdp")
int moves_end(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *end = (void *)(long)ctx->data_end;

	data += 4;
	barrier_var(data);
	return data < end ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int adds_pointers(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	sum = (long)slot;
	sum = *(volatile __u64 *)&sum + *slot;
	return 0;
}

SEC("tc")
int merges(struct __sk_buff *skb)
{
	__u32 key = skb->len & 3;
	__u64 *slot = bpf_map_lookup_elem(&slots, &key);
	__u32 number;

	if (!slot)
		return 0;
	if (key == 2) {
		number = *(__u32 *)slot;
		barrier_var(number);
	} else {
		number = skb->len;
	}
	return number;
}

SEC("tc")
int moves_map(struct __sk_buff *skb)
{
	__u32 key = 0;

	return skb->len & 8 ? bpf_map_lookup_elem(&slots, &key) != 0 : 0;
}

SEC("tc")
int sends_packet(struct __sk_buff *skb)
{
	return bpf_perf_event_output(skb, &samples, BPF_F_CURRENT_CPU | (__u64)32 << 32, &sum, sizeof(sum));
}

SEC("tc")
int reads_mark(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : 0;
	return sk ? sk->mark : 0;
}

SEC("tc")
int releases_lent(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);

	if (sk)
		bpf_sk_release(sk);
	return 0;
}

static __always_inline void jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 1);
}

SEC("tc")
int jumps_away(struct __sk_buff *skb)
{
	jump(skb);
	return sum;
}

static __attribute__((noinline)) void load(struct __sk_buff *skb)
{
	__u8 byte = 0;

	bpf_skb_load_bytes(skb, 12, &byte, sizeof(byte));
	sum = byte;
}

SEC("tc")
int loads_old(struct __sk_buff *skb)
{
	load(skb);
	return sum;
}

SEC("tc")
int shifts_out(struct __sk_buff *skb)
{
	__u64 number = skb->len;

	asm volatile("%0 <<= 63" : "+r"(number));
	return number;
}
