/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel can do, probed with bpf(2) itself; the errno decides and is kept. */
#ifndef BPFCOMPAT_PROBE_H
#define BPFCOMPAT_PROBE_H

#include <bpf/bpf.h>

/*
 * 0 when the kernel took it, else its negative errno, or -ENODATA when it could not be tried. Tried once per type;
 * children inherit the results.
 */
int probe__map(enum bpf_map_type type);
int probe__program(enum bpf_prog_type type);
/* Probes now every type that the result document speaks of. */
void probe__everything(void);
/* supported, unsupported, permission_denied, inconclusive or probe_error. */
const char *probe__status(int err);

#endif
