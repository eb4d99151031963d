/* SPDX-License-Identifier: Apache-2.0 */
/* Which names of a kernel are most like one that it does not have: renamed functions keep most of their words. */
#ifndef BPFCOMPAT_NEAR_H
#define BPFCOMPAT_NEAR_H

#include <stddef.h>

#define NEAR_MAX 5
#define NEAR_NAME_SIZE 256
#define NEAR_LETTERS 27

/* A name as it is compared: without underscores in front, `_impl`, `.isra.0` and what architectures put before `sys_`. */
struct near_name {
	char text[NEAR_NAME_SIZE];
	size_t len;
	unsigned char letters[NEAR_LETTERS];
};

struct near_list {
	struct near_name wanted;
	/* Best first. */
	struct {
		int score;
		char name[NEAR_NAME_SIZE];
	} best[NEAR_MAX];
	int count;
};

void near_name__set(struct near_name *name, const char *text);
/* 0 (nothing in common) to 1000 (the same but for decoration). */
int near_name__score(const struct near_name *a, const struct near_name *b);
void near_list__init(struct near_list *list, const char *wanted);
/* Keeps `name` when it is like enough. `bonus` is added to its score. */
void near_list__offer(struct near_list *list, const char *name, const struct near_name *compared, int bonus);

#endif
