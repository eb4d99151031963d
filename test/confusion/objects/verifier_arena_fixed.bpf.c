// SPDX-License-Identifier: Apache-2.0
// The casts that a compiler with address spaces makes: from the address space of the arena to that of the kernel.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

extern void *bpf_arena_alloc_pages(void *map, void *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;

/* r1 = addr_space_cast(r2, 0, 1) */
SEC("syscall")
int stores(void *ctx)
{
	void *page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);

	if (page)
		asm volatile("r2 = %[page]; .8byte 0x00000001000121bf; *(u64 *)(r1 + 8) = r2;"
			     :
			     : [page] "r"(page)
			     : "r1", "r2", "memory");
	return 0;
}

/* r1 = addr_space_cast(r1, 0, 1) */
SEC("syscall")
int names_none(void *ctx)
{
	void *map = &arena;

	asm volatile("r1 = 0; .8byte 0x00000001000111bf;" : : "r"(map) : "r1");
	return 0;
}
