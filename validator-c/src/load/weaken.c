/* SPDX-License-Identifier: Apache-2.0 */
#include "load/weaken.h"

#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <string.h>

static bool is_strong(Elf *elf, const GElf_Shdr *table, Elf_Data *data, size_t index, const char *name)
{
	const char *own;
	GElf_Sym symbol;

	if (!gelf_getsym(data, (int)index, &symbol) || symbol.st_shndx != SHN_UNDEF ||
	    GELF_ST_BIND(symbol.st_info) != STB_GLOBAL)
		return false;
	own = elf_strptr(elf, table->sh_link, symbol.st_name);
	return own && !strcmp(own, name);
}

/* Where the byte stands that says how the name is bound; 0 for no such name. */
static size_t find_binding(void *file, size_t len, const char *name)
{
	Elf_Scn *section = NULL;
	size_t found = 0, i;
	GElf_Shdr table;
	Elf_Data *data;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory(file, len);
	if (!elf)
		return 0;
	while (!found && gelf_getclass(elf) == ELFCLASS64 && (section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &table) || table.sh_type != SHT_SYMTAB ||
		    table.sh_entsize != sizeof(Elf64_Sym) || table.sh_offset > len ||
		    table.sh_size > len - table.sh_offset)
			continue;
		data = elf_getdata(section, NULL);
		for (i = 1; data && !found && i < table.sh_size / sizeof(Elf64_Sym); i++)
			if (is_strong(elf, &table, data, i, name))
				found = table.sh_offset + i * sizeof(Elf64_Sym) + offsetof(Elf64_Sym, st_info);
	}
	elf_end(elf);
	return found;
}

bool weaken__extern(void *file, size_t len, const char *name)
{
	size_t at = find_binding(file, len, name);
	unsigned char *info = (unsigned char *)file + at;

	if (!at)
		return false;
	*info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(*info));
	return true;
}
