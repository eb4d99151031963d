// SPDX-License-Identifier: Apache-2.0
// Maps that programs which may sleep cannot use on every kernel.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, __u64);
} jobs SEC(".maps");

SEC("lsm.s/file_open")
int counts(void *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&scratch, &key);

	if (count)
		*count += 1;
	return 0;
}

SEC("lsm.s/file_open")
int queues(void *ctx)
{
	__u64 job = 1;

	bpf_map_push_elem(&jobs, &job, 0);
	return 0;
}
