/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about expectations share. */
#ifndef BPFCOMPAT_EXPECT_ASSERTION_H
#define BPFCOMPAT_EXPECT_ASSERTION_H

#include <stdint.h>

#include "expect/expect.h"
#include "lib/buf.h"

#define EXPECT_BYTES_MAX (64U << 10)
/* Bytes of a value or a record that are reported; the rest is only counted. */
#define EXPECT_SHOWN_MAX 256
#define EXPECT_RECORDS_MAX 10000

enum expect_kind {
	EXPECT_MAP,
	/* A global variable, looked at in the map that holds it. */
	EXPECT_VARIABLE,
	EXPECT_EVENT,
	EXPECT_RUN,
};

/* A value of the plan: `-7`, or `x` and two hex digits per byte. */
struct operand {
	enum { OPERAND_NONE, OPERAND_NUMBER, OPERAND_BYTES } form;
	bool negative;
	/* Two's complement where it is negative. */
	uint64_t number;
	unsigned char *bytes;
	size_t len;
};

struct assertion {
	enum expect_kind kind;
	/* Map, variable or program; `trace_pipe`. */
	char *subject;
	/* The fields of the plan's line but the subject. */
	char *expected;
	enum status status;
	/* It cannot become true any more. */
	bool hopeless;
	char error[320];
	/* What was found, as `key=value` fields with blanks between. */
	struct buf seen;

	bool has_min;
	uint64_t min;

	struct operand key;
	struct operand value;
	bool grows;
	bool has_min_entries;
	uint64_t min_entries;
	uint64_t before;

	bool trace_pipe;
	struct operand contains;
	uint64_t records;
	uint64_t matching;
	/* The first record, cut. */
	struct buf first;

	struct operand data_in;
	struct operand ctx_in;
	struct operand data_out;
	uint32_t repeat;
	bool has_retval;
	uint32_t retval;
};

struct expect {
	struct assertion list[EXPECT_MAX];
	int count;
	struct bpf_object *obj;
	uint64_t began_us;
	uint64_t deadline_us;
	struct readers *readers;
};

void expect__fail(struct assertion *assertion, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends `x` and at most EXPECT_SHOWN_MAX bytes in hex. */
void expect__hex(struct buf *out, const void *bytes, size_t len);

/* The names of the kinds, in their order. */
extern const char *const expect__kinds[4];

/* Looks into the map; `first` remembers what `grows` starts from instead of judging. */
void expect_map__look(struct assertion *assertion, const struct bpf_object *obj, bool first);
/* Opens a reader for each buffer that the list names; what was written before is not counted. */
void expect_event__open(struct expect *expect);
void expect_event__read(struct expect *expect);
void expect_event__judge(struct assertion *assertion);
void expect_event__close(struct expect *expect);
void expect_run__run(struct assertion *assertion, const struct bpf_object *obj);

/* Counts a record where it belongs. */
void expect_event__count(struct assertion *assertion, const void *data, size_t len);

/* The reader of trace_pipe: an own instance where the kernel has one for bpf_trace_printk, else the global one. */
struct trace_reader {
	int fd;
	struct buf line;
};

/* 0 or a negative errno. */
int trace_reader__open(struct trace_reader *reader);
/* Calls `line` for each whole line that is there, and stops reading at `until_us`. */
void trace_reader__read(struct trace_reader *reader, uint64_t until_us,
			void (*line)(void *context, const char *text, size_t len), void *context);
void trace_reader__close(struct trace_reader *reader);
/* What a program printed, without task, time and event before it: a task may have any name. A line without these is whole. */
const char *trace_line__message(const char *text, size_t *len);

#endif
