// SPDX-License-Identifier: Apache-2.0
// Accesses that are wider than what is left of their memory, or than the field that they begin at.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define RECORD 512
#define PART 128

struct record {
	__u32 used;
	char text[RECORD];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} records SEC(".maps");

struct key {
	__u32 remote;
	__u32 local;
};

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 16);
	__uint(key_size, sizeof(struct key));
	__uint(value_size, sizeof(int));
} sockets SEC(".maps");

struct words {
	unsigned long long common;
	long number;
	const char *file;
	const char *const *words;
};

SEC("tracepoint/syscalls/sys_enter_execve")
int joins_words(struct words *ctx)
{
	__u32 zero = 0, at = 0;
	struct record *record = bpf_map_lookup_elem(&records, &zero);
	int i;

	if (!record)
		return 0;
	for (i = 0; i < 8; i++) {
		const char *word;
		long length;

		if (bpf_probe_read_user(&word, sizeof(word), &ctx->words[i]) || !word)
			break;
		if (at + PART >= RECORD)
			break;
		length = bpf_probe_read_user_str(&record->text[at & (RECORD - 1)], PART, word); /* joins_words */
		if (length <= 0)
			break;
		at += length;
	}
	record->used = at;
	return 0;
}

SEC("sockops")
int keeps_socket(struct bpf_sock_ops *ctx)
{
	struct key key;

	__u64 both = *(volatile __u64 *)&ctx->remote_ip4; /* keeps_socket */

	key.remote = both;
	key.local = both >> 32;
	if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		bpf_sock_hash_update(ctx, &sockets, &key, BPF_NOEXIST);
	return 0;
}
