/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "overrides/overrides-apply.h"

/* Sizes of the structures that programs of these types get; the kernel goes by their names. */
#define XDP_MD_SIZE 24
#define SK_BUFF_SIZE 192

struct types {
	int entry;
	int function;
};

static int describe(struct btf *btf, enum bpf_prog_type type, const char *function, struct types *types)
{
	bool xdp = type == BPF_PROG_TYPE_XDP;
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int context = btf__add_struct(btf, xdp ? "xdp_md" : "__sk_buff", xdp ? XDP_MD_SIZE : SK_BUFF_SIZE);
	int pointer = btf__add_ptr(btf, context);
	int proto = btf__add_func_proto(btf, number);
	int err = btf__add_func_param(btf, "ctx", pointer);

	if (number < 0 || context < 0 || pointer < 0 || proto < 0 || err)
		return -ENOMEM;
	types->entry = btf__add_func(btf, "entry", BTF_FUNC_STATIC, proto);
	types->function = btf__add_func(btf, function, BTF_FUNC_GLOBAL, proto);
	return types->entry < 0 ? types->entry : types->function < 0 ? types->function : 0;
}

static int load_described(enum bpf_prog_type type, struct btf *btf, const struct types *types)
{
	/* entry: calls the function and returns what it returns. function: returns 2, which lets an XDP packet pass. */
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct bpf_func_info functions[] = {
		{ .insn_off = 0, .type_id = (__u32)types->entry },
		{ .insn_off = 2, .type_id = (__u32)types->function },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .func_info = functions, .func_info_cnt = 2,
		    .func_info_rec_size = sizeof(functions[0]));
	const void *raw;
	__u32 size;
	int fd;

	raw = btf__raw_data(btf, &size);
	if (!raw)
		return -ENOMEM;
	fd = bpf_btf_load(raw, size, NULL);
	if (fd < 0)
		return -errno;
	opts.prog_btf_fd = (__u32)fd;
	/* It keeps its types for as long as it lives; so does this process. */
	fd = bpf_prog_load(type, "target", "GPL", insns, sizeof(insns) / sizeof(insns[0]), &opts);
	return fd < 0 ? -errno : fd;
}

int target_program__load(enum bpf_prog_type type, const char *function)
{
	struct btf *btf = btf__new_empty();
	struct types types = {};
	int err;

	if (libbpf_get_error(btf))
		return -ENOMEM;
	err = describe(btf, type, function, &types);
	if (!err)
		err = load_described(type, btf, &types);
	btf__free(btf);
	return err;
}
