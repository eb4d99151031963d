/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that can alter what this process reads, writes or gets once they are attached: by writing to the memory
 * of processes, or by choosing what functions of the kernel return. src/object/alters.ts reads the same from the file.
 */
#ifndef BPFCOMPAT_ALTERS_H
#define BPFCOMPAT_ALTERS_H

#include "lib/json.h"
#include "output/work.h"

/* Fills `alters` of every program that is loaded. Its final instructions decide, subprograms included. */
void alters__find(struct work *work);
/* Whether a program is loaded that has to be attached last. */
bool alters__any(const struct result *result);
/* `alters`: one entry per such program, with the names of what it uses. */
void alters__put(struct json *json, const struct result *result);

#endif
