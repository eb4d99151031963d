// SPDX-License-Identifier: Apache-2.0
// A USDT program without the header that brings the maps for it, and sections that libbpf cannot take apart.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("usdt//proc/self/exe:libc:setjmp")
int no_maps(void *ctx)
{
	return 0;
}

SEC("uretprobe//proc/self/exe:main+4")
int with_offset(void *ctx)
{
	return 0;
}

SEC("usdt//proc/self/exe:libc")
int no_name(void *ctx)
{
	return 0;
}
