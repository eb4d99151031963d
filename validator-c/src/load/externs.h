/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions, variables and options of the kernel that the object names, and whether libbpf found them. Nothing is
 * searched: libbpf says so itself, at debug level, while it prepares the object.
 */
#ifndef BPFCOMPAT_EXTERNS_H
#define BPFCOMPAT_EXTERNS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define EXTERNS_MAX 2048
#define EXTERN_NAME_SIZE 256

enum extern_kind {
	EXTERN_KFUNC,
	EXTERN_KSYM,
	EXTERN_KCONFIG,
};

struct extern_name {
	char name[EXTERN_NAME_SIZE];
	enum extern_kind kind;
	bool weak;
	/* Whether libbpf came as far as to look for it; then `present` and `module` count. */
	bool looked_up;
	bool present;
	/* Empty for the kernel itself. */
	char module[64];
};

struct btf;

/* Takes note of what libbpf prints about externs; anything else is left alone. */
void externs__hear(const char *format, va_list args);
/* The same for a line that is text already. */
void externs__hear_line(const char *line);
/*
 * The undefined names in the symbol table of an ELF file, with what was heard about them. `btf` is the object's own, it
 * distinguishes functions from variables. Returns how many there are; `*list` is malloc'ed when there are any.
 */
size_t externs__list(const void *elf, size_t len, const struct btf *btf, struct extern_name **list);

/* The name of the extern with a number of libbpf's in the object that was opened last; NULL for none. */
const char *externs__name(int number);

#endif
