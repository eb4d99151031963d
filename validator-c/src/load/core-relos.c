/* SPDX-License-Identifier: Apache-2.0 */
#include "load/core-relos.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* Twice as many slots as entries, a power of two. */
#define SLOTS 8192

/* The beginning of libbpf's own structure of this name. */
struct bpf_core_relo_res {
	__u64 orig_val;
	__u64 new_val;
	bool poison;
};

struct btf;
/* The same of libbpf's list of types that may fit. */
struct bpf_core_cand_list {
	struct bpf_core_cand *cands;
	int len;
};
struct bpf_core_spec;

int bpf_core_format_spec(char *text, size_t size, const struct bpf_core_spec *spec);
int __real_bpf_core_calc_relo_insn(const char *program, const struct bpf_core_relo *relo, int index,
				   const struct btf *local, struct bpf_core_cand_list *candidates,
				   struct bpf_core_spec *scratch, struct bpf_core_relo_res *result);
int __wrap_bpf_core_calc_relo_insn(const char *program, const struct bpf_core_relo *relo, int index,
				   const struct btf *local, struct bpf_core_cand_list *candidates,
				   struct bpf_core_spec *scratch, struct bpf_core_relo_res *result);
int __real_bpf_core_patch_insn(const char *program, struct bpf_insn *insn, int insn_index,
			       const struct bpf_core_relo *relo, int index, const struct bpf_core_relo_res *result);
int __wrap_bpf_core_patch_insn(const char *program, struct bpf_insn *insn, int insn_index,
			       const struct bpf_core_relo *relo, int index, const struct bpf_core_relo_res *result);

struct slot {
	/* Index into `relos`, counted from 1; 0 = free. */
	uint32_t entry;
	uint32_t hash;
};

static struct core_relo relos[CORE_RELOS_MAX];
static struct slot slots[SLOTS];
static uint32_t relo_count;
static uint64_t dropped_count;
/* The entry that libbpf is about to patch, when it is new. */
static struct core_relo *current;

static const char *const kind_names[] = {
	[BPF_CORE_FIELD_BYTE_OFFSET] = "byte_off",    [BPF_CORE_FIELD_BYTE_SIZE] = "byte_sz",
	[BPF_CORE_FIELD_EXISTS] = "field_exists",     [BPF_CORE_FIELD_SIGNED] = "signed",
	[BPF_CORE_FIELD_LSHIFT_U64] = "lshift_u64",   [BPF_CORE_FIELD_RSHIFT_U64] = "rshift_u64",
	[BPF_CORE_TYPE_ID_LOCAL] = "local_type_id",   [BPF_CORE_TYPE_ID_TARGET] = "target_type_id",
	[BPF_CORE_TYPE_EXISTS] = "type_exists",	      [BPF_CORE_TYPE_SIZE] = "type_size",
	[BPF_CORE_ENUMVAL_EXISTS] = "enumval_exists", [BPF_CORE_ENUMVAL_VALUE] = "enumval_value",
	[BPF_CORE_TYPE_MATCHES] = "type_matches",
};

const char *core_relos__kind_name(uint32_t kind)
{
	return kind < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[kind] : "unknown";
}

bool core_relos__only_asks(uint32_t kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS || kind == BPF_CORE_TYPE_MATCHES ||
	       kind == BPF_CORE_ENUMVAL_EXISTS;
}

const struct core_relo *core_relos__list(size_t *count, uint64_t *dropped)
{
	*count = relo_count;
	*dropped = dropped_count;
	return relos;
}

/* `<byte_off> [77] struct inet_sock.freebind (0:14 @ offset 792.2)`, or `... enum bpf_cmd::BPF_PROG_LOAD = 5`. */
char *core_relos__access(const char *description)
{
	const char *start = strstr(description, "] "), *end;

	start = start ? start + 2 : description;
	end = strstr(start, " (");
	if (!end)
		end = strstr(start, "::") ? strstr(start, " = ") : NULL;
	return strndup(start, end ? (size_t)(end - start) : strlen(start));
}

static uint32_t hash_of(const char *program, const struct bpf_core_relo *relo)
{
	uint32_t hash = 2166136261u;

	for (; *program; program++)
		hash = (hash ^ (unsigned char)*program) * 16777619u;
	hash = (hash ^ relo->type_id) * 16777619u;
	hash = (hash ^ relo->access_str_off) * 16777619u;
	return (hash ^ (uint32_t)relo->kind) * 16777619u;
}

static bool is_entry(const struct core_relo *entry, const char *program, const struct bpf_core_relo *relo)
{
	return entry->type == relo->type_id && entry->steps == relo->access_str_off &&
	       entry->kind == (uint32_t)relo->kind && !strcmp(entry->program, program);
}

/* The slot of this relocation, or the free one where it belongs. All copies of the object have the same numbers in it. */
static struct slot *find_slot(const char *program, const struct bpf_core_relo *relo, uint32_t hash)
{
	uint32_t at = hash % SLOTS;
	struct slot *slot;

	for (;; at = (at + 1) % SLOTS) {
		slot = &slots[at];
		if (!slot->entry)
			return slot;
		if (slot->hash == hash && is_entry(&relos[slot->entry - 1], program, relo))
			return slot;
	}
}

static struct core_relo *remember(const char *program, const struct bpf_core_relo *relo,
				  const struct bpf_core_spec *local)
{
	uint32_t hash = hash_of(program, relo);
	struct slot *slot = find_slot(program, relo, hash);
	struct core_relo entry = {
		.kind = (uint32_t)relo->kind,
		.insn = relo->insn_off / sizeof(struct bpf_insn),
		.type = relo->type_id,
		.steps = relo->access_str_off,
	};
	char description[512];

	if (slot->entry)
		return NULL;
	if (relo_count == CORE_RELOS_MAX) {
		dropped_count++;
		return NULL;
	}
	bpf_core_format_spec(description, sizeof(description), local);
	entry.program = strdup(program);
	entry.access = core_relos__access(description);
	if (!entry.program || !entry.access) {
		free(entry.program);
		free(entry.access);
		return NULL;
	}
	*slot = (struct slot){ relo_count + 1, hash };
	relos[relo_count] = entry;
	return &relos[relo_count++];
}

/* For what checks whether something is there the result is a value; what is missing else poisons the instruction. */
static bool is_present(uint32_t kind, const struct bpf_core_relo_res *result)
{
	switch (kind) {
	case BPF_CORE_FIELD_EXISTS:
	case BPF_CORE_TYPE_ID_TARGET:
	case BPF_CORE_TYPE_EXISTS:
	case BPF_CORE_TYPE_SIZE:
	case BPF_CORE_TYPE_MATCHES:
	case BPF_CORE_ENUMVAL_EXISTS:
		return result->new_val != 0;
	default:
		return !result->poison;
	}
}

int __wrap_bpf_core_calc_relo_insn(const char *program, const struct bpf_core_relo *relo, int index,
				   const struct btf *local, struct bpf_core_cand_list *candidates,
				   struct bpf_core_spec *scratch, struct bpf_core_relo_res *result)
{
	int err = __real_bpf_core_calc_relo_insn(program, relo, index, local, candidates, scratch, result);

	current = NULL;
	/* An id in the object's own BTF needs nothing of the kernel. An error may leave no description behind. */
	if (err || relo->kind == BPF_CORE_TYPE_ID_LOCAL)
		return err;
	current = remember(program, relo, scratch);
	if (current) {
		current->present = is_present(current->kind, result);
		current->type_present = candidates && candidates->len > 0;
	}
	return 0;
}

int __wrap_bpf_core_patch_insn(const char *program, struct bpf_insn *insn, int insn_index,
			       const struct bpf_core_relo *relo, int index, const struct bpf_core_relo_res *result)
{
	if (current && insn_index >= 0)
		current->insn = (uint32_t)insn_index;
	current = NULL;
	return __real_bpf_core_patch_insn(program, insn, insn_index, relo, index, result);
}
