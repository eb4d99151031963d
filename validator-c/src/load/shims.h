/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SHIMS_H
#define BPFCOMPAT_SHIMS_H

#include "lib/json.h"
#include "overrides/overrides.h"

/* The array `shims`: what was done to the object before it was loaded. */
void shims__put(struct json *json, const struct overrides *overrides);

#endif
