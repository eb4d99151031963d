/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between libbpf and mmap(2); the linker sends libbpf's calls here (--wrap=mmap64).
 *
 * An object says at which addresses its arena lies (`map_extra`), and with which bytes. libbpf puts it there over whatever
 * the process has at these addresses: its own data, its heap, its stack. From then on the object would write its own result.
 */
#ifndef BPFCOMPAT_ARENA_PLACE_H
#define BPFCOMPAT_ARENA_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether this process has something of its own in these bytes; also where that is not known. Memory of BPF maps is no one's
 * own: an object that is opened twice puts its arena over the one before.
 */
bool arena_place__is_taken(const void *start, size_t size);

#endif
