// SPDX-License-Identifier: Apache-2.0
// Dynamic pointers as verifiers take them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} buffers SEC(".maps");

SEC("raw_tp/sys_enter")
int keeps_view(void *ctx)
{
	struct bpf_dynptr view;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* reserved */
	bpf_ringbuf_discard_dynptr(&view, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int empty_view(void *ctx)
{
	struct bpf_dynptr view;
	__u64 value = 1;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* made */
	bpf_dynptr_write(&view, 0, &value, sizeof(value), 0);
	bpf_ringbuf_submit_dynptr(&view, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int stack_view(void *ctx)
{
	struct bpf_dynptr view;
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&buffers, &key);

	if (value)
		bpf_dynptr_from_mem(value, 16, 0, &view); /* viewed */
	return 0;
}

SEC("raw_tp/sys_enter")
int makes_twice(void *ctx)
{
	struct bpf_dynptr view, other;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* made_first */
	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &other);
	bpf_ringbuf_discard_dynptr(&view, 0);
	bpf_ringbuf_discard_dynptr(&other, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int submits_memory(void *ctx)
{
	struct bpf_dynptr view;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* from_memory */
	bpf_ringbuf_submit_dynptr(&view, 0);
	return 0;
}
