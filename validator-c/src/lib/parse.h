/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are given as text. */
#ifndef BPFCOMPAT_PARSE_H
#define BPFCOMPAT_PARSE_H

#include <stdbool.h>

/* 1 true yes on, 0 false no off; false for anything else. */
bool parse__bool(const char *text, bool *value);

#endif
