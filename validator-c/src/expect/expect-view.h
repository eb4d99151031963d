/* SPDX-License-Identifier: Apache-2.0 */
/* A map, or the part of one that a global variable is, as it is read entry by entry. */
#ifndef BPFCOMPAT_EXPECT_VIEW_H
#define BPFCOMPAT_EXPECT_VIEW_H

#include "expect/expect-assertion.h"

/* A map and room for one key and the value on every CPU. */
struct view {
	int fd;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	bool per_cpu;
	int cpus;
	unsigned char *key;
	unsigned char *value;
	size_t value_bytes;
	/* Of a variable: the whole value of its map, and where the variable lies in it. */
	unsigned char *section;
	size_t offset;
};

/* False when it cannot be looked into; the assertion then says why. view__close() in both cases. */
bool view__open(struct view *view, struct assertion *assertion, const struct bpf_object *obj);
/* Reads the entry of view->key into view->value, and its number, added up over CPUs. 0 or a negative errno. */
int view__read(const struct view *view, uint64_t *number);
void view__close(struct view *view);
/* Whether values of this size are numbers. */
bool view__is_number(uint32_t size);

#endif
