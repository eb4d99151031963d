/* SPDX-License-Identifier: Apache-2.0 */
#include "load/elf-facts.h"

#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>

#define BTF_MAGIC 0xeb9f
/* magic, version, flags, header length, then offset and length of func_info, line_info and core_relo. */
#define EXT_CORE_RELO_AT 24
#define EXT_HEADER_WITH_CORE_RELO 32
#define SECTION_INFO_SIZE 8

static uint32_t word_at(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Every length comes from the file, so each is checked against what is left. */
static uint64_t count_core_relocations(const uint8_t *data, size_t len)
{
	uint32_t header_len, at, size, record_size;
	uint64_t count = 0, n;
	uint16_t magic;

	if (len < EXT_HEADER_WITH_CORE_RELO)
		return 0;
	memcpy(&magic, data, sizeof(magic));
	header_len = word_at(data + 4);
	if (magic != BTF_MAGIC || header_len < EXT_HEADER_WITH_CORE_RELO || header_len > len)
		return 0;
	at = word_at(data + EXT_CORE_RELO_AT);
	size = word_at(data + EXT_CORE_RELO_AT + 4);
	data += header_len;
	len -= header_len;
	if (size < sizeof(record_size) || at > len || size > len - at)
		return 0;
	data += at;
	record_size = word_at(data);
	data += sizeof(record_size);
	size -= sizeof(record_size);
	while (record_size && size >= SECTION_INFO_SIZE) {
		n = word_at(data + 4);
		data += SECTION_INFO_SIZE;
		size -= SECTION_INFO_SIZE;
		if (n * record_size > size)
			break;
		count += n;
		data += n * record_size;
		size -= (uint32_t)(n * record_size);
	}
	return count;
}

static void read_section(Elf *elf, size_t names, Elf_Scn *section, struct elf_facts *facts)
{
	const char *name;
	Elf_Data *data;
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header))
		return;
	name = elf_strptr(elf, names, header.sh_name);
	if (!name)
		return;
	if (!strcmp(name, ".BTF"))
		facts->has_btf = true;
	if (!strcmp(name, ".BTF.ext"))
		facts->has_btf_ext = true;
	else if (strcmp(name, "license"))
		return;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return;
	if (!strcmp(name, "license"))
		snprintf(facts->license, sizeof(facts->license), "%.*s", (int)strnlen(data->d_buf, data->d_size),
			 (const char *)data->d_buf);
	else
		facts->core_relocations = count_core_relocations(data->d_buf, data->d_size);
}

void elf_facts__read(const void *data, size_t len, struct elf_facts *facts)
{
	Elf_Scn *section = NULL;
	size_t names;
	Elf *elf;

	*facts = (struct elf_facts){};
	elf_version(EV_CURRENT);
	/* libelf only reads here; its interface just lacks the const. */
	elf = elf_memory((char *)(uintptr_t)data, len);
	if (!elf)
		return;
	if (elf_kind(elf) == ELF_K_ELF && !elf_getshdrstrndx(elf, &names))
		while ((section = elf_nextscn(elf, section)))
			read_section(elf, names, section, facts);
	elf_end(elf);
}
