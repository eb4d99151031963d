/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/similar-members.h"

#include "test.h"

static struct btf *kernel, *object;
static int kernel_task, object_task;

/* struct task { u32 __state, flags; struct node *__parent, *first; union { u64 key; struct disk *disk; }; struct stat stats[2]; ... struct link link; struct info info; } */
static void build_kernel(void)
{
	int word, wide, node, disk, either, stat, link, info;

	kernel = btf__new_empty();
	word = btf__add_typedef(kernel, "u32", btf__add_int(kernel, "unsigned int", 4, 0));
	wide = btf__add_int(kernel, "u64", 8, 0);
	node = btf__add_ptr(kernel, btf__add_fwd(kernel, "node", BTF_FWD_STRUCT));
	disk = btf__add_ptr(kernel, btf__add_const(kernel, btf__add_struct(kernel, "disk", 8)));
	either = btf__add_union(kernel, NULL, 8);
	btf__add_field(kernel, "key", wide, 0, 0);
	btf__add_field(kernel, "disk", disk, 0, 0);
	stat = btf__add_struct(kernel, "stat", 8);
	btf__add_field(kernel, "counter", word, 0, 0);
	stat = btf__add_array(kernel, word, stat, 2);
	link = btf__add_struct(kernel, "link", 8);
	btf__add_field(kernel, "next", wide, 0, 0);
	info = btf__add_struct(kernel, "info", 8);
	btf__add_field(kernel, "cpu", word, 0, 0);
	kernel_task = btf__add_struct(kernel, "task", 80);
	btf__add_field(kernel, "__state", word, 0, 0);
	btf__add_field(kernel, "flags", word, 32, 0);
	btf__add_field(kernel, "__parent", node, 64, 0);
	btf__add_field(kernel, "first", node, 128, 0);
	btf__add_field(kernel, NULL, either, 192, 0);
	btf__add_field(kernel, "stats", stat, 256, 0);
	btf__add_field(kernel, "queued", word, 416, 0);
	btf__add_field(kernel, "tail", wide, 448, 0);
	btf__add_field(kernel, "link", link, 512, 0);
	btf__add_field(kernel, "info", info, 576, 0);
}

/* struct task___old { u32 state, flags; struct node *parent, *first; struct disk *rq_volume; struct stat stats[2]; u32 lost; ...
   union { struct link link; u64 key; u32 tail; } d; u32 cpu; } */
static void build_object(void)
{
	int word, wide, node, disk, stat, link, d;

	object = btf__new_empty();
	word = btf__add_int(object, "unsigned int", 4, 0);
	wide = btf__add_int(object, "u64", 8, 0);
	node = btf__add_ptr(object, btf__add_struct(object, "node", 8));
	disk = btf__add_ptr(object, btf__add_fwd(object, "disk___old", BTF_FWD_STRUCT));
	stat = btf__add_struct(object, "stat", 8);
	btf__add_field(object, "count", word, 0, 0);
	stat = btf__add_array(object, word, stat, 2);
	link = btf__add_struct(object, "link", 8);
	btf__add_field(object, "next", wide, 0, 0);
	d = btf__add_union(object, NULL, 8);
	btf__add_field(object, "link", link, 0, 0);
	btf__add_field(object, "key", wide, 0, 0);
	btf__add_field(object, "tail", word, 0, 0);
	object_task = btf__add_struct(object, "task___old", 80);
	btf__add_field(object, "state", word, 0, 0);
	btf__add_field(object, "flags", word, 32, 0);
	btf__add_field(object, "parent", node, 64, 0);
	btf__add_field(object, "first", node, 128, 0);
	btf__add_field(object, "volume", disk, 192, 0);
	btf__add_field(object, "stats", stat, 256, 0);
	btf__add_field(object, "lost", word, 384, 0);
	btf__add_field(object, "busy", word, 416, 0);
	btf__add_field(object, "tail", wide, 448, 0);
	btf__add_field(object, "d", d, 512, 0);
	btf__add_field(object, "cpu", word, 576, 0);
}

static const char *first_of(const char *steps)
{
	static struct similar_list similar;
	struct member_path path = { object, (uint32_t)object_task, steps };

	similar.count = 0;
	similar_members__find(&similar, &path, kernel, (uint32_t)kernel_task);
	return similar.count ? similar.best[0].name : "";
}

void test_similar_members(void)
{
	build_kernel();
	build_object();
	CHECK(!strcmp(first_of("0:0"), "__state (u32)"));
	/* `first` is a member of the object's structure as well, and was not renamed. */
	CHECK(!strcmp(first_of("0:2"), "__parent (struct node *)"));
	/* Nothing else is of that type, so that the name does not matter; it stands in a union without a name. */
	CHECK(!strcmp(first_of("0:4"), "disk (struct disk *)"));
	/* Within the element of an array. */
	CHECK(!strcmp(first_of("0:5:1:0"), "counter (u32)"));
	CHECK(!strcmp(first_of("0:6"), ""));
	/* Its name says nothing; it stands where the missing one stood, in front of the same member. */
	CHECK(!strcmp(first_of("0:7"), "queued (u32)"));
	/* The union around it went away, one of the kernel's came. Another type is another member. */
	CHECK(!strcmp(first_of("0:9:0"), "link (struct link)") && !strcmp(first_of("0:9:0:0"), "link (struct link)"));
	CHECK(!strcmp(first_of("0:9:1"), "key (u64)") && strcmp(first_of("0:9:2"), "tail (u64)"));
	CHECK(!strcmp(first_of("0:10"), "info.cpu (u32)"));
	/* It is there, or no path at all. */
	CHECK(!strcmp(first_of("0:1"), "") && !strcmp(first_of("0"), "") && !strcmp(first_of("0:99"), ""));
	CHECK(!strcmp(first_of("0:1:7"), "") && !strcmp(first_of(""), ""));
	btf__free(kernel);
	btf__free(object);
}
