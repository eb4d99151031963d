// SPDX-License-Identifier: Apache-2.0
// As map_many: a program that uses 64 maps.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MAP(name) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(max_entries, 1); \
		__type(key, __u32); \
		__type(value, __u64); \
	} name SEC(".maps");
#define READ(name) \
	value = bpf_map_lookup_elem(&name, &zero); \
	if (value) \
		sum += *value;
#define EIGHT(each, n) each(m##n##0) each(m##n##1) each(m##n##2) each(m##n##3) each(m##n##4) each(m##n##5) each(m##n##6) each(m##n##7)

EIGHT(MAP, a)
EIGHT(MAP, b)
EIGHT(MAP, c)
EIGHT(MAP, d)
EIGHT(MAP, e)
EIGHT(MAP, f)
EIGHT(MAP, g)
EIGHT(MAP, h)

SEC("xdp")
int probe(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *value, sum = 0;

	EIGHT(READ, a)
	EIGHT(READ, b)
	EIGHT(READ, c)
	EIGHT(READ, d)
	EIGHT(READ, e)
	EIGHT(READ, f)
	EIGHT(READ, g)
	EIGHT(READ, h)
	return sum ? XDP_PASS : XDP_DROP;
}
