/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for a text in a stream that arrives in pieces. */
#ifndef BPFCOMPAT_MATCHER_H
#define BPFCOMPAT_MATCHER_H

#include <stdbool.h>
#include <stddef.h>

struct matcher {
	const char *pattern;
	size_t len;
	/* For each prefix, the length of the longest proper prefix that is also its suffix. */
	size_t *fallback;
	size_t matched;
	bool found;
};

/* NULL or "" is found at once. False when there is no memory. */
bool matcher__init(struct matcher *matcher, const char *pattern);
void matcher__feed(struct matcher *matcher, const char *data, size_t len);
void matcher__free(struct matcher *matcher);

#endif
