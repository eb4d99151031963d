/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/kernel-names.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "lib/lines.h"

/* More than distributions load; symbols of later ones count as the kernel's. */
#define MODULES_MAX 1024
#define MODULE_NAME_SIZE 64

static struct kernel_names names;
static bool ready;

/* The first is the kernel itself. `[bpf]` and the like of kallsyms count, too. */
static struct {
	char name[MODULE_NAME_SIZE];
	struct btf *btf;
	bool fresh;
} modules[MODULES_MAX];
static uint16_t module_count = 1;

static uint16_t find_module(const char *name)
{
	uint16_t i;

	for (i = module_count - 1; i > 0 && strncmp(modules[i].name, name, MODULE_NAME_SIZE - 1); i--)
		;
	return i;
}

uint16_t names__module_number(const char *name, bool *fresh)
{
	uint16_t number = find_module(name);

	if (!number && module_count < MODULES_MAX) {
		number = module_count++;
		modules[number].fresh = true;
		snprintf(modules[number].name, MODULE_NAME_SIZE, "%s", name);
	}
	*fresh = modules[number].fresh;
	return number;
}

const char *kernel_names__module(const struct name_entry *entry)
{
	return modules[entry->module].name;
}

bool kernel_names__ready(void)
{
	return ready;
}

bool kernel_names__knows_types(void)
{
	return ready && names.btf && names.whole;
}

static void note_unknown(void *context, char *line)
{
	line[strcspn(line, " ")] = '\0';
	*(bool *)context = *(bool *)context || !find_module(line);
}

bool kernel_names__current(void)
{
	bool unknown = false;

	if (ready)
		lines__each("/proc/modules", note_unknown, &unknown);
	return ready && !unknown;
}

/* So that a module without symbols is known, too. */
static void note_module(void *context, char *line)
{
	bool fresh;

	(void)context;
	line[strcspn(line, " ")] = '\0';
	names__module_number(line, &fresh);
}

static void read_module_types(struct btf *kernel, const char *module)
{
	bool fresh;
	uint16_t number = names__module_number(module, &fresh);
	struct btf *btf;

	if (!number || modules[number].btf)
		return;
	btf = btf__load_module_btf(module, kernel);
	if (libbpf_get_error(btf))
		return;
	modules[number].btf = btf;
	names_types__read(&names, btf, kernel, number);
}

static void read_types(void)
{
	DIR *directory = opendir("/sys/kernel/btf");
	struct btf *kernel = modules[0].btf;
	struct dirent *entry;

	if (!kernel) {
		kernel = btf__load_vmlinux_btf();
		if (libbpf_get_error(kernel))
			kernel = NULL;
		else
			names_types__read(&names, kernel, NULL, 0);
		modules[0].btf = kernel;
		names.btf = kernel != NULL;
	}
	while (kernel && directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux"))
			read_module_types(kernel, entry->d_name);
	if (directory)
		closedir(directory);
}

static void settle(void)
{
	uint16_t i;

	for (i = 0; i < module_count; i++)
		modules[i].fresh = false;
}

const struct kernel_names *kernel_names__read(void)
{
	bool first = !ready;

	if (kernel_names__current())
		return &names;
	if (first && !name_table__create(&names.table))
		return &names;
	names.whole = names.whole || first;
	names_symbols__read(&names, first);
	lines__each("/proc/modules", note_module, NULL);
	read_types();
	settle();
	ready = true;
	return &names;
}

const struct name_entry *kernel_names__symbol(const char *name, const struct name_entry *entry)
{
	entry = entry ? name_table__next(&names.table, entry) : name_table__first(&names.table, name);
	while (entry && (entry->kind < ' ' || strcmp(name_table__name(&names.table, entry), name)))
		entry = name_table__next(&names.table, entry);
	return entry;
}

const struct name_entry *kernel_names__type(const char *name, uint32_t kind)
{
	const struct name_entry *entry = name_table__first(&names.table, name), *found = NULL;

	/* The first that was read is last, and the kernel comes before its modules. */
	for (; entry; entry = name_table__next(&names.table, entry))
		if ((uint32_t)entry->kind == kind && !strcmp(name_table__name(&names.table, entry), name))
			found = entry;
	return found;
}

const struct btf *kernel_names__btf_of(const struct name_entry *type)
{
	return modules[type->module].btf;
}

static const char *text_at(uint32_t text)
{
	return names.table.text + text;
}

void kernel_names__offer(enum similar_group group, struct similar_list *list, const char *except)
{
	similar_keys__offer(&names.similar[group], list, except, text_at);
}
