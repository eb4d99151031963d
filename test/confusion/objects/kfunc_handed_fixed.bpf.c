// SPDX-License-Identifier: Apache-2.0
// As kfunc_handed: each gets what it takes.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

struct file {
	unsigned int f_flags;
} __attribute__((preserve_access_index));

struct cpumask {
	unsigned long bits[1];
} __attribute__((preserve_access_index));

struct bpf_cpumask {
	struct cpumask cpumask;
} __attribute__((preserve_access_index));

struct bpf_wq {
	__u64 opaque[2];
} __attribute__((aligned(8)));

struct job {
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps");

extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern int bpf_get_file_xattr(struct file *file, const char *name, struct bpf_dynptr *value) __ksym;
extern int bpf_wq_init(struct bpf_wq *work, void *map, unsigned int flags) __ksym;
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;
extern _Bool bpf_cpumask_and(struct bpf_cpumask *result, const struct cpumask *one, const struct cpumask *other) __ksym;

char space[32];
unsigned long own_mask[4];
const char attribute[] = "user.note";

SEC("tp_btf/sched_switch")
int gives_back(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1); /* first */

	if (task)
		bpf_task_release(task); /* gives_back */
	return 0;
}

SEC("lsm.s/file_open")
int reads_note(__u64 *ctx)
{
	struct file *file = (void *)ctx[0];
	struct bpf_dynptr value;

	bpf_dynptr_from_mem(space, sizeof(space), 0, &value);
	bpf_get_file_xattr(file, attribute, &value); /* reads_note */
	return 0;
}

SEC("tc")
int queues(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct job *job = bpf_map_lookup_elem(&jobs, &zero);

	if (job)
		bpf_wq_init(&job->work, &jobs, 0); /* queues */
	return 0;
}

SEC("tp_btf/sched_switch")
int joins(void *ctx)
{
	struct bpf_cpumask *mask = bpf_cpumask_create(); /* second */
	struct bpf_cpumask *other = bpf_cpumask_create();

	if (mask && other)
		bpf_cpumask_and(mask, &mask->cpumask, &other->cpumask);
	if (other)
		bpf_cpumask_release(other);
	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}
