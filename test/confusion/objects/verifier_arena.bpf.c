// SPDX-License-Identifier: Apache-2.0
// Memory of an arena through pointers that say nothing of it. Compilers without address spaces leave the casts out.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

extern void *bpf_arena_alloc_pages(void *map, void *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;

__u64 seen;

/* r1 = addr_space_cast(r2, 0, 0) */
SEC("syscall")
int casts(void *ctx)
{
	void *map = &arena;
	__u64 value;

	asm volatile("r1 = %[map]; r2 = 0; .8byte 0x00000000000121bf; %[value] = r1;" /* casts */
		     : [value] "=r"(value)
		     : [map] "r"(map)
		     : "r1", "r2");
	seen = value;
	return 0;
}

SEC("syscall")
int stores(void *ctx)
{
	__u64 *page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);

	if (page)
		page[1] = 1; /* stores */
	return 0;
}

/* r1 = addr_space_cast(r1, 0, 1) */
SEC("syscall")
int names_none(void *ctx)
{
	__u64 value;

	asm volatile("r1 = 0; .8byte 0x00000001000111bf; %[value] = r1;" /* names_none */
		     : [value] "=r"(value)
		     :
		     : "r1");
	seen = value;
	return 0;
}
