/* SPDX-License-Identifier: Apache-2.0 */
/* Which libbpf this is built on: the pinned one, or an older one of the distribution with fewer calls. */
#ifndef BPFCOMPAT_COMPAT_H
#define BPFCOMPAT_COMPAT_H

#include <bpf/libbpf_version.h>

#define LIBBPF_AT_LEAST(major, minor) \
	(LIBBPF_MAJOR_VERSION > (major) || (LIBBPF_MAJOR_VERSION == (major) && LIBBPF_MINOR_VERSION >= (minor)))

#endif
