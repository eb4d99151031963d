// SPDX-License-Identifier: Apache-2.0
// Functions that are looked at together with their callers.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	__u64 first, second;
};

__u64 seen;

static __attribute__((noinline)) int sums(struct pair *pair)
{
	seen += pair->first;
	return 0;
}

SEC("raw_tp/sys_enter")
int adds(void *ctx)
{
	struct pair pair = { bpf_get_prandom_u32(), 1 };

	return sums(&pair);
}

static __attribute__((noinline)) int first_of(struct pair *pair)
{
	if (pair)
		seen += pair->second;
	return 0;
}

SEC("raw_tp/sys_enter")
int gives_less(void *ctx)
{
	struct pair pair = { bpf_get_prandom_u32(), 1 };

	return first_of(&pair);
}
