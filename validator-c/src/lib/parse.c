/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/parse.h"

#include <stddef.h>
#include <string.h>

bool parse__bool(const char *text, bool *value)
{
	static const char *const words[] = { "0", "1", "false", "true", "no", "yes", "off", "on" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i])) {
			*value = i % 2;
			return true;
		}
	}
	return false;
}
