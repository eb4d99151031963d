/* SPDX-License-Identifier: Apache-2.0 */
#include "load/verifier-stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/stack-depth.h"

struct kept {
	const struct bpf_insn *insns;
	struct verifier_stats stats;
};

static struct kept *kept;
static size_t kept_count, kept_room, kept_next;

/* The last line that starts with `start`, behind that start; NULL when there is none. */
static const char *last_line(const char *log, const char *start)
{
	const char *found = NULL, *at = log;
	size_t len = strlen(start);

	while (at) {
		if (!strncmp(at, start, len))
			found = at + len;
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return found;
}

/* Reads `0+16+8`; how many numbers there were. */
static size_t read_depths(const char *text, uint32_t *depths)
{
	size_t count = 0;
	char *end;

	while (count < STACK_DEPTH_MAX_PROGRAMS && *text >= '0' && *text <= '9') {
		depths[count++] = (uint32_t)strtoul(text, &end, 10);
		if (*end != '+')
			break;
		text = end + 1;
	}
	return count;
}

static void read_stack(const char *log, const struct bpf_insn *insns, size_t count, struct verifier_stats *stats)
{
	uint32_t depths[STACK_DEPTH_MAX_PROGRAMS];
	const char *text = last_line(log, "stack depth ");
	unsigned long long deepest;
	const char *max;
	size_t n;

	if (!text)
		return;
	/* Since 7.3 the kernel says the sum itself, behind the list or instead of it. */
	max = strstr(text, "max ");
	if (max && max < text + strcspn(text, "\n") && sscanf(max, "max %llu", &deepest) == 1) {
		stats->has_stack = true;
		stats->stack_bytes = deepest;
		return;
	}
	n = read_depths(text, depths);
	stats->has_stack = n > 0;
	stats->stack_bytes = stack_depth__deepest(insns, count, depths, n);
}

void verifier_stats__parse(const char *log, const struct bpf_insn *insns, size_t count, struct verifier_stats *stats)
{
	const char *line = last_line(log, "processed ");
	unsigned long long processed, total = 0, peak = 0;
	const char *states;

	if (!line || sscanf(line, "%llu insns", &processed) != 1)
		return;
	states = strstr(line, " total_states ");
	if (states)
		sscanf(states, " total_states %llu peak_states %llu", &total, &peak);
	stats->counted = true;
	stats->insns = processed;
	stats->total_states = total;
	stats->peak_states = peak;
	if (insns)
		read_stack(log, insns, count, stats);
}

/* Programs are looked up in the order they were loaded in, so the search begins where the last one ended. */
static struct kept *find(const struct bpf_insn *insns)
{
	size_t i, at;

	for (i = 0; i < kept_count; i++) {
		at = (kept_next + i) % kept_count;
		if (kept[at].insns == insns) {
			kept_next = at + 1;
			return &kept[at];
		}
	}
	return NULL;
}

void verifier_stats__keep(const struct bpf_insn *insns, const struct verifier_stats *stats)
{
	struct kept *entry = find(insns), *grown;
	size_t room = kept_room ? kept_room * 2 : 16;

	if (!entry && kept_count == kept_room) {
		grown = realloc(kept, room * sizeof(*kept));
		if (!grown)
			return;
		kept = grown;
		kept_room = room;
	}
	if (!entry)
		entry = &kept[kept_count++];
	*entry = (struct kept){ .insns = insns, .stats = *stats };
}

const struct verifier_stats *verifier_stats__of(const struct bpf_insn *insns)
{
	struct kept *entry = insns ? find(insns) : NULL;

	return entry ? &entry->stats : NULL;
}
