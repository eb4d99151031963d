// SPDX-License-Identifier: Apache-2.0
// A helper for GPL programs in one that is not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Proprietary";

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	__u64 word;

	return bpf_probe_read_kernel(&word, sizeof(word), ctx); /* here */
}
