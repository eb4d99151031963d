/* SPDX-License-Identifier: Apache-2.0 */
#include "load/missing-names.h"

#include <bpf/libbpf.h>

#include "test.h"

static bool has(const struct missing_name *list, int count, enum missing_kind kind, const char *name,
		const char *program)
{
	int i;

	for (i = 0; i < count; i++)
		if (list[i].kind == kind && !strcmp(list[i].name, name) && !strcmp(list[i].program, program))
			return true;
	return false;
}

static void test_kinds(void)
{
	struct program programs[5] = {
		{ .name = "a", .section = "lsm/file_opened", .type = BPF_PROG_TYPE_LSM },
		{ .name = "b", .section = "kprobe/gone", .type = BPF_PROG_TYPE_KPROBE },
		{ .name = "c", .section = "fentry/mod:gone_too", .type = BPF_PROG_TYPE_TRACING },
		{ .name = "d", .section = "tc", .type = BPF_PROG_TYPE_SCHED_CLS },
		{ .name = "e", .section = "kprobe.multi/tcp_*", .type = BPF_PROG_TYPE_KPROBE },
	};
	struct result result = { .programs = programs, .program_count = 5 };
	struct missing_name list[MISSING_NAMES_MAX];
	int count, i;

	CHECK(missing_names__find(&result, list) == 0);
	programs[0].load.status = programs[3].load.status = STATUS_FAIL;
	programs[1].attach.status = programs[2].attach.status = programs[4].attach.status = STATUS_FAIL;
	buf__adds(&programs[0].load.log,
		  "libbpf: prog 'a': failed to find kernel BTF type ID of 'file_opened': -ESRCH\n");
	buf__adds(&programs[1].attach.log, "libbpf: prog 'b': failed to create kprobe 'gone+0x0' perf event: -ENOENT\n"
					   "libbpf: prog 'b': failed to create kprobe 'gone+0x0' perf event: -ENOENT\n"
					   "failed to create kprobe '");
	buf__adds(&programs[3].load.log,
		  "libbpf: extern (func ksym) 'bpf_gone': not found in kernel or module BTFs\n"
		  "libbpf: extern (func ksym) 'bpf_there': func_proto [1] incompatible with x [2]\n"
		  "libbpf: extern 'CONFIG_GONE' (strong): not resolved\n"
		  "libbpf: extern 'gone' (strong): not resolved\n");
	buf__adds(&programs[3].load.verifier.tail, "kfunc 'bpf_weak' is referenced but wasn't resolved\n");
	count = missing_names__find(&result, list);
	CHECK(count == 7 && has(list, count, MISSING_KFUNC, "bpf_there", "d"));
	CHECK(has(list, count, MISSING_LSM_HOOK, "file_opened", "a") &&
	      has(list, count, MISSING_FUNCTION, "gone", "b"));
	CHECK(has(list, count, MISSING_FUNCTION, "gone_too", "c") && has(list, count, MISSING_KFUNC, "bpf_gone", "d"));
	CHECK(has(list, count, MISSING_VARIABLE, "gone", "d") && has(list, count, MISSING_KFUNC, "bpf_weak", "d"));
	for (i = 0; i < 5; i++) {
		buf__free(&programs[i].load.log);
		buf__free(&programs[i].load.verifier.tail);
		buf__free(&programs[i].attach.log);
	}
}

/* The arguments of what is traced are looked up where a program reads behind them or takes them for others. */
static void test_arguments(void)
{
	static const char *const words[] = { "invalid bpf_context access off=32 size=8\n",
					     "access beyond struct mnt_idmap at off 48 size 8\n",
					     "R1 invalid mem access 'scalar'\n",
					     "math between ptr_ pointer and register with unbounded min value\n" };
	struct program program = { .name = "a",
				   .section = "fexit/inet_csk_accept",
				   .type = BPF_PROG_TYPE_TRACING,
				   .load.status = STATUS_FAIL };
	struct result result = { .programs = &program, .program_count = 1 };
	struct missing_name list[MISSING_NAMES_MAX];

	size_t i;

	buf__adds(&program.load.verifier.tail, "R1 !read_ok\n");
	CHECK(missing_names__find(&result, list) == 0);
	buf__free(&program.load.verifier.tail);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		program.load.verifier.tail = (struct buf){ 0 };
		buf__adds(&program.load.verifier.tail, words[i]);
		CHECK(missing_names__find(&result, list) == 1 &&
		      has(list, 1, MISSING_FUNCTION, "inet_csk_accept", "a"));
		buf__free(&program.load.verifier.tail);
	}
}

static void test_bounds(void)
{
	struct program program = { .name = "a", .section = "kprobe/x", .attach.status = STATUS_FAIL };
	struct result result = { .programs = &program, .program_count = 1 };
	struct missing_name list[MISSING_NAMES_MAX];
	char name[1000];
	int i;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	buf__addf(&program.attach.log, "failed to create kprobe '%s+0x0'\nfailed to create kprobe 'a b+0x0'\n", name);
	CHECK(missing_names__find(&result, list) == 0);
	for (i = 0; i < 50; i++)
		buf__addf(&program.attach.log, "failed to create kprobe 'f%d+0x0' perf event: -ENOENT\n", i);
	CHECK(missing_names__find(&result, list) == MISSING_NAMES_MAX);
	buf__free(&program.attach.log);
}

void test_missing_names(void)
{
	test_kinds();
	test_arguments();
	test_bounds();
}
