// SPDX-License-Identifier: Apache-2.0
// The value is read where there is one, and the argument as what it is.
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

	if (event)
		started = event->started;
	return 0;
}

struct linux_binprm {
	const char *filename;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exec")
int runs(__u64 *ctx)
{
	const struct linux_binprm *binprm = (const void *)ctx[2];
	char path = 0;

	bpf_probe_read_kernel(&path, sizeof(path), binprm->filename);
	first = path;
	return 0;
}
