/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_WEAKEN_H
#define BPFCOMPAT_WEAKEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes an undefined name of an ELF file a weak one, in its bytes: libbpf then prepares the object without it. False when
 * the file has no such name, or only a weak one.
 */
bool weaken__extern(void *elf, size_t len, const char *name);

#endif
