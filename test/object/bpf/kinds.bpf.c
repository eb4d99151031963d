// SPDX-License-Identifier: Apache-2.0
// What a program can ask of a kernel: externs of all kinds, CO-RE accesses, guards; and what it may leave to its loader.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct mm_struct {
	int map_count;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	struct mm_struct *mm;
	struct {
		int inside;
	};
	char comm[16];
} __attribute__((preserve_access_index));

enum kinds { KIND_ONE, KIND_TWO };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
} unsized SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(max_entries, 16);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} of_anything SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

extern int CONFIG_HZ __kconfig __weak;
extern const int runqueues __ksym;
extern const void init_task __ksym __weak;
extern int some_kfunc(int) __ksym __weak;

SEC("tp_btf/sched_switch")
int guarded(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int sum = BPF_CORE_READ(task, mm, map_count) + BPF_CORE_READ(task, inside);

	if (bpf_core_field_exists(task->comm))
		sum += task->comm[3];
	if (bpf_core_enum_value_exists(enum kinds, KIND_TWO))
		sum += bpf_ktime_get_tai_ns();
	if (some_kfunc)
		sum += some_kfunc(CONFIG_HZ);
	return sum + (&init_task != 0) + *(const int *)bpf_this_cpu_ptr(&runqueues);
}

SEC("kprobe.multi/tcp_*")
int many(void *ctx)
{
	return 0;
}

SEC("fentry/dummy_function")
int placeholder(void *ctx)
{
	return 0;
}

SEC("classifier/ingress")
int foreign(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
