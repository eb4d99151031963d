/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_ATTACH_H
#define BPFCOMPAT_ATTACH_H

#include "work.h"

/* Attaches every loaded program to something fitting and says an attach stage for each. Links stay open. */
void attach__run(struct work *work);

#endif
