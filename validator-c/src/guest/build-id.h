/* SPDX-License-Identifier: Apache-2.0 */
/* What distinguishes one build of the kernel from all others, as the linker wrote it into its notes. */
#ifndef BPFCOMPAT_BUILD_ID_H
#define BPFCOMPAT_BUILD_ID_H

#include <stddef.h>

#define BUILD_ID_HEX_SIZE 129

/* The build id among ELF notes in hex; "" where there is none, or it has more than 64 bytes. */
void build_id__find(const void *notes, size_t len, char hex[BUILD_ID_HEX_SIZE]);
/* That of the running kernel. */
void build_id__of_kernel(char hex[BUILD_ID_HEX_SIZE]);

#endif
