/* SPDX-License-Identifier: Apache-2.0 */
/* Which names of a kernel are most like one that it does not have: renamed functions keep most of their words. */
#ifndef BPFCOMPAT_SIMILAR_H
#define BPFCOMPAT_SIMILAR_H

#include <stdbool.h>
#include <stddef.h>

#define SIMILAR_MAX 5
#define SIMILAR_NAME_SIZE 256
#define SIMILAR_LETTERS 27

/* A name as it is compared: without underscores in front, `_impl`, `.isra.0` and what architectures put before `sys_`. */
struct similar_name {
	char text[SIMILAR_NAME_SIZE];
	size_t len;
	unsigned char letters[SIMILAR_LETTERS];
};

struct similar_list {
	struct similar_name missing;
	/* Best first. */
	struct {
		int score;
		char name[SIMILAR_NAME_SIZE];
	} best[SIMILAR_MAX];
	int count;
};

void similar_name__set(struct similar_name *name, const char *text);
/* The same without the letters. */
void similar_name__set_text(struct similar_name *name, const char *text);
/* 0 (nothing in common) to 1000 (the same but for decoration). */
int similar_name__score(const struct similar_name *a, const struct similar_name *b);
void similar_list__init(struct similar_list *list, const char *missing);
/* Keeps `name` when it is like enough; of equals the first in the alphabet. `bonus` is added to its score. */
void similar_list__offer(struct similar_list *list, const char *name, const struct similar_name *compared, int bonus);
/* Can a name get into the list that is compared by `len` letters, when at least `apart` letters are not in both names? */
bool similar_list__may_take(const struct similar_list *list, size_t len, int apart);

#endif
