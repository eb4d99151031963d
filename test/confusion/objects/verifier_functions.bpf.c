// SPDX-License-Identifier: Apache-2.0
// Functions of their own, which are looked at without their callers.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	__u64 first, second;
};

__u64 seen;

__attribute__((noinline)) int sums(struct pair *pair)
{
	seen += pair->first; /* adds */
	return 0;
}

SEC("raw_tp/sys_enter")
int adds(void *ctx)
{
	struct pair pair = { bpf_get_prandom_u32(), 1 };

	return sums(&pair);
}

__attribute__((noinline)) int first_of(struct pair *pair)
{
	if (pair) /* first_of */
		seen += pair->second;
	return 0;
}

SEC("raw_tp/sys_enter")
int gives_less(void *ctx)
{
	__u64 half = bpf_get_prandom_u32();

	return first_of((void *)&half); /* gives_less */
}
