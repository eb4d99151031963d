/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_PROBE_PROGRAM_CHANGE_H
#define BPFCOMPAT_PROBE_PROGRAM_CHANGE_H

#include <linux/bpf.h>

#include "output/probes.h"

/*
 * A program that was rejected without a word: is it its body, or what it claims to be? Loads two instructions in its
 * place, first with all else as it was, then with less and less, until the kernel takes them.
 */
void probe_program_change__run(const union bpf_attr *rejected, long size, struct probes *probes);

#endif
