/* SPDX-License-Identifier: Apache-2.0 */
#include "load/alters.h"

#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "load/context-writes.h"
#include "output/text.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define HELPER_TAIL_CALL 12
#define HELPER_PROBE_WRITE_USER 36
#define HELPER_OVERRIDE_RETURN 58
#define HELPER_SEND_SIGNAL 109
#define HELPER_SEND_SIGNAL_THREAD 117
#define HELPER_SYS_BPF 166
#define HELPER_SYS_CLOSE 168
#define TYPE_RAW_TRACEPOINT_WRITABLE 24
#define ATTACH_TYPE_MODIFY_RETURN 26

#define CALL (BPF_JMP | BPF_CALL)

enum {
	PROBE_WRITE_USER,
	OVERRIDE_RETURN,
	SYS_BPF,
	FMOD_RET,
	RAW_TP_WRITABLE,
	WRITES_CONTEXT,
	TAIL_CALL,
	STRUCT_OPS,
	LSM,
	WAYS,
};

static const char *const names[WAYS] = {
	"bpf_probe_write_user", "bpf_override_return", "bpf_sys_bpf", "fmod_ret", "raw_tp.w",
	"uprobe_write_ctx",	"bpf_tail_call",       "struct_ops",  "lsm",
};

static uint32_t way_of_helper(int32_t helper)
{
	switch (helper) {
	case HELPER_PROBE_WRITE_USER:
		return 1U << PROBE_WRITE_USER;
	case HELPER_OVERRIDE_RETURN:
		return 1U << OVERRIDE_RETURN;
	case HELPER_SYS_BPF:
		return 1U << SYS_BPF;
	case HELPER_TAIL_CALL:
		return 1U << TAIL_CALL;
	default:
		return 0;
	}
}

static bool calls_function(const struct bpf_insn *insn)
{
	return insn->code == CALL && insn->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static bool any_calls_function(const struct bpf_object *obj)
{
	struct bpf_program *prog;
	size_t i;

	bpf_object__for_each_program(prog, obj)
		for (i = 0; i < bpf_program__insn_cnt(prog); i++)
			if (calls_function(&bpf_program__insns(prog)[i]))
				return true;
	return false;
}

/*
 * Number of the kernel function that sends signals: final instructions have numbers for names, and an object may have been
 * written with them. 0 where the kernel has none, or no program calls a function.
 */
static int32_t sender_id(const struct bpf_object *obj)
{
	struct btf *kernel = any_calls_function(obj) ? btf__load_vmlinux_btf() : NULL;
	int32_t id = kernel ? btf__find_by_name_kind(kernel, "bpf_send_signal_task", BTF_KIND_FUNC) : 0;

	btf__free(kernel);
	return id > 0 ? id : 0;
}

static bool may_end_us(const struct bpf_program *prog, int32_t sender)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t count = bpf_program__insn_cnt(prog), i;

	for (i = 0; i < count; i++) {
		if (insns[i].code == CALL && !insns[i].src_reg &&
		    (insns[i].imm == HELPER_SEND_SIGNAL || insns[i].imm == HELPER_SEND_SIGNAL_THREAD ||
		     insns[i].imm == HELPER_SYS_CLOSE))
			return true;
		if (sender && calls_function(&insns[i]) && !insns[i].off && insns[i].imm == sender)
			return true;
	}
	return false;
}

static uint32_t ways_of(const struct bpf_program *prog, uint64_t *steps)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t count = bpf_program__insn_cnt(prog), i;
	uint32_t ways = 0;

	for (i = 0; i < count; i++) {
		/* The second half of a wide load has the code 0 and is never taken for a call. */
		if (insns[i].code == CALL && !insns[i].src_reg)
			ways |= way_of_helper(insns[i].imm);
	}
	if (bpf_program__expected_attach_type(prog) == ATTACH_TYPE_MODIFY_RETURN)
		ways |= 1U << FMOD_RET;
	if (bpf_program__type(prog) == TYPE_RAW_TRACEPOINT_WRITABLE)
		ways |= 1U << RAW_TP_WRITABLE;
	/*
	 * Newer kernels take over what it writes as the registers of the process, and this process can be probed. A uprobe can
	 * tail-call it whatever its section is.
	 */
	if (bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE && context__may_be_written(insns, count, steps))
		ways |= 1U << WRITES_CONTEXT;
	return ways;
}

/* A tail call alters where any program does. */
static uint32_t with_called(uint32_t ways, uint32_t all)
{
	const uint32_t tail_call = 1U << TAIL_CALL;

	return all & ~tail_call ? ways : ways & ~tail_call;
}

/* @members: of the programs of struct_ops alone. */
static uint32_t beside_others(uint32_t type, uint32_t any, uint32_t members)
{
	/* A struct_ops map goes live as a whole. */
	if (type == BPF_PROG_TYPE_STRUCT_OPS)
		return members ? 1U << STRUCT_OPS : 0;
	/*
	 * Before 6.12 it fakes reads and writes as it likes: it can keep what was said in the guest until another one is
	 * there to change it.
	 */
	return any && type == BPF_PROG_TYPE_LSM ? 1U << LSM : 0;
}

void alters__find(struct work *work)
{
	struct result *result = work->result;
	struct bpf_program *prog;
	uint64_t steps = CONTEXT_STEPS_MAX;
	uint32_t all = 0, any = 0, members = 0;
	int32_t sender = sender_id(work->obj);
	bool ends = false;
	int i = 0;

	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &result->programs[i++];

		if (bpf_program__fd(prog) < 0)
			continue;
		program->alters = ways_of(prog, &steps);
		program->may_end_us = may_end_us(prog, sender);
		ends |= program->may_end_us;
		all |= program->alters;
	}
	for (i = 0; i < result->program_count; i++) {
		struct program *program = &result->programs[i];

		/* What is called through a map of programs goes live with its caller. */
		program->may_end_us |= ends && program->alters & 1U << TAIL_CALL;
		program->alters = with_called(program->alters, all);
		any |= program->alters;
		members |= program->type == BPF_PROG_TYPE_STRUCT_OPS ? program->alters : 0;
	}
	i = 0;
	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &result->programs[i++];

		if (bpf_program__fd(prog) >= 0 && !program->alters)
			program->alters = beside_others(program->type, any, members);
	}
}

bool alters__any(const struct result *result)
{
	int i;

	for (i = 0; i < result->program_count; i++)
		if (result->programs[i].alters)
			return true;
	return false;
}

static void put_program(struct json *json, const struct program *program)
{
	int way;

	json__object(json, NULL);
	json__str(json, "program", program->name, NAME_MAX_BYTES);
	json__array(json, "uses");
	for (way = 0; way < WAYS; way++)
		if (program->alters & 1U << way)
			json__str(json, NULL, names[way], NAME_MAX_BYTES);
	json__end(json);
	json__end(json);
}

void alters__put(struct json *json, const struct result *result)
{
	int i;

	json__array(json, "alters");
	for (i = 0; i < result->program_count && json->out->len < EVIDENCE_LISTS_MAX; i++)
		if (result->programs[i].alters)
			put_program(json, &result->programs[i]);
	json__end(json);
}
