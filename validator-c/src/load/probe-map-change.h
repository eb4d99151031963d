/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PROBE_MAP_CHANGE_H
#define BPFCOMPAT_PROBE_MAP_CHANGE_H

#include <linux/bpf.h>

#include "output/probes.h"

/*
 * A map that was rejected with `err`: tries it with one thing changed at a time until the kernel takes it, so that the
 * last change names what it rejects. When it takes none, the type alone. A rejection that is about permission is only
 * compared with that.
 */
void probe_map_change__run(const union bpf_attr *rejected, long size, int err, struct probes *probes);

#endif
