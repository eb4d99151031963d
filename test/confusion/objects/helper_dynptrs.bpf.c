// SPDX-License-Identifier: Apache-2.0
// Dynamic pointers in ways that verifiers reject.
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
	__type(value, __u64);
} buffers SEC(".maps");

SEC("raw_tp/sys_enter")
int keeps_view(void *ctx)
{
	struct bpf_dynptr view;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* reserved */
	return 0; /* keeps_view */
}

SEC("raw_tp/sys_enter")
int empty_view(void *ctx)
{
	struct bpf_dynptr view = {};
	__u64 value = 1;

	bpf_dynptr_write(&view, 0, &value, sizeof(value), 0); /* empty_view */
	return 0;
}

SEC("raw_tp/sys_enter")
int stack_view(void *ctx)
{
	struct bpf_dynptr view;
	__u64 value[2] = {};

	bpf_dynptr_from_mem(value, sizeof(value), 0, &view); /* stack_view */
	return 0;
}

SEC("raw_tp/sys_enter")
int makes_twice(void *ctx)
{
	struct bpf_dynptr view;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* made_first */
	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &view); /* makes_twice */
	bpf_ringbuf_discard_dynptr(&view, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int submits_memory(void *ctx)
{
	__u32 zero = 0;
	__u64 *buffer = bpf_map_lookup_elem(&buffers, &zero);
	struct bpf_dynptr view;

	if (!buffer)
		return 0;
	bpf_dynptr_from_mem(buffer, sizeof(*buffer), 0, &view); /* from_memory */
	bpf_ringbuf_submit_dynptr(&view, 0); /* submits_memory */
	return 0;
}
