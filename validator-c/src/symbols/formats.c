/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/formats.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "lib/lines.h"

#define FORMATS_MAX 16
/* CO-RE finds the places of what is in the kernel's own structures. */
#define OF_KERNEL "trace_event_raw_"

bool format__of_section(const char *section, char tracepoint[FORMAT_NAME_SIZE])
{
	static const char *const kinds[] = { "tp/", "tracepoint/" };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *name = NULL, *slash;
	int i;

	section += *section == '?';
	for (i = 0; i < 2; i++)
		if (!strncmp(section, kinds[i], strlen(kinds[i])))
			name = section + strlen(kinds[i]);
	slash = name ? strchr(name, '/') : NULL;
	if (!slash || slash == name || strspn(name, letters) != (size_t)(slash - name))
		return false;
	if (!slash[1] || slash[1 + strspn(slash + 1, letters)] || strlen(name) >= FORMAT_NAME_SIZE)
		return false;
	snprintf(tracepoint, FORMAT_NAME_SIZE, "%s", name);
	return true;
}

/* `<tab>field:char rwbs[8];<tab>offset:34;<tab>size:8;<tab>signed:0;` */
void format__take(struct format *format, const char *line)
{
	const char *start = strncmp(line, "\tfield:", 7) ? NULL : line + 1, *end = start ? strchr(start, ';') : NULL,
		   *name;
	struct format_field *field = &format->fields[format->count];

	if (!end || format->count == FORMAT_FIELDS_MAX)
		return;
	if (sscanf(end, "; offset:%u; size:%u;", &field->offset, &field->size) != 2)
		return;
	/* Arrays have their sizes behind their names, once or more. */
	while (end > start && end[-1] == ']')
		while (end > start && *--end != '[')
			;
	for (name = end; name > start && !strchr(" *:", name[-1]); name--)
		;
	if (name == end || end - name >= (long)sizeof(field->name))
		return;
	snprintf(field->name, sizeof(field->name), "%.*s", (int)(end - name), name);
	format->count++;
}

static void take(void *context, char *line)
{
	format__take(context, line);
}

static bool has_own_structure(const struct btf *btf, const char *program)
{
	int id = btf ? btf__find_by_name_kind(btf, program, BTF_KIND_FUNC) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const char *name;

	type = type ? btf__type_by_id(btf, type->type) : NULL;
	if (!type || !btf_is_func_proto(type) || !btf_vlen(type))
		return false;
	id = btf__resolve_type(btf, btf_params(type)->type);
	type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	if (!type || !btf_is_ptr(type))
		return false;
	id = btf__resolve_type(btf, type->type);
	type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	name = type && btf_is_struct(type) ? btf__name_by_offset(btf, type->name_off) : NULL;
	return name && strncmp(name, OF_KERNEL, strlen(OF_KERNEL));
}

static bool was_reported(const struct format *known, int count, const char *tracepoint)
{
	while (count--)
		if (!strcmp(known[count].tracepoint, tracepoint))
			return true;
	return false;
}

int formats__find(const struct result *result, const struct bpf_object *obj, const struct format **list)
{
	static struct format formats[FORMATS_MAX];
	char tracepoint[FORMAT_NAME_SIZE], path[FORMAT_NAME_SIZE + 32];
	int count = 0, i;

	for (i = 0; i < result->program_count && count < FORMATS_MAX; i++) {
		const struct program *program = &result->programs[i];

		if (program->type != BPF_PROG_TYPE_TRACEPOINT || !program->selected ||
		    !format__of_section(program->section, tracepoint) || was_reported(formats, count, tracepoint) ||
		    !has_own_structure(bpf_object__btf(obj), program->name))
			continue;
		snprintf(formats[count].tracepoint, FORMAT_NAME_SIZE, "%s", tracepoint);
		snprintf(path, sizeof(path), "events/%s/format", tracepoint);
		if (lines__each_tracing(path, take, &formats[count]))
			count++;
	}
	*list = formats;
	return count;
}
