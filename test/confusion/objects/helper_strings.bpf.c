// SPDX-License-Identifier: Apache-2.0
// Strings that helpers want as constants, on the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 seen;

SEC("raw_tp/sys_enter")
int formats(__u64 *ctx)
{
	char format[] = "%d";
	char text[16] = {};
	__u64 values[] = { ctx[1] };

	bpf_snprintf(text, sizeof(text), format, values, sizeof(values)); /* formats */
	seen += text[0];
	return 0;
}

SEC("raw_tp/sys_enter")
int compares(void *ctx)
{
	char name[16] = {}, wanted[] = "systemd";

	bpf_get_current_comm(name, sizeof(name));
	seen += bpf_strncmp(name, sizeof(wanted), wanted) == 0; /* compares */
	return 0;
}
