/* SPDX-License-Identifier: Apache-2.0 */
/* Words and letters of many names, so that most of those that are not like a name are passed over without being looked at. */
#ifndef BPFCOMPAT_SIMILAR_KEYS_H
#define BPFCOMPAT_SIMILAR_KEYS_H

#include <stdint.h>

#include "symbols/similar.h"

struct similar_key {
	/* A bit per word, of which several may share one. */
	uint64_t words;
	/* A bit per letter that is in the name; the upper bits hold the length, 31 for longer ones. */
	uint32_t letters;
	/* The caller's. */
	uint32_t id;
};

/* Zeroed for an empty one. */
struct similar_keys {
	struct similar_key *list;
	uint32_t count;
};

/* Leaves the name out when there is no memory. */
void similar_keys__add(struct similar_keys *keys, const char *name, uint32_t id);
/* Offers all names but `except`. Those that cannot get into the list are not offered. */
void similar_keys__offer(const struct similar_keys *keys, struct similar_list *list, const char *except,
			 const char *(*name_of)(uint32_t id));

#endif
