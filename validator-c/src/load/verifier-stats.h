/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics that the verifier adds to a log (BPF_LOG_STATS), and what is remembered of each program that was
 * loaded. Kernels before 5.16 report the number of verified instructions nowhere else.
 */
#ifndef BPFCOMPAT_VERIFIER_STATS_H
#define BPFCOMPAT_VERIFIER_STATS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/result.h"

/*
 * Reads a log that ends with statistics. `insns` is the program the log is about, NULL when it was rejected: the kernel
 * lists the stack of each subprogram, the calls show which of them add up.
 */
void verifier_stats__parse(const char *log, const struct bpf_insn *insns, size_t count, struct verifier_stats *stats);
/* Remembers them under the address of the program's instructions. */
void verifier_stats__keep(const struct bpf_insn *insns, const struct verifier_stats *stats);
/* The latest that was kept for these instructions, or NULL. */
const struct verifier_stats *verifier_stats__of(const struct bpf_insn *insns);

#endif
