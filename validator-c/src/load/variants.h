/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_VARIANTS_H
#define BPFCOMPAT_VARIANTS_H

#include "load/single-loads.h"

/*
 * Per group, the first variant that is in the object, whose helper this kernel has and whose trial load passes is
 * selected; the others are switched off. Opens `loads` when it needs them.
 */
void variants__choose(struct work *work, struct single_loads *loads);
/* Whether every group has a program that is loaded. */
bool variants__all_chosen(const struct overrides *overrides);
/* `variants`: per group what was chosen and what became of each program; nothing without groups. */
void variants__put(struct json *json, const struct overrides *overrides);

#endif
