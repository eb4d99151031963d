/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_LOAD_H
#define BPFCOMPAT_LOAD_H

#include "output/work.h"

/*
 * Loads the whole object and finds out about every program in it: from that load when it passed, else one by one.
 * Says the program, map and load stages. Afterwards result->load has the verdict.
 */
void load__run(struct work *work);

#endif
