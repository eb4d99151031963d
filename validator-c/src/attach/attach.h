/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_ATTACH_H
#define BPFCOMPAT_ATTACH_H

#include "output/work.h"

/*
 * Attaches every loaded program to something fitting and says an attach stage for each, but those that can alter what is
 * observed afterwards. Links stay open.
 */
void attach__run(struct work *work);
/* Attaches those, once all that was said has left the guest. */
void attach__altering(struct work *work);

#endif
