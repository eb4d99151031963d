// SPDX-License-Identifier: Apache-2.0
// A global function with a pointer to a structure: upstream since 5.13.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	int first, second;
};

__attribute__((noinline)) int sum(struct pair *pair) /* here */
{
	return pair ? pair->first + pair->second : 0;
}

SEC("raw_tp/sys_enter")
int probe(void *ctx)
{
	struct pair pair = { 1, 2 };

	return sum(&pair);
}
