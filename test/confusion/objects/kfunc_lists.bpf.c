// SPDX-License-Identifier: Apache-2.0
// A list whose lock is not held.
#include <linux/bpf.h>
#include <linux/version.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

#define __contains(type, node) __attribute__((btf_decl_tag("contains:" #type ":" #node)))

/* Older headers have none of them. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
struct bpf_list_node {
	__u64 hidden[3];
} __attribute__((aligned(8)));

struct bpf_list_head {
	__u64 hidden[2];
} __attribute__((aligned(8)));
#endif

struct element {
	struct bpf_list_node node;
	__u64 number;
};

struct list {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __contains(element, node);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct list);
} lists SEC(".maps");

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;

SEC("tc")
int adds(void *ctx)
{
	__u32 zero = 0;
	struct list *list = bpf_map_lookup_elem(&lists, &zero);
	struct element *element;

	if (!list)
		return 0;
	element = bpf_obj_new_impl(bpf_core_type_id_local(struct element), 0); /* new */
	if (!element)
		return 0;
	bpf_list_push_front_impl(&list->head, &element->node, 0, 0); /* adds */
	return 0;
}
