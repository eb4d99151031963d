/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect/expect-assertion.h"
#include "lib/io.h"

/* Pages per CPU of a perf buffer; a power of two. */
#define PERF_PAGES 16
/* Bytes of the first record that are reported. */
#define FIRST_MAX 160
/* For throwing away what was there before. */
#define DRAIN_US 300000
/* A program may write faster than this reads, and other buffers wait. */
#define TURN_US 50000

/* One buffer, however many assertions speak of it: a record can be read once only. */
struct reader {
	struct expect *expect;
	const char *map;
	struct ring_buffer *ring;
	struct perf_buffer *perf;
	bool draining;
	uint64_t until_us;
};

struct readers {
	struct reader list[EXPECT_MAX];
	int count;
	struct trace_reader trace;
};

void expect_event__count(struct assertion *assertion, const void *data, size_t len)
{
	const struct operand *contains = &assertion->contains;

	if (assertion->matching >= EXPECT_RECORDS_MAX)
		return;
	if (!assertion->records++)
		buf__add(&assertion->first, data, len < FIRST_MAX ? len : FIRST_MAX);
	if (!contains->len || memmem(data, len, contains->bytes, contains->len))
		assertion->matching++;
}

static bool is_about(const struct assertion *assertion, const char *map)
{
	if (assertion->kind != EXPECT_EVENT)
		return false;
	return map ? !assertion->trace_pipe && !strcmp(assertion->subject, map) : assertion->trace_pipe;
}

static int take_record(void *context, void *data, size_t len)
{
	struct reader *reader = context;
	int i;

	for (i = 0; i < reader->expect->count && !reader->draining; i++)
		if (is_about(&reader->expect->list[i], reader->map))
			expect_event__count(&reader->expect->list[i], data, len);
	return io__now_us() < reader->until_us ? 0 : -ETIME;
}

static void take_sample(void *context, int cpu, void *data, __u32 len)
{
	(void)cpu;
	take_record(context, data, len);
}

static void take_line(void *context, const char *text, size_t len)
{
	struct expect *expect = context;
	int i;

	text = trace_line__message(text, &len);
	for (i = 0; i < expect->count; i++)
		if (is_about(&expect->list[i], NULL))
			expect_event__count(&expect->list[i], text, len);
}

static void reader__read(struct reader *reader, uint64_t for_us)
{
	reader->until_us = io__now_us() + for_us;
	if (reader->ring)
		ring_buffer__consume(reader->ring);
	if (reader->perf)
		perf_buffer__consume(reader->perf);
}

static struct reader *find(struct readers *readers, const char *map)
{
	int i;

	for (i = 0; i < readers->count; i++)
		if (!strcmp(readers->list[i].map, map))
			return &readers->list[i];
	return NULL;
}

static void open_map(struct expect *expect, struct assertion *assertion)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(expect->obj, assertion->subject);
	uint32_t type = map ? bpf_map__type(map) : 0;
	struct reader *reader;
	char words[128];

	if (find(expect->readers, assertion->subject))
		return;
	if (!map) {
		expect__fail(assertion, "the object has no such map");
		return;
	}
	if (type != BPF_MAP_TYPE_RINGBUF && type != BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
		expect__fail(assertion, "it is neither a ring buffer nor a perf event array, so it has no records");
		return;
	}
	reader = &expect->readers->list[expect->readers->count];
	*reader = (struct reader){ .expect = expect, .map = assertion->subject, .draining = true };
	if (type == BPF_MAP_TYPE_RINGBUF)
		reader->ring = ring_buffer__new(bpf_map__fd(map), take_record, reader, NULL);
	else
		reader->perf = perf_buffer__new(bpf_map__fd(map), PERF_PAGES, take_sample, NULL, reader, NULL);
	if (!reader->ring && !reader->perf) {
		expect__fail(assertion, "no reader could be opened for it: %s",
			     status__error(-errno, words, sizeof(words)));
		return;
	}
	expect->readers->count++;
	reader__read(reader, DRAIN_US);
	reader->draining = false;
}

static void open_trace(struct expect *expect, struct assertion *assertion)
{
	char words[128];
	int err;

	if (expect->readers->trace.fd >= 0)
		return;
	err = trace_reader__open(&expect->readers->trace);
	if (err)
		expect__fail(assertion, "trace_pipe cannot be read: %s", status__error(err, words, sizeof(words)));
}

void expect_event__open(struct expect *expect)
{
	int i;

	expect->readers = calloc(1, sizeof(*expect->readers));
	if (expect->readers)
		expect->readers->trace.fd = -1;
	for (i = 0; i < expect->count; i++) {
		struct assertion *assertion = &expect->list[i];

		if (assertion->kind != EXPECT_EVENT)
			continue;
		if (!expect->readers)
			expect__fail(assertion, "there is no memory for a reader");
		else if (assertion->trace_pipe)
			open_trace(expect, assertion);
		else
			open_map(expect, assertion);
	}
}

void expect_event__read(struct expect *expect)
{
	struct readers *readers = expect->readers;
	int i;

	if (!readers)
		return;
	for (i = 0; i < readers->count; i++)
		reader__read(&readers->list[i], TURN_US);
	if (readers->trace.fd >= 0)
		trace_reader__read(&readers->trace, io__now_us() + TURN_US, take_line, expect);
}

static const char *shortfall(const struct assertion *assertion)
{
	if (!assertion->records)
		return "nothing arrived";
	if (assertion->matching == assertion->records)
		return "too few records arrived";
	return assertion->matching ? "too few of the records that arrived have the expected content" :
				     "no record that arrived has the expected content";
}

void expect_event__judge(struct assertion *assertion)
{
	bool good = assertion->matching >= assertion->min;

	assertion->status = good ? STATUS_PASS : STATUS_FAIL;
	snprintf(assertion->error, sizeof(assertion->error), "%s", good ? "" : shortfall(assertion));
	buf__reset(&assertion->seen);
	buf__addf(&assertion->seen, "records=%" PRIu64 " matching=%" PRIu64, assertion->records, assertion->matching);
	if (!assertion->records)
		return;
	buf__adds(&assertion->seen, " first=");
	expect__hex(&assertion->seen, assertion->first.data, assertion->first.len);
}

void expect_event__close(struct expect *expect)
{
	struct readers *readers = expect->readers;
	int i;

	if (!readers)
		return;
	for (i = 0; i < readers->count; i++) {
		ring_buffer__free(readers->list[i].ring);
		perf_buffer__free(readers->list[i].perf);
	}
	if (readers->trace.fd >= 0)
		trace_reader__close(&readers->trace);
	free(readers);
	expect->readers = NULL;
}
