/* SPDX-License-Identifier: Apache-2.0 */
#include "command/matcher.h"

#include <stdlib.h>
#include <string.h>

bool matcher__init(struct matcher *matcher, const char *pattern)
{
	size_t i, k = 0;

	*matcher = (struct matcher){ .pattern = pattern, .len = pattern ? strlen(pattern) : 0 };
	if (!matcher->len) {
		matcher->found = true;
		return true;
	}
	matcher->fallback = calloc(matcher->len, sizeof(*matcher->fallback));
	if (!matcher->fallback)
		return false;
	for (i = 1; i < matcher->len; i++) {
		while (k && pattern[i] != pattern[k])
			k = matcher->fallback[k - 1];
		if (pattern[i] == pattern[k])
			k++;
		matcher->fallback[i] = k;
	}
	return true;
}

void matcher__feed(struct matcher *matcher, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len && !matcher->found; i++) {
		/* Most of a long output has nothing to do with what is looked for. */
		if (!matcher->matched) {
			const char *next = memchr(data + i, matcher->pattern[0], len - i);

			if (!next)
				return;
			i = (size_t)(next - data);
		}
		while (matcher->matched && data[i] != matcher->pattern[matcher->matched])
			matcher->matched = matcher->fallback[matcher->matched - 1];
		if (data[i] == matcher->pattern[matcher->matched])
			matcher->matched++;
		matcher->found = matcher->matched == matcher->len;
	}
}

void matcher__free(struct matcher *matcher)
{
	free(matcher->fallback);
	matcher->fallback = NULL;
}
