/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libbpf found for the CO-RE relocations of the programs it prepared. The linker sends two of libbpf's inner calls
 * here (--wrap), so nothing is searched a second time.
 */
#ifndef BPFCOMPAT_CORE_RELOS_H
#define BPFCOMPAT_CORE_RELOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CORE_RELOS_MAX 4096

struct core_relo {
	char *program;
	/* As libbpf writes it: `struct inet_sock.freebind`. */
	char *access;
	/* enum bpf_core_relo_kind. */
	uint32_t kind;
	/* Counted from the start of the program. */
	uint32_t insn;
	bool present;
	/* Where it begins and its steps in the object's BTF: a type, and an offset into the strings. */
	uint32_t type;
	uint32_t steps;
	/* The kernel has a type of the name that the access begins with. */
	bool type_present;
};

/* One entry per distinct program, kind and access, in the order libbpf met them. */
const struct core_relo *core_relos__list(size_t *count, uint64_t *dropped);
/* libbpf's word for a kind: `byte_off`, `field_exists`, ... */
const char *core_relos__kind_name(uint32_t kind);
/* Whether something is there is all it wants to know: absent is a result. */
bool core_relos__only_asks(uint32_t kind);
/* The access in libbpf's description of a relocation; a copy, or NULL when there is no memory. */
char *core_relos__access(const char *description);

#endif
