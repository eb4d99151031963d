/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between libbpf and bpf(2); the linker sends libbpf's syscall(2) here (--wrap=syscall).
 *
 * libbpf repeats a rejected load with log level 1 and reports the errno of the repetition. That costs a second verifier
 * run that may not be needed, a third of a million lines for a large program, and the real errno when the log does not fit
 * (ENOSPC takes its place). Here the errno of the first, quiet attempt stays, and how much log is requested is chosen.
 * That first attempt requests the verifier's statistics (verifier-stats.h).
 */
#ifndef BPFCOMPAT_LOAD_SYSCALL_H
#define BPFCOMPAT_LOAD_SYSCALL_H

#include <stdbool.h>

#include "load/verifier-log.h"
#include "output/probes.h"

/*
 * From now on, rejected loads that would log into `buffer` are repeated only when `want_log`. One that is rejected without
 * a word is tried with changes, and the results are put into `probes`.
 */
void load_syscall__watch(const struct log_buffer *buffer, bool want_log, struct probes *probes);
/* From now on, a map that is rejected is tried with changes; the results about the latest are in `probes`. NULL: no more. */
void load_syscall__probe_maps(struct probes *probes);

#endif
