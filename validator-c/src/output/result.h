/* SPDX-License-Identifier: Apache-2.0 */
/* What was found out about one object. Filled step by step, read by the stage frames and by the final document. */
#ifndef BPFCOMPAT_RESULT_H
#define BPFCOMPAT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "output/probes.h"

enum status {
	STATUS_SKIPPED,
	STATUS_PASS,
	STATUS_FAIL,
};

#define VERIFIER_HEAD_MAX (4 * 1024)
#define VERIFIER_TAIL_MAX (64 * 1024)

/* The log of one kernel verifier run, without its middle. */
struct verifier_log {
	struct buf head;
	struct buf tail;
	uint64_t bytes;
	uint64_t dropped;
};

/* What the verifier says of one program (load/verifier-stats.c reads it). */
struct verifier_stats {
	/* Whether the log had the line that begins with `processed`. */
	bool counted;
	uint64_t insns;
	uint64_t total_states;
	uint64_t peak_states;
	/* Whether the log said how deep the stack is. */
	bool has_stack;
	/* The deepest chain of calls, in bytes. */
	uint64_t stack_bytes;
	/* How long the system call took. */
	uint64_t elapsed_us;
};

/* What a loaded program is made of, and how long that took. */
struct program_counts {
	uint64_t verified_insns;
	uint64_t xlated_bytes;
	uint64_t jited_bytes;
	uint64_t elapsed_us;
};

struct program_load {
	enum status status;
	/* Static text or owned by the result; why it was skipped. */
	const char *reason;
	int err;
	/* Loaded with every other program left out. */
	bool alone;
	struct buf log;
	struct verifier_log verifier;
	/* What the verifier counted; `counted` is false when it never came that far. */
	struct verifier_stats stats;
	/* Filled when it was rejected with an empty log. */
	struct probes probes;
	struct program_counts counts;
};

struct program_attach {
	/* Its turn is over. */
	bool done;
	enum status status;
	int err;
	char method[32];
	char target[256];
	char error[256];
	char reason[512];
	struct buf log;
	uint64_t elapsed_us;
};

struct program {
	char *name;
	char *section;
	uint32_t type;
	uint32_t expected_attach_type;
	/* As the object says: false for SEC("?..."), and as its maps say for programs of struct_ops. */
	bool autoload;
	/* Whether the load of the whole object includes it. */
	bool selected;
	/* A variant that was not chosen. */
	bool switched_off;
	uint64_t insns;
	/* How it can alter what we observe (alters.c); it is attached last. 0: it cannot, or is not loaded. */
	uint32_t alters;
	/* It can send signals to whoever it finds running, such as us, or close our files. */
	bool may_end_us;
	/* Whether `load` has been observed. */
	bool tried;
	struct program_load load;
	struct program_attach attach;
};

struct map {
	char *name;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
	/* Set when the kernel or libbpf did not create it. */
	bool rejected;
	int err;
	char *error;
	struct probes probes;
};

/* Opening or loading the whole object. */
struct object_step {
	enum status status;
	int err;
	struct buf log;
	uint64_t elapsed_us;
};

struct expect;

/* One output stream of a command. */
struct test_output {
	/* The beginning, kept when it is not part of the tail. */
	struct buf head;
	struct buf tail;
	/* Length of the whole stream. */
	uint64_t bytes;
	/* Whether the expected text was in it. */
	bool found;
};

struct test {
	char *name;
	char *command;
	char *expect_stdout;
	char *expect_stderr;
	bool required;
	int timeout_seconds;
	int expect_exit_code;
	enum status status;
	int exit_code;
	bool timed_out;
	struct test_output out;
	struct test_output err;
	uint64_t elapsed_us;
	char error[512];
	/* What it expects besides its command; NULL for nothing. */
	struct expect *expect;
};

struct result {
	struct object_step open;
	struct object_step load;
	bool has_btf;
	bool has_btf_ext;
	uint64_t core_relocations;
	char *license;
	struct program *programs;
	int program_count;
	struct map *maps;
	int map_count;
	struct test *tests;
	int test_count;
	/* About the program that ended the load of the whole object. */
	struct probes probes;
	/* Everything libbpf said at WARN and INFO level, bounded. */
	struct buf libbpf_log;
};

const char *status__name(enum status status);
/* Words for an errno of the kernel or of libbpf; `err` is negative. */
const char *status__error(int err, char *text, size_t size);
/* All but the tests, which plan__parse made and plan__free ends. */
void result__free(struct result *result);

#endif
