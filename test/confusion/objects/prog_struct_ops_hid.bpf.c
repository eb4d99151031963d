// SPDX-License-Identifier: Apache-2.0
// Drivers for input devices: upstream since 6.11; Debian builds its kernels for the cloud without.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct hid_bpf_ops {
	int hid_id;
	int (*hid_rdesc_fixup)(void *ctx);
};

SEC("struct_ops/hid_rdesc_fixup")
int fixup(void *ctx)
{
	return 0;
}

SEC(".struct_ops")
struct hid_bpf_ops mouse = { .hid_id = 1, .hid_rdesc_fixup = (void *)fixup };
