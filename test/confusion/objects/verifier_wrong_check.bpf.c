// SPDX-License-Identifier: Apache-2.0
// A check for NULL the wrong way, and an argument taken for another type.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	__u64 number;
	__u64 started;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct event);
} begun SEC(".maps");

__u64 started;
int first;

SEC("kretprobe/ksys_read")
int ends(void *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct event *event = bpf_map_lookup_elem(&begun, &thread);

	if (event == 0)
		started = event->started; /* ends */
	return 0;
}

SEC("tp_btf/sched_process_exec")
int runs(__u64 *ctx)
{
	const char *path = (const char *)ctx[2];

	first = path[0]; /* runs */
	return 0;
}
