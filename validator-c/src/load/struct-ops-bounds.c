/* SPDX-License-Identifier: Apache-2.0 */
#include "load/struct-ops-bounds.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <string.h>

struct checked {
	Elf *elf;
	/* Of the file: nothing in it lies beyond, and no sum of two of its offsets overflows below. */
	size_t len;
	const struct btf *btf;
	struct buf *problem;
};

/* Those that libbpf makes maps of. */
static bool is_struct_ops(const char *section)
{
	return section && (!strcmp(section, ".struct_ops") || !strcmp(section, ".struct_ops.link") ||
			   !strcmp(section, "?.struct_ops") || !strcmp(section, "?.struct_ops.link"));
}

static const char *name_of(const struct btf *btf, const struct btf_type *type)
{
	return btf__name_by_offset(btf, type->name_off) ?: "";
}

static void check_members(const struct checked *checked, const char *map, const struct btf_type *type)
{
	const struct btf_member *member = btf_members(type);
	int i;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		/* Bit fields have their width in here too, which libbpf takes for a part of the place. */
		int64_t at = member->offset / 8, size = btf__resolve_size(checked->btf, member->type);

		if (at + (size > 0 ? size : 0) <= type->size)
			continue;
		buf__addf(checked->problem,
			  "struct_ops map '%s': member '%s' does not lie within the %u bytes of struct '%s'", map,
			  btf__name_by_offset(checked->btf, member->name_off) ?: "", type->size,
			  name_of(checked->btf, type));
		return;
	}
}

/* libbpf adds place and size as numbers of 32 bits. */
static void check_place(const struct checked *checked, const char *map, uint32_t at)
{
	if (at > checked->len)
		buf__addf(checked->problem, "struct_ops map '%s': its place %u does not lie within the file", map, at);
}

/* clang leaves the place of a variable to the table of symbols. */
static void check_symbols(const struct checked *checked, const char *map)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	GElf_Sym symbol;
	const char *name;
	int i;

	while ((section = elf_nextscn(checked->elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (i = 0; data && !checked->problem->len && gelf_getsym(data, i, &symbol); i++) {
			name = elf_strptr(checked->elf, header.sh_link, symbol.st_name);
			if (name && !strcmp(name, map))
				check_place(checked, map, (uint32_t)symbol.st_value);
		}
	}
}

static void check_variable(const struct checked *checked, const struct btf_var_secinfo *place)
{
	const struct btf_type *var = btf__type_by_id(checked->btf, place->type), *type;
	int id = btf__resolve_type(checked->btf, place->type);
	const char *map;

	if (!var || id < 0)
		return;
	map = name_of(checked->btf, var);
	type = btf__type_by_id(checked->btf, (uint32_t)id);
	if (!type || !btf_is_struct(type))
		return;
	if (type->size > checked->len)
		buf__addf(checked->problem, "struct_ops map '%s': struct '%s' of %u bytes is larger than the file", map,
			  name_of(checked->btf, type), type->size);
	if (!checked->problem->len)
		check_members(checked, map, type);
	if (!checked->problem->len)
		check_place(checked, map, place->offset);
	if (!checked->problem->len)
		check_symbols(checked, map);
}

static void check_types(struct checked *checked, const Elf_Data *data)
{
	struct btf *btf = data->d_size <= UINT32_MAX ? btf__new(data->d_buf, (uint32_t)data->d_size) : NULL;
	const struct btf_type *type;
	uint32_t id;
	int i;

	if (!btf)
		return;
	/* As libbpf has it for programs, whatever the types say. */
	btf__set_pointer_size(btf, 8);
	checked->btf = btf;
	for (id = 1; !checked->problem->len && (type = btf__type_by_id(btf, id)); id++)
		if (btf_is_datasec(type) && is_struct_ops(name_of(btf, type)))
			for (i = 0; !checked->problem->len && i < btf_vlen(type); i++)
				check_variable(checked, &btf_var_secinfos(type)[i]);
	btf__free(btf);
}

/* Every section of the name: which of several libbpf takes is its own business. */
static void each_types(struct checked *checked, size_t names)
{
	Elf_Scn *section = NULL;
	const char *name;
	GElf_Shdr header;
	Elf_Data *data;

	while (!checked->problem->len && (section = elf_nextscn(checked->elf, section))) {
		name = gelf_getshdr(section, &header) ? elf_strptr(checked->elf, names, header.sh_name) : NULL;
		if (!name || strcmp(name, ".BTF"))
			continue;
		data = elf_getdata(section, NULL);
		if (data && data->d_buf)
			check_types(checked, data);
	}
}

static bool has_struct_ops(Elf *elf, size_t names)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && is_struct_ops(elf_strptr(elf, names, header.sh_name)))
			return true;
	return false;
}

void struct_ops_bounds__check(const void *object, size_t len, struct buf *problem)
{
	struct checked checked = { .len = len, .problem = problem };
	/* What it says about types that cannot be read it says once more when it opens them. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	size_t names;

	elf_version(EV_CURRENT);
	/* libelf only reads here; its interface just lacks the const. */
	checked.elf = elf_memory((char *)(uintptr_t)object, len);
	if (checked.elf && elf_kind(checked.elf) == ELF_K_ELF && !elf_getshdrstrndx(checked.elf, &names) &&
	    has_struct_ops(checked.elf, names))
		each_types(&checked, names);
	elf_end(checked.elf);
	libbpf_set_print(print);
	if (problem->len)
		buf__addc(problem, '\n');
}
