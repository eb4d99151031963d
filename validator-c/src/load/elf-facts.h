/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_ELF_FACTS_H
#define BPFCOMPAT_ELF_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_facts {
	bool has_btf;
	bool has_btf_ext;
	/* CO-RE relocation records in .BTF.ext. */
	uint64_t core_relocations;
	/* What stands in the `license` section. */
	char license[128];
};

/* Reads what libbpf does not say about an object. A file that is not an ELF, or a damaged one, gives zeroes. */
void elf_facts__read(const void *data, size_t len, struct elf_facts *facts);

#endif
