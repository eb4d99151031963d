/* SPDX-License-Identifier: Apache-2.0 */
#include "load/elf-facts.h"

#include <elf.h>
#include <stdlib.h>

#include "test.h"

/* An ELF file with a name table and one .BTF.ext section of 2 + 1 relocation records of 16 bytes. */
struct small_elf {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	char names[32];
	uint32_t ext[64];
};

static void make(struct small_elf *file)
{
	static const uint32_t ext[] = { 0x0001eb9f, 32, 0, 0, 0, 0, 0, 68, /* header: core_relo at 0, 68 bytes */
					16,	    1,	2, 0, 0, 0, 0, 0,  0, 0, 0, 7, 1, 0, 0, 0, 0 };

	memset(file, 0, sizeof(*file));
	memcpy(file->header.e_ident, ELFMAG "\2\1\1", 7);
	file->header.e_type = ET_REL;
	file->header.e_machine = 247;
	file->header.e_version = 1;
	file->header.e_shoff = offsetof(struct small_elf, sections);
	file->header.e_ehsize = sizeof(file->header);
	file->header.e_shentsize = sizeof(file->sections[0]);
	file->header.e_shnum = 3;
	file->header.e_shstrndx = 1;
	memcpy(file->names, "\0.names\0.BTF.ext\0", 17);
	file->sections[1] = (Elf64_Shdr){ .sh_name = 1,
					  .sh_type = SHT_STRTAB,
					  .sh_offset = offsetof(struct small_elf, names),
					  .sh_size = sizeof(file->names) };
	file->sections[2] = (Elf64_Shdr){ .sh_name = 8,
					  .sh_type = SHT_PROGBITS,
					  .sh_offset = offsetof(struct small_elf, ext),
					  .sh_size = sizeof(ext) };
	memcpy(file->ext, ext, sizeof(ext));
}

void test_elf_facts(void)
{
	struct small_elf file, broken;
	struct elf_facts facts;
	int round, i;

	make(&file);
	elf_facts__read(&file, sizeof(file), &facts);
	CHECK(facts.has_btf_ext && !facts.has_btf && facts.core_relocations == 3);
	elf_facts__read("no ELF at all", 13, &facts);
	CHECK(!facts.has_btf_ext && !facts.core_relocations);
	elf_facts__read(&file, 40, &facts);
	CHECK(!facts.has_btf_ext);
	srand(13);
	for (round = 0; round < 20000; round++) {
		broken = file;
		for (i = 0; i < 4; i++)
			((char *)&broken)[(size_t)rand() % sizeof(broken)] = (char)rand();
		elf_facts__read(&broken, 1 + (size_t)rand() % sizeof(broken), &facts);
		CHECK(facts.core_relocations <= sizeof(broken));
	}
}
