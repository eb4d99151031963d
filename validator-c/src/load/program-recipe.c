/* SPDX-License-Identifier: Apache-2.0 */
#include "load/program-recipe.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/real-syscall.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define TYPE_NETFILTER 32
#define ATTACH_TYPE_NETFILTER 45

/* Some attach types only take programs that return 1. */
#define VALUES_TO_RETURN 2

static const struct {
	uint32_t type;
	uint32_t attach_type;
} attach_types[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP },
	{ BPF_PROG_TYPE_LIRC_MODE2, BPF_LIRC_MODE2 },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC },
	{ TYPE_NETFILTER, ATTACH_TYPE_NETFILTER },
};

uint32_t program_recipe__attach_type(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(attach_types) / sizeof(attach_types[0]); i++)
		if (attach_types[i].type == type)
			return attach_types[i].attach_type;
	return 0;
}

static bool fill_function(const struct btf *btf, const char *name, union bpf_attr *attr)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	attr->attach_btf_id = id > 0 ? (uint32_t)id : 0;
	return id > 0;
}

/* A program for one of the functions in the oldest kind of struct_ops. */
static bool fill_struct_ops(const struct btf *btf, union bpf_attr *attr)
{
	int id = btf__find_by_name_kind(btf, "tcp_congestion_ops", BTF_KIND_STRUCT), i;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_member *member;
	const char *name;

	for (i = 0; type && i < btf_vlen(type); i++) {
		member = btf_members(type) + i;
		name = btf__name_by_offset(btf, member->name_off);
		if (!name || strcmp(name, "ssthresh"))
			continue;
		attr->attach_btf_id = (uint32_t)id;
		attr->expected_attach_type = (uint32_t)i;
		return true;
	}
	return false;
}

static bool fill_from_btf(uint32_t type, const struct btf *btf, union bpf_attr *attr)
{
	if (type == BPF_PROG_TYPE_TRACING)
		return fill_function(btf, "bpf_fentry_test1", attr);
	if (type == BPF_PROG_TYPE_LSM)
		return fill_function(btf, "bpf_lsm_file_open", attr);
	return fill_struct_ops(btf, attr);
}

bool program_recipe__fill(uint32_t type, union bpf_attr *attr)
{
	struct btf *btf;
	bool filled;

	attr->prog_type = type;
	attr->expected_attach_type = program_recipe__attach_type(type);
	if (type == BPF_PROG_TYPE_EXT)
		return false;
	if (type != BPF_PROG_TYPE_TRACING && type != BPF_PROG_TYPE_LSM && type != BPF_PROG_TYPE_STRUCT_OPS)
		return true;
	btf = btf__load_vmlinux_btf();
	if (libbpf_get_error(btf))
		return false;
	filled = fill_from_btf(type, btf, attr);
	btf__free(btf);
	return filled;
}

static int load_returning(union bpf_attr *attr, long size, int value)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = value },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	long fd;

	attr->insns = (uint64_t)(uintptr_t)insns;
	attr->insn_cnt = sizeof(insns) / sizeof(insns[0]);
	fd = real_bpf(BPF_PROG_LOAD, attr, size);
	if (fd < 0)
		return -errno;
	close((int)fd);
	return 0;
}

int program_recipe__load(union bpf_attr *attr, long size)
{
	int err = -EINVAL, value;

	for (value = 0; value < VALUES_TO_RETURN && err == -EINVAL; value++)
		err = load_returning(attr, size, value);
	return err;
}

int program_recipe__try(uint32_t type)
{
	union bpf_attr attr = { .license = (uint64_t)(uintptr_t)"GPL" };

	return program_recipe__fill(type, &attr) ? program_recipe__load(&attr, sizeof(attr)) : -ENODATA;
}
