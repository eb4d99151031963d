/* SPDX-License-Identifier: Apache-2.0 */
#include "load/externs.h"

#include <elf.h>
#include <stdlib.h>

#include "test.h"
#include "load/weaken.h"

/* An object with nothing but a symbol table. */
struct file {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	Elf64_Sym symbols[5];
	char names[64];
};

static void make(struct file *file)
{
	static const char names[] = "\0bpf_found\0bpf_missing\0CONFIG_HZ\0local";

	*file = (struct file){};
	memcpy(file->header.e_ident, ELFMAG, SELFMAG);
	file->header.e_ident[EI_CLASS] = ELFCLASS64;
	file->header.e_ident[EI_DATA] = ELFDATA2LSB;
	file->header.e_ident[EI_VERSION] = EV_CURRENT;
	file->header.e_type = ET_REL;
	file->header.e_machine = EM_BPF;
	file->header.e_version = EV_CURRENT;
	file->header.e_shoff = offsetof(struct file, sections);
	file->header.e_ehsize = sizeof(file->header);
	file->header.e_shentsize = sizeof(Elf64_Shdr);
	file->header.e_shnum = 3;
	file->sections[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
					  .sh_offset = offsetof(struct file, symbols),
					  .sh_size = sizeof(file->symbols),
					  .sh_link = 2,
					  .sh_entsize = sizeof(Elf64_Sym),
					  .sh_addralign = 8 };
	file->sections[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
					  .sh_offset = offsetof(struct file, names),
					  .sh_size = sizeof(file->names),
					  .sh_addralign = 1 };
	memcpy(file->names, names, sizeof(names));
	file->symbols[1] = (Elf64_Sym){ .st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };
	file->symbols[2] = (Elf64_Sym){ .st_name = 11, .st_info = ELF64_ST_INFO(STB_WEAK, STT_NOTYPE) };
	file->symbols[3] = (Elf64_Sym){ .st_name = 23, .st_info = ELF64_ST_INFO(STB_WEAK, STT_NOTYPE) };
	file->symbols[4] = (Elf64_Sym){ .st_name = 33, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1 };
}

void test_externs(void)
{
	struct extern_name *list;
	struct file file;
	size_t count, i;

	externs__hear_line("extern (func ksym) 'bpf_found': resolved to nf_conntrack [77]\n");
	externs__hear_line("extern 'bpf_missing' (weak): not resolved, defaulting to zero\n");
	externs__hear_line("extern (ksym) #1: symbol 3, name bpf_missing\n");
	externs__hear_line("extern 'no end");
	CHECK(externs__name(1) && !strcmp(externs__name(1), "bpf_missing") && !externs__name(0));
	make(&file);
	count = externs__list(&file, sizeof(file), NULL, &list);
	CHECK(count == 3);
	CHECK(count == 3 && !strcmp(list[0].name, "bpf_found") && list[0].looked_up && list[0].present &&
	      !list[0].weak && !strcmp(list[0].module, "nf_conntrack"));
	CHECK(count == 3 && list[1].weak && list[1].looked_up && !list[1].present);
	CHECK(count == 3 && list[2].kind == EXTERN_KCONFIG && !list[2].looked_up);
	free(list);
	CHECK(weaken__extern(&file, sizeof(file), "bpf_found") && !weaken__extern(&file, sizeof(file), "bpf_found"));
	CHECK(!weaken__extern(&file, sizeof(file), "bpf_missing") && !weaken__extern(&file, sizeof(file), "local"));
	count = externs__list(&file, sizeof(file), NULL, &list);
	CHECK(count == 3 && list[0].weak && list[0].present);
	free(list);
	/* Every damaged copy is read without harm. */
	for (i = 0; i < sizeof(file) * 8; i++) {
		make(&file);
		((unsigned char *)&file)[i / 8] ^= (unsigned char)(1U << i % 8);
		CHECK(externs__list(&file, sizeof(file), NULL, &list) <= EXTERNS_MAX);
		free(list);
		weaken__extern(&file, sizeof(file), "bpf_found");
	}
	for (i = 0; i < sizeof(file); i++) {
		make(&file);
		weaken__extern(&file, i, "bpf_found");
		externs__list(&file, i, NULL, &list);
		free(list);
	}
}
