// SPDX-License-Identifier: Apache-2.0
// A pointer of the kernel kept in a map, without the tag that says so.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct cpumask {
	unsigned long bits[1];
} __attribute__((preserve_access_index));

struct bpf_cpumask {
	struct cpumask cpumask;
} __attribute__((preserve_access_index));

struct value {
	struct bpf_cpumask *mask;
};

/* Compilers leave out what a structure holds that only values of maps point to, and kernel functions want it. */
struct bpf_cpumask whole;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct value);
	__uint(max_entries, 1);
} masks SEC(".maps");

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_set_cpu(unsigned int cpu, struct bpf_cpumask *cpumask) __ksym;

SEC("tp_btf/task_newtask")
int keeps(void *ctx)
{
	__u32 zero = 0;
	struct value *value = bpf_map_lookup_elem(&masks, &zero);
	struct bpf_cpumask *mask;

	if (!value)
		return 0;
	mask = bpf_cpumask_create();
	if (!mask)
		return 0;
	mask = bpf_kptr_xchg(&value->mask, mask); /* keeps */
	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}

SEC("tp_btf/task_newtask")
int uses(void *ctx)
{
	__u32 zero = 0;
	struct value *value = bpf_map_lookup_elem(&masks, &zero);

	if (value && value->mask)
		bpf_cpumask_set_cpu(0, value->mask); /* uses */
	return 0;
}
