/* SPDX-License-Identifier: Apache-2.0 */
#include "load/struct-ops-bounds.h"

#include <bpf/btf.h>
#include <elf.h>
#include <stdlib.h>

#include "test.h"

#define STRUCT_SIZE 32

/* An object with one struct_ops map, as far as it is read. */
struct object {
	Elf64_Ehdr header;
	Elf64_Shdr sections[6];
	char names[64];
	char map[STRUCT_SIZE];
	Elf64_Sym symbols[2];
	char symbol_names[8];
	char types[1024];
};

/* What is wrong with it; a zero is right. */
struct faults {
	uint32_t size;
	uint32_t member_bits;
	uint32_t field_width;
	uint32_t place;
	uint64_t symbol;
	const char *section;
};

static Elf64_Shdr section(uint32_t name, uint32_t type, size_t offset, size_t size, size_t entry)
{
	return (Elf64_Shdr){
		.sh_name = name, .sh_type = type, .sh_offset = offset, .sh_size = size, .sh_entsize = entry
	};
}

/* The last member is a pointer in the last 8 bytes. */
static size_t write_types(char *out, size_t size, const struct faults *faults)
{
	uint32_t len = 0, at = faults->member_bits ?: (STRUCT_SIZE - 8) * 8;
	struct btf *btf = btf__new_empty();
	int pointer, number, type, var;
	const void *raw;

	pointer = btf__add_ptr(btf, btf__add_func_proto(btf, 0));
	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	type = btf__add_struct(btf, "ops", faults->size ?: STRUCT_SIZE);
	btf__add_field(btf, "flags", number, 0, (uint8_t)faults->field_width);
	btf__add_field(btf, "call", pointer, at, 0);
	var = btf__add_var(btf, "map", BTF_VAR_GLOBAL_ALLOCATED, type);
	btf__add_datasec(btf, faults->section ?: ".struct_ops", 0);
	btf__add_datasec_var_info(btf, var, faults->place, STRUCT_SIZE);
	raw = btf__raw_data(btf, &len);
	CHECK(raw && len <= size);
	memcpy(out, raw, len);
	btf__free(btf);
	return len;
}

static void make(struct object *file, const struct faults *faults)
{
	size_t types;

	memset(file, 0, sizeof(*file));
	types = write_types(file->types, sizeof(file->types), faults);
	memcpy(file->header.e_ident, ELFMAG "\2\1\1", 7);
	file->header.e_type = ET_REL;
	file->header.e_machine = EM_BPF;
	file->header.e_version = 1;
	file->header.e_shoff = offsetof(struct object, sections);
	file->header.e_ehsize = sizeof(file->header);
	file->header.e_shentsize = sizeof(file->sections[0]);
	file->header.e_shnum = 6;
	file->header.e_shstrndx = 1;
	memcpy(file->names, "\0.names\0.BTF\0.symbols\0.strings\0", 32);
	strcpy(file->names + 31, faults->section ?: ".struct_ops");
	memcpy(file->symbol_names, "\0map", 5);
	file->symbols[1] = (Elf64_Sym){ .st_name = 1, .st_value = faults->symbol, .st_shndx = 5 };
	file->sections[1] = section(1, SHT_STRTAB, offsetof(struct object, names), sizeof(file->names), 0);
	file->sections[2] = section(8, SHT_PROGBITS, offsetof(struct object, types), types, 0);
	file->sections[3] = section(13, SHT_SYMTAB, offsetof(struct object, symbols), sizeof(file->symbols),
				    sizeof(file->symbols[0]));
	file->sections[3].sh_link = 4;
	file->sections[4] =
		section(22, SHT_STRTAB, offsetof(struct object, symbol_names), sizeof(file->symbol_names), 0);
	file->sections[5] = section(31, SHT_PROGBITS, offsetof(struct object, map), sizeof(file->map), 0);
}

static void check(const struct faults faults, const char *expected)
{
	struct buf problem = {};
	struct object file;

	make(&file, &faults);
	struct_ops_bounds__check(&file, sizeof(file), &problem);
	CHECK(problem.len == strlen(expected));
	if (problem.len)
		CHECK_TEXT(problem, expected);
	buf__free(&problem);
}

static void check_damaged_files(void)
{
	struct object file, *broken = malloc(sizeof(file));
	struct buf problem = {};
	int round, i;

	make(&file, &(struct faults){});
	srand(11);
	for (round = 0; round < 20000; round++) {
		*broken = file;
		for (i = 0; i < 3; i++)
			((char *)broken)[(size_t)rand() % sizeof(file)] = (char)rand();
		struct_ops_bounds__check(broken, sizeof(file), &problem);
		CHECK(!problem.failed);
		buf__reset(&problem);
	}
	buf__free(&problem);
	free(broken);
}

void test_struct_ops_bounds(void)
{
	char large[128], place[128];

	check((struct faults){}, "");
	check((struct faults){ .section = "?.struct_ops.link" }, "");
	/* No map is made of it. */
	check((struct faults){ .section = ".data", .member_bits = 8 * 31 }, "");
	check((struct faults){ .member_bits = 8 * 25 },
	      "struct_ops map 'map': member 'call' does not lie within the 32 bytes of struct 'ops'\n");
	check((struct faults){ .size = 25, .section = ".struct_ops.link" },
	      "struct_ops map 'map': member 'call' does not lie within the 25 bytes of struct 'ops'\n");
	check((struct faults){ .member_bits = 0xfffffff8 },
	      "struct_ops map 'map': member 'call' does not lie within the 32 bytes of struct 'ops'\n");
	/* libbpf takes its width for a part of its place. */
	check((struct faults){ .field_width = 3 },
	      "struct_ops map 'map': member 'flags' does not lie within the 32 bytes of struct 'ops'\n");
	snprintf(large, sizeof(large), "struct_ops map 'map': struct 'ops' of %zu bytes is larger than the file\n",
		 sizeof(struct object) + 1);
	check((struct faults){ .size = sizeof(struct object) + 1 }, large);
	snprintf(place, sizeof(place), "struct_ops map 'map': its place %u does not lie within the file\n",
		 0xfffffff0u);
	check((struct faults){ .place = 0xfffffff0 }, place);
	check((struct faults){ .symbol = 0xfffffff0 }, place);
	check((struct faults){ .symbol = 0x1fffffff0 }, place);
	check_damaged_files();
}
