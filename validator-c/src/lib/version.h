/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_VERSION_H
#define BPFCOMPAT_VERSION_H

#define VALIDATOR_VERSION "0.2.0"

/* The build says which libbpf it took; see scripts/stage-libbpf.sh. */
#ifndef LIBBPF_BUILD
#define LIBBPF_BUILD "unknown"
#endif

#endif
