/* SPDX-License-Identifier: Apache-2.0 */
/* Stages about the object as a whole. */
#ifndef BPFCOMPAT_EVIDENCE_OBJECT_H
#define BPFCOMPAT_EVIDENCE_OBJECT_H

#include "output/evidence.h"
#include "overrides/overrides.h"

void evidence__open(struct evidence *evidence, const struct result *result, const struct overrides *overrides);
void evidence__load(struct evidence *evidence, const struct result *result, const struct overrides *overrides);

#endif
