/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lib/lines.h"
#include "symbols/kernel-names.h"

struct reading {
	struct kernel_names *names;
	bool all;
};

/* `ffffffff81000000 t `: as long in every line of a machine of 64 bits. */
#define BEFORE_NAME 19

/* What can be read and written has these letters; names with a dot were made by the compiler. */
static bool is_variable(char kind, const char *name)
{
	return strchr("bBdDrR", kind) && !strchr(name, '.') && strncmp(name, "__k", 3);
}

static uint32_t hex(const char *digits)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 4 | (uint32_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
	return value;
}

/* Cuts ` [module]` off. False when it is not a line for this reading. */
static bool take_module(const struct reading *reading, char *name, uint16_t *number)
{
	char *module = strpbrk(name, " \t");
	bool fresh;

	*number = 0;
	if (!module)
		return reading->all;
	*module++ = '\0';
	module += *module == '[';
	module[strcspn(module, "]")] = '\0';
	*number = names__module_number(module, &fresh);
	return reading->all || fresh;
}

/* `ffffffff81000000 t name`, for a module with a tab and `[module]` behind. */
static void take_symbol(void *context, char *line)
{
	const struct reading *reading = context;
	struct kernel_names *names = reading->names;
	char *name = line + BEFORE_NAME;
	struct name_entry *entry;
	uint16_t module;

	if (strnlen(line, BEFORE_NAME + 1) <= BEFORE_NAME || line[16] != ' ' || line[18] != ' ' ||
	    !take_module(reading, name, &module))
		return;
	entry = name_table__add(&names->table, name);
	if (!entry) {
		names->whole = false;
		return;
	}
	entry->kind = line[17];
	entry->module = module;
	entry->value = hex(line + 8);
	if (memcmp(line, entry->value >> 31 ? "ffffffff" : "00000000", 8))
		names->addresses = false;
	if (is_variable(entry->kind, name))
		similar_keys__add(&names->similar[SIMILAR_VARIABLES], name, entry->text);
}

static void set_flag(struct kernel_names *names, const char *name, uint8_t flag)
{
	struct name_entry *entry;
	bool known = false;

	for (entry = name_table__first(&names->table, name); entry; entry = name_table__next(&names->table, entry)) {
		if (entry->flags & flag || strcmp(name_table__name(&names->table, entry), name))
			continue;
		entry->flags |= flag;
		if (!known && flag == NAME_TRACEABLE)
			similar_keys__add(&names->similar[SIMILAR_TRACEABLE], name, entry->text);
		known = true;
	}
}

/* `name`, for a module with ` [module]` behind. */
static void take_traceable(void *context, char *line)
{
	const struct reading *reading = context;
	uint16_t module;

	if (take_module(reading, line, &module))
		set_flag(reading->names, line, NAME_TRACEABLE);
}

/* `0xffffffff81000000-0xffffffff81000010	name` */
static void take_blacklisted(void *context, char *line)
{
	const struct reading *reading = context;
	char *name = strchr(line, '\t');

	if (name)
		set_flag(reading->names, name + 1, NAME_BLACKLISTED);
}

void names_symbols__read(struct kernel_names *names, bool all)
{
	struct reading reading = { names, all };

	names->addresses = names->addresses || all;
	names->kallsyms = lines__each("/proc/kallsyms", take_symbol, &reading);
	names->traceable = lines__each_tracing("available_filter_functions", take_traceable, &reading);
	names->blacklist = lines__each("/sys/kernel/debug/kprobes/blacklist", take_blacklisted, &reading);
}
