// SPDX-License-Identifier: Apache-2.0
// Pointers in ways that verifiers reject.
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
	__u8 *at = data + offset; /* adds_unbounded */

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

	bucket += index; /* adds_unchecked */
	barrier_var(bucket);
	if (!bucket)
		return 0;
	*bucket = 1;
	return 0;
}

SEC("tp_btf/sched_switch")
int looks_up_name(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];
	__u64 *count = bpf_map_lookup_elem(&names, task->comm); /* looks_up_name */

	if (count)
		*count += 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int past_record(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 16, 0);

	if (!record)
		return 0;
	record[2] = 1; /* past_record */
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("xdp")
int rounds_down(struct xdp_md *ctx)
{
	__u64 data = ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *at;

	data &= ~7ULL; /* rounds_down */
	barrier_var(data);
	at = (void *)data;
	if (at + 1 > (__u8 *)data_end)
		return XDP_PASS;
	return *at ? XDP_PASS : XDP_DROP;
}

static __attribute__((noinline)) __u64 *local_place(int fill)
{
	__u64 place[2];
	__u64 *kept = place;

	place[0] = fill;
	place[1] = fill;
	barrier_var(kept);
	return kept; /* keeps_frame */
}

SEC("raw_tp/sys_enter")
int keeps_frame(void *ctx)
{
	__u64 *place = local_place(bpf_get_prandom_u32());

	seen += *place;
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
	__sync_fetch_and_add(word, 1); /* counts_in_packet */
	return 0;
}

SEC("raw_tp/sys_enter")
int wide_stack_index(void *ctx)
{
	char text[16] = {};
	__u32 index = bpf_get_prandom_u32() & 31;
	volatile char *place = text;

	barrier_var(place);
	seen += place[index]; /* wide_stack_index */
	return 0;
}

SEC("tracepoint/sched/sched_switch")
int reads_common(__u64 *ctx)
{
	seen += ctx[0]; /* reads_common */
	return 0;
}

SEC("xdp")
int reads_old_way(struct xdp_md *ctx)
{
	__u64 word;

	asm volatile("r6 = %1\n" /* reads_old_way */
		     "r0 = *(u8 *)skb[12]\n"
		     "%0 = r0\n"
		     : "=r"(word)
		     : "r"(ctx)
		     : "r0", "r1", "r2", "r3", "r4", "r5", "r6");
	return word ? XDP_PASS : XDP_DROP;
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

	end -= 4; /* moves_end */
	barrier_var(end);
	return data < end ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int adds_pointers(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *slot = bpf_map_lookup_elem(&slots, &key);

	if (slot)
		sum = (long)slot + (long)skb; /* adds_pointers */
	return 0;
}

SEC("tc")
int merges(struct __sk_buff *skb)
{
	__u32 key = skb->len & 3;
	__u64 *slot = bpf_map_lookup_elem(&slots, &key);
	void *from = skb;

	if (!slot)
		return 0;
	if (key == 2)
		from = slot;
	barrier_var(from);
	return *(__u32 *)from; /* merges */
}

SEC("tc")
int moves_map(struct __sk_buff *skb)
{
	__u32 key = 0;
	void *map = &slots;

	map += skb->len & 8; /* moves_map */
	return bpf_map_lookup_elem(map, &key) != 0;
}

SEC("tc")
int sends_packet(struct __sk_buff *skb)
{
	char *data = (void *)(long)skb->data;

	if (data + 32 > (char *)(long)skb->data_end)
		return 0;
	return bpf_perf_event_output(skb, &samples, BPF_F_CURRENT_CPU, data, 32); /* sends_packet */
}

SEC("tc")
int reads_mark(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	return sk ? sk->mark : 0; /* reads_mark */
}

SEC("tc")
int releases_lent(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (sk)
		bpf_sk_release(sk); /* releases_lent */
	return 0;
}

static __attribute__((noinline)) void jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 1);
}

SEC("tc")
int jumps_away(struct __sk_buff *skb)
{
	jump(skb); /* jumps_away */
	return sum;
}

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");

static __attribute__((noinline)) void load(struct __sk_buff *skb)
{
	sum = load_byte(skb, 12);
}

SEC("tc")
int loads_old(struct __sk_buff *skb)
{
	load(skb); /* loads_old */
	return sum;
}

SEC("tc")
int shifts_out(struct __sk_buff *skb)
{
	__u64 number = skb->len;

	asm volatile("%0 <<= 64" : "+r"(number)); /* shifts_out */
	return number;
}
