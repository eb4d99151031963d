// SPDX-License-Identifier: Apache-2.0
// A helper for GPL programs in an object that has no license section.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	__u64 word;

	return bpf_probe_read_kernel(&word, sizeof(word), ctx); /* here */
}
