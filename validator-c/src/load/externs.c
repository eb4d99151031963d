/* SPDX-License-Identifier: Apache-2.0 */
#include "load/externs.h"

#include <bpf/btf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct heard {
	char name[EXTERN_NAME_SIZE];
	char module[64];
	/* Whether libbpf looked for it. */
	bool looked_up;
	bool present;
	/* libbpf's own number. */
	int number;
};

static struct heard *heard;
static size_t heard_count;

static struct heard *find_heard(const char *name)
{
	size_t i;

	for (i = 0; i < heard_count; i++)
		if (!strcmp(heard[i].name, name))
			return &heard[i];
	return NULL;
}

static struct heard *heard_of(const char *name)
{
	struct heard *entry = find_heard(name);

	if (entry)
		return entry;
	if (!heard)
		heard = calloc(EXTERNS_MAX, sizeof(*heard));
	if (!heard || heard_count == EXTERNS_MAX)
		return NULL;
	entry = &heard[heard_count++];
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->number = -1;
	return entry;
}

/* The latest word about a name counts: an object is prepared more than once. */
static void note(const char *name, bool present, const char *module)
{
	struct heard *entry = heard_of(name);

	if (!entry)
		return;
	snprintf(entry->module, sizeof(entry->module), "%s", strcmp(module, "vmlinux") ? module : "");
	entry->looked_up = true;
	entry->present = present;
}

/* Such as `extern (ksym) #1: symbol 3, name bpf_f`. */
static bool note_number(const char *line)
{
	char name[EXTERN_NAME_SIZE];
	struct heard *entry;
	int number;

	if (sscanf(line, "extern (%*[a-z]) #%d: symbol %*d, name %255s", &number, name) != 2)
		return false;
	entry = heard_of(name);
	if (entry)
		entry->number = number;
	return true;
}

/* Such as `extern (func ksym) 'bpf_f': resolved to vmlinux [77]` or `extern 'v' (weak): not resolved, ...`. */
void externs__hear_line(const char *line)
{
	char name[EXTERN_NAME_SIZE], module[64] = "";
	const char *from, *to, *rest;

	if (note_number(line))
		return;
	from = strchr(line, '\'');
	to = from ? strchr(from + 1, '\'') : NULL;
	if (!to || strncmp(line, "extern ", 7) || to - from - 1 >= (int)sizeof(name))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(to - from - 1), from + 1);
	rest = to + 1;
	if (!strncmp(rest, ": resolved to ", 14)) {
		if (!strncmp(line, "extern (func ", 13))
			sscanf(rest + 14, "%63s", module);
		note(name, true, module);
	} else if (!strncmp(rest, ": set to ", 9)) {
		note(name, true, "");
	} else if (!strncmp(rest, ": not found", 11) || strstr(rest, "): not resolved")) {
		note(name, false, "");
	}
}

void externs__hear(const char *format, va_list args)
{
	char line[1024];
	va_list again;

	if (strncmp(format, "extern ", 7) && strncmp(format, "libbpf: extern ", 15))
		return;
	va_copy(again, args);
	vsnprintf(line, sizeof(line), format, again);
	va_end(again);
	externs__hear_line(line + (strncmp(line, "libbpf: ", 8) ? 0 : 8));
}

static enum extern_kind kind_of(const char *name, const struct btf *btf)
{
	if (!strncmp(name, "CONFIG_", 7) || !strncmp(name, "LINUX_", 6))
		return EXTERN_KCONFIG;
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0 ? EXTERN_KFUNC : EXTERN_KSYM;
}

static void add(struct extern_name *list, size_t *count, const char *name, bool weak, const struct btf *btf)
{
	struct extern_name *entry = &list[(*count)++];
	const struct heard *found = find_heard(name);

	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->kind = kind_of(name, btf);
	entry->weak = weak;
	entry->looked_up = found && found->looked_up;
	if (!entry->looked_up)
		return;
	entry->present = found->present;
	snprintf(entry->module, sizeof(entry->module), "%s", found->module);
}

static bool is_extern(const GElf_Sym *symbol)
{
	int bind = GELF_ST_BIND(symbol->st_info);

	return symbol->st_shndx == SHN_UNDEF && (bind == STB_GLOBAL || bind == STB_WEAK);
}

static void read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const struct btf *btf,
			 struct extern_name **list, size_t *count)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t i, symbols = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;
	const char *name;
	GElf_Sym symbol;

	for (i = 1; i < symbols && *count < EXTERNS_MAX; i++) {
		if (!gelf_getsym(data, (int)i, &symbol) || !is_extern(&symbol))
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (!name || !name[0])
			continue;
		if (!*list)
			*list = calloc(EXTERNS_MAX, sizeof(**list));
		if (!*list)
			return;
		add(*list, count, name, GELF_ST_BIND(symbol.st_info) == STB_WEAK, btf);
	}
}

size_t externs__list(const void *data, size_t len, const struct btf *btf, struct extern_name **list)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t count = 0;
	Elf *elf;

	*list = NULL;
	elf_version(EV_CURRENT);
	/* libelf only reads here; its interface just lacks the const. */
	elf = elf_memory((char *)(uintptr_t)data, len);
	if (!elf)
		return 0;
	if (elf_kind(elf) == ELF_K_ELF)
		while ((section = elf_nextscn(elf, section)))
			if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
				read_symbols(elf, section, &header, btf, list, &count);
	elf_end(elf);
	return count;
}

const char *externs__name(int number)
{
	size_t i;

	for (i = 0; i < heard_count; i++)
		if (heard[i].number == number)
			return heard[i].name;
	return NULL;
}
