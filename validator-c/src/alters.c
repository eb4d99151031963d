/* SPDX-License-Identifier: Apache-2.0 */
#include "alters.h"

#include <bpf/libbpf.h>
#include <string.h>

#include "text.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define HELPER_TAIL_CALL 12
#define HELPER_PROBE_WRITE_USER 36
#define HELPER_OVERRIDE_RETURN 58
#define HELPER_SYS_BPF 166
#define TYPE_RAW_TRACEPOINT_WRITABLE 24
#define ATTACH_TYPE_MODIFY_RETURN 26

#define CALL (BPF_JMP | BPF_CALL)

enum {
	PROBE_WRITE_USER,
	OVERRIDE_RETURN,
	SYS_BPF,
	FMOD_RET,
	RAW_TP_WRITABLE,
	TAIL_CALL,
	STRUCT_OPS,
	WAYS,
	/* What may be one and is not named: the host, which follows registers, knows. */
	STORES = WAYS,
};

static const char *const names[WAYS] = { "bpf_probe_write_user", "bpf_override_return", "bpf_sys_bpf", "fmod_ret",
					 "raw_tp.w",		 "bpf_tail_call",	"struct_ops" };

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

static bool is_uprobe(const struct program *program)
{
	const char *section = program->section + (*program->section == '?');

	return !strncmp(section, "uprobe", 6) || !strncmp(section, "uretprobe", 9) || !strncmp(section, "usdt", 4);
}

/* Newer kernels let a uprobe change the registers of the process that it probes, and this process can be probed. */
static bool may_change_registers(const struct bpf_program *prog, const struct program *program)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t count = bpf_program__insn_cnt(prog), i;

	if (!is_uprobe(program))
		return false;
	for (i = 0; i < count; i++)
		if ((BPF_CLASS(insns[i].code) == BPF_STX || BPF_CLASS(insns[i].code) == BPF_ST) &&
		    insns[i].dst_reg != BPF_REG_10)
			return true;
	return false;
}

static uint32_t ways_of(const struct bpf_program *prog, const struct program *program)
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
	if (may_change_registers(prog, program))
		ways |= 1U << STORES;
	return ways;
}

/* What is called through a map of programs goes live with its caller: a tail call alters where any of them does. */
static uint32_t with_called(uint32_t ways, uint32_t all)
{
	const uint32_t tail_call = 1U << TAIL_CALL, stores = 1U << STORES;

	if (all & ~(tail_call | stores))
		return ways;
	return ways & tail_call && all & stores ? stores : ways & ~tail_call;
}

/* And a struct_ops map as a whole: `members` is what all its programs do. */
static uint32_t with_members(uint32_t ways, uint32_t members)
{
	const uint32_t stores = 1U << STORES;

	if (ways || !members)
		return ways;
	return members == stores ? stores : 1U << STRUCT_OPS;
}

void alters__find(struct work *work)
{
	struct result *result = work->result;
	struct bpf_program *prog;
	uint32_t all = 0, members = 0;
	int i = 0;

	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &result->programs[i++];

		if (bpf_program__fd(prog) < 0)
			continue;
		program->alters = ways_of(prog, program);
		all |= program->alters;
	}
	for (i = 0; i < result->program_count; i++) {
		struct program *program = &result->programs[i];

		program->alters = with_called(program->alters, all);
		members |= program->type == BPF_PROG_TYPE_STRUCT_OPS ? program->alters : 0;
	}
	i = 0;
	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &result->programs[i++];

		if (bpf_program__fd(prog) >= 0 && program->type == BPF_PROG_TYPE_STRUCT_OPS)
			program->alters = with_members(program->alters, members);
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

static bool is_named(const struct program *program)
{
	return program->alters & ((1U << WAYS) - 1);
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
		if (is_named(&result->programs[i]))
			put_program(json, &result->programs[i]);
	json__end(json);
}
