/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PINS_H
#define BPFCOMPAT_PINS_H

#include <stddef.h>

#include "overrides/overrides.h"

/*
 * Pinning modes of other loaders (libbpf knows 0 and 1 and rejects an object with any other): `file`, an object in
 * memory, is changed so that maps with such a mode are not pinned, and each is recorded. Returns how many there were.
 */
int pins__drop_custom(void *file, size_t len, struct overrides *overrides);

#endif
