/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_VARIANTS_H
#define BPFCOMPAT_VARIANTS_H

#include "trial.h"

/*
 * Per group, the first variant that is in the object, whose helper this kernel has and whose trial load passes is
 * wanted; the others are switched off. Opens `trials` when it needs them.
 */
void variants__choose(struct work *work, struct trials *trials);

#endif
