/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PLAN_H
#define BPFCOMPAT_PLAN_H

#include <stddef.h>

#include "output/result.h"

/*
 * Parses a functional plan (docs/guest-protocol.md) into result->tests. A plan that cannot be read gives one failed test named
 * `functional-plan` that says why.
 */
void plan__parse(const char *text, size_t len, struct result *result);
/* The tests, and what is known of them. */
void plan__free(struct result *result);

#endif
