/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of tracepoints, as the kernel's format files have them. Needed where a program reads its context through a
 * structure of its own: the kernel takes any offset within the record, whatever lies there.
 */
#ifndef BPFCOMPAT_FORMATS_H
#define BPFCOMPAT_FORMATS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/result.h"

#define FORMAT_FIELDS_MAX 128
#define FORMAT_NAME_SIZE 256

struct format_field {
	char name[64];
	uint32_t offset;
	uint32_t size;
};

struct format {
	/* `category/name`. */
	char tracepoint[FORMAT_NAME_SIZE];
	struct format_field fields[FORMAT_FIELDS_MAX];
	int count;
};

/* The formats of the tracepoints of loaded programs that have such a structure: at most 16, in `*list`, which is kept. */
int formats__find(const struct result *result, const struct bpf_object *obj, const struct format **list);
/* `category/name` of a section such as `tp/category/name`; false for other sections and names of no tracepoint. */
bool format__of_section(const char *section, char tracepoint[FORMAT_NAME_SIZE]);
/* Takes one line of a format file; lines that describe no field are passed over. */
void format__take(struct format *format, const char *line);

#endif
