/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf reads all of /proc/kallsyms, a hundred thousand lines and more, for the one or two variables that an object names,
 * and that for each load. Where the names of the kernel were read before, it gets a file with the lines of those alone.
 */
#ifndef BPFCOMPAT_KSYMS_FILE_H
#define BPFCOMPAT_KSYMS_FILE_H

#include <stddef.h>

/* The object (an ELF file) that libbpf is going to load; NULL when kallsyms is to be the kernel's own again. Not copied. */
void ksyms_file__object(const void *elf, size_t len);

#endif
