/* SPDX-License-Identifier: Apache-2.0 */
#include "load/verifier-stats.h"

#include "load/stack-depth.h"
#include "test.h"

#define CALL(distance) { .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (distance) }
#define EXIT { .code = BPF_JMP | BPF_EXIT }

/* main calls f and g, f calls g; they lie in the order main, g, f. */
static const struct bpf_insn program[] = {
	CALL(4),  CALL(1), EXIT, /* main */
	EXIT,	  EXIT,		 /* g at 3, with a spare */
	CALL(-3), EXIT,		 /* f at 5 calls g */
};

static void test_stack_depth(void)
{
	static const uint32_t depths[] = { 16, 100, 8 };
	static const struct bpf_insn loop[] = { CALL(-1), CALL(0), EXIT };
	static const struct bpf_insn wild[] = { CALL(1000000), CALL(-77), EXIT };

	CHECK(stack_depth__deepest(program, 7, depths, 3) == 16 + 8 + 100);
	CHECK(stack_depth__deepest(program, 7, depths, 1) == 16);
	CHECK(stack_depth__deepest(program, 7, depths, 0) == 0);
	CHECK(stack_depth__deepest(loop, 3, depths, 2) <= 16 + 100);
	CHECK(stack_depth__deepest(wild, 3, depths, 3) == 16);
}

static void test_parse(void)
{
	struct verifier_stats stats = {};

	verifier_stats__parse(
		"verification time 33 usec\nstack depth 16+100+8\n"
		"processed 41 insns (limit 1000000) max_states_per_insn 1 total_states 5 peak_states 4 mark_read 2\n",
		program, 7, &stats);
	CHECK(stats.counted && stats.insns == 41 && stats.total_states == 5 && stats.peak_states == 4);
	CHECK(stats.has_stack && stats.stack_bytes == 124);
	stats = (struct verifier_stats){};
	verifier_stats__parse("stack depth 0+8 max 320\nprocessed 7 insns (limit 1000000)", program, 7, &stats);
	CHECK(stats.counted && stats.insns == 7 && stats.has_stack && stats.stack_bytes == 320);
	stats = (struct verifier_stats){};
	verifier_stats__parse("R1 invalid\nprocessed 9 insns (limit 1000000)\nstack depth 8\n", NULL, 0, &stats);
	CHECK(stats.counted && stats.insns == 9 && !stats.has_stack);
	stats = (struct verifier_stats){};
	verifier_stats__parse("", program, 7, &stats);
	verifier_stats__parse("processed many insns\nstack depth\n", program, 7, &stats);
	CHECK(!stats.counted && !stats.has_stack);
}

static void test_keep(void)
{
	struct bpf_insn others[40] = {};
	struct verifier_stats stats = {};
	size_t i;

	CHECK(!verifier_stats__of(&others[0]) && !verifier_stats__of(NULL));
	for (i = 0; i < 40; i++) {
		stats.insns = i;
		verifier_stats__keep(&others[i], &stats);
	}
	stats.insns = 77;
	verifier_stats__keep(&others[3], &stats);
	CHECK(verifier_stats__of(&others[39])->insns == 39);
	CHECK(verifier_stats__of(&others[3])->insns == 77);
	CHECK(verifier_stats__of(&others[0])->insns == 0);
}

void test_verifier_stats(void)
{
	test_stack_depth();
	test_parse();
	test_keep();
}
