/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some hundred thousand names with a little about each, found by name. Names that differ only behind their first dot lie
 * together, so that what a compiler made of a function is found with it. Memory is only taken for what is in it.
 */
#ifndef BPFCOMPAT_NAME_TABLE_H
#define BPFCOMPAT_NAME_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct name_entry {
	/* Offset of the name into the text of the table. */
	uint32_t text;
	/* The entry before it in its chain, counted from 1; 0 = none. */
	uint32_t next;
	/* The caller's. */
	uint32_t value;
	uint16_t module;
	char kind;
	uint8_t flags;
};

struct name_table {
	char *text;
	uint32_t text_len;
	struct name_entry *list;
	uint32_t count;
	/* Where chains begin: entries counted from 1; 0 = none. */
	uint32_t *heads;
};

/* False without memory: then it takes none, and nothing is found in it. Others are never freed. */
bool name_table__create(struct name_table *table);
/* The new entry, all else zero; NULL when the table is full. Equal names without a dot share their text. */
struct name_entry *name_table__add(struct name_table *table, const char *name);
/* Entries whose names are the same up to the first dot, latest first; NULL at the end. */
struct name_entry *name_table__first(const struct name_table *table, const char *name);
struct name_entry *name_table__next(const struct name_table *table, const struct name_entry *entry);
const char *name_table__name(const struct name_table *table, const struct name_entry *entry);

#endif
