/* SPDX-License-Identifier: Apache-2.0 */
#include "load/pins.h"

#include <bpf/btf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <string.h>

/* libbpf keeps its own name for it to itself. */
#define PIN_BY_NAME 1

struct section {
	size_t offset;
	size_t size;
};

/* Where .BTF stands in the file; the size is 0 when it is not there as a whole. */
static struct section find_btf(void *file, size_t len)
{
	struct section found = {};
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;
	size_t names;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory(file, len);
	if (!elf)
		return found;
	if (elf_kind(elf) == ELF_K_ELF && !elf_getshdrstrndx(elf, &names))
		while ((section = elf_nextscn(elf, section))) {
			name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
			if (!name || strcmp(name, ".BTF") || header.sh_offset > len ||
			    header.sh_size > len - header.sh_offset)
				continue;
			found = (struct section){ header.sh_offset, header.sh_size };
		}
	elf_end(elf);
	return found;
}

static const struct btf_type *struct_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int depth;

	for (depth = 0; t && depth < 16 && (btf_is_mod(t) || btf_is_typedef(t)); depth++)
		t = btf__type_by_id(btf, t->type);
	return t && btf_is_struct(t) ? t : NULL;
}

static const struct btf_member *pinning_of(const struct btf *btf, const struct btf_type *map)
{
	const struct btf_member *m = btf_members(map);
	const char *name;
	int i;

	for (i = 0; i < btf_vlen(map); i++) {
		name = btf__name_by_offset(btf, m[i].name_off);
		if (name && !strcmp(name, "pinning"))
			return &m[i];
	}
	return NULL;
}

/* `__uint(pinning, N)`: a pointer to an array of N elements. */
static const struct btf_array *mode_of(const struct btf *btf, const struct btf_member *pinning)
{
	const struct btf_type *t = btf__type_by_id(btf, pinning->type);

	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL;
	return t && btf_is_array(t) ? btf_array(t) : NULL;
}

/* Compilers write a type once: the array of two elements that is a mode here is BPF_MAP_TYPE_ARRAY somewhere else. */
static bool is_shared(const struct btf *btf, const struct btf_member *pinning)
{
	const struct btf_type *t;
	const struct btf_member *m;
	uint32_t id;
	int i;

	for (id = 1; (t = btf__type_by_id(btf, id)); id++) {
		if (!btf_is_struct(t))
			continue;
		for (i = 0, m = btf_members(t); i < btf_vlen(t); i++, m++)
			if (m->type == pinning->type && m->name_off != pinning->name_off)
				return true;
	}
	return false;
}

/* Where a number of `btf` stands in `data`, the bytes that it was made of. */
static char *place_of(const struct btf *btf, const uint32_t *number, char *data, size_t len)
{
	uint32_t size = 0;
	const char *raw = btf__raw_data(btf, &size);
	size_t at = (size_t)((const char *)number - raw);

	if (!raw || (const char *)number < raw || at > len - sizeof(*number) ||
	    memcmp(data + at, number, sizeof(*number)))
		return NULL;
	return data + at;
}

static bool drop_custom(const struct btf *btf, uint32_t id, char *data, size_t len, struct overrides *overrides)
{
	const struct btf_type *var = btf__type_by_id(btf, id);
	const struct btf_type *map = var && btf_is_var(var) ? struct_of(btf, var->type) : NULL;
	const struct btf_member *pinning = map ? pinning_of(btf, map) : NULL;
	const struct btf_array *mode = pinning ? mode_of(btf, pinning) : NULL;
	uint32_t value = 0;
	const char *name;
	char *place;
	bool shared;

	if (!mode || mode->nelems <= PIN_BY_NAME)
		return false;
	/* Where the type has to stay, the member loses its name and is passed over. */
	shared = is_shared(btf, pinning);
	if (shared)
		value = pinning->name_off + (uint32_t)strlen("pinning");
	place = place_of(btf, shared ? &pinning->name_off : &mode->nelems, data, len);
	name = btf__name_by_offset(btf, var->name_off);
	if (!place || !name)
		return false;
	overrides__record_fix(overrides, "pinning", name, 0, "not pinned: mode %u is one of its own loader", mode->nelems);
	memcpy(place, &value, sizeof(value));
	overrides->relaxed_maps |= shared;
	return true;
}

int pins__drop_custom(void *file, size_t len, struct overrides *overrides)
{
	struct section section = find_btf(file, len);
	char *data = (char *)file + section.offset;
	const struct btf_var_secinfo *vars;
	int count = 0, type_id, i;
	const struct btf_type *t;
	struct btf *btf;

	if (section.size < sizeof(struct btf_header))
		return 0;
	btf = btf__new(data, (uint32_t)section.size);
	if (libbpf_get_error(btf))
		return 0;
	type_id = btf__find_by_name_kind(btf, ".maps", BTF_KIND_DATASEC);
	t = type_id > 0 ? btf__type_by_id(btf, (uint32_t)type_id) : NULL;
	vars = t ? btf_var_secinfos(t) : NULL;
	for (i = 0; t && i < btf_vlen(t); i++)
		count += drop_custom(btf, vars[i].type, data, section.size, overrides);
	btf__free(btf);
	return count;
}
