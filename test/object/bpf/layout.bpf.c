// SPDX-License-Identifier: Apache-2.0
// Programs and functions in every arrangement that decides where an instruction ends up: several programs in one section,
// static and global functions, functions that are reached twice, a callback, a loop, a handler of exceptions.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define NOINLINE __attribute__((noinline))

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 1);
		__type(key, __u32);
		__type(value, __u64);
	});
} outer_map SEC(".maps");

struct guarded {
	struct bpf_spin_lock lock;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct guarded);
} locked SEC(".maps");

const volatile int setting = 3;
int counter;

static NOINLINE int deepest(int a)
{
	counter += a;
	return a * 3;
}

static NOINLINE int middle(int a)
{
	return deepest(a + 1) + 2;
}

NOINLINE int shared(int a)
{
	return middle(a) + deepest(a);
}

static long each(__u32 index, void *context)
{
	*(int *)context += index;
	return 0;
}

NOINLINE int handler(__u64 cookie)
{
	return cookie != 0;
}

SEC("tp_btf/sys_enter")
int late(void *ctx)
{
	return deepest(1) + shared(2);
}

SEC("socket")
int first(void *ctx)
{
	int sum = setting;

	for (int i = 0; i < bpf_get_prandom_u32() % 100; i++)
		sum += shared(i);
	return sum;
}

SEC("socket")
int second(void *ctx)
{
	int sum = 0;
	__u32 key = 0;

	bpf_loop(setting, each, &sum, 0);
	return sum + (bpf_map_lookup_elem(&outer_map, &key) != 0) + (bpf_map_lookup_elem(&locked, &key) != 0);
}

SEC("?xdp.frags")
int optional(void *ctx)
{
	return middle(5);
}

SEC("syscall")
__attribute__((btf_decl_tag("exception_callback:handler")))
int throws(void *ctx)
{
	return shared(7);
}

char LICENSE[] SEC("license") = "GPL";
