/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/ksyms-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "load/externs.h"
#include "symbols/kernel-names.h"

/* Of one name. With more the kernel's own file is read. */
#define LINES_MAX 256

/* The linker sends what libbpf opens here (--wrap). */
FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

static const void *object;
static size_t object_len;
/* What the file that was opened last is read from. */
static struct buf text;

void ksyms_file__object(const void *elf, size_t len)
{
	object = elf;
	object_len = len;
}

/* libbpf also takes what LLVM made of a variable. */
static bool stands_for(const struct name_entry *entry, const char *other, const char *name)
{
	size_t len = strlen(name);

	return entry->kind > ' ' && !strncmp(other, name, len) && (!other[len] || !strncmp(other + len, ".llvm.", 6));
}

static bool add_lines(const struct kernel_names *names, const char *name)
{
	const struct name_entry *entry = name_table__first(&names->table, name), *found[LINES_MAX];
	int count = 0;

	for (; entry; entry = name_table__next(&names->table, entry)) {
		if (!stands_for(entry, name_table__name(&names->table, entry), name))
			continue;
		if (count == LINES_MAX)
			return false;
		found[count++] = entry;
	}
	/* In the order of the kernel's file. */
	while (count--)
		buf__addf(&text, "%016llx %c %s\n", (unsigned long long)(int32_t)found[count]->value,
			  found[count]->kind, name_table__name(&names->table, found[count]));
	return !text.failed;
}

static FILE *open_lines(void)
{
	struct extern_name *list;
	const struct kernel_names *names;
	size_t count, i;
	bool all = true;

	if (!object || !kernel_names__ready())
		return NULL;
	names = kernel_names__read();
	count = externs__list(object, object_len, NULL, &list);
	buf__reset(&text);
	for (i = 0; i < count && all; i++)
		all = add_lines(names, list[i].name);
	free(list);
	if (!names->kallsyms || !names->whole || !names->addresses || count == EXTERNS_MAX || !all)
		return NULL;
	/* An empty file in memory cannot be opened by every C library. */
	return text.len ? fmemopen(text.data, text.len, "r") : __real_fopen64("/dev/null", "re");
}

FILE *__wrap_fopen64(const char *path, const char *mode)
{
	FILE *file = strcmp(path, "/proc/kallsyms") ? NULL : open_lines();

	return file ? file : __real_fopen64(path, mode);
}
