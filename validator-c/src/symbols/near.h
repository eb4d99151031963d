/* SPDX-License-Identifier: Apache-2.0 */
/* Which names of a kernel are most like one that it does not have: renamed functions keep most of their words. */
#ifndef BPFCOMPAT_NEAR_H
#define BPFCOMPAT_NEAR_H

#include <stdbool.h>
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
/* The same without the letters. */
void near_name__set_text(struct near_name *name, const char *text);
/* 0 (nothing in common) to 1000 (the same but for decoration). */
int near_name__score(const struct near_name *a, const struct near_name *b);
void near_list__init(struct near_list *list, const char *wanted);
/* Keeps `name` when it is like enough; of equals the first in the alphabet. `bonus` is added to its score. */
void near_list__offer(struct near_list *list, const char *name, const struct near_name *compared, int bonus);
/* Can a name get into the list that is compared by `len` letters, when at least `apart` letters are not in both names? */
bool near_list__may_take(const struct near_list *list, size_t len, int apart);

#endif
