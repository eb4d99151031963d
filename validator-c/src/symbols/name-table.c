/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/name-table.h"

#include <string.h>
#include <sys/mman.h>

/* Ten times what a kernel with many modules has. Pages that nothing is written to cost nothing. */
#define TEXT_MAX (64U << 20)
#define ENTRIES_MAX (2U << 20)
#define HEADS (1U << 18)

#define LIST_BYTES (ENTRIES_MAX * sizeof(struct name_entry))
#define HEADS_BYTES (HEADS * sizeof(uint32_t))

static void *reserve(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void give_back(void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}

bool name_table__create(struct name_table *table)
{
	*table = (struct name_table){
		.text = reserve(TEXT_MAX),
		.list = reserve(LIST_BYTES),
		.heads = reserve(HEADS_BYTES),
	};
	if (table->text && table->list && table->heads)
		return true;
	give_back(table->text, TEXT_MAX);
	give_back(table->list, LIST_BYTES);
	give_back(table->heads, HEADS_BYTES);
	*table = (struct name_table){};
	return false;
}

static uint32_t *head_of(const struct name_table *table, const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name && *name != '.'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619U;
	return &table->heads[(hash ^ hash >> 16) % HEADS];
}

/* Chains also hold other names whose hash is the same. */
static struct name_entry *same_base(const struct name_table *table, uint32_t at, const char *name)
{
	size_t len = strcspn(name, ".");
	struct name_entry *entry;
	const char *other;

	for (; at; at = entry->next) {
		entry = &table->list[at - 1];
		other = table->text + entry->text;
		if (!strncmp(other, name, len) && (!other[len] || other[len] == '.'))
			return entry;
	}
	return NULL;
}

struct name_entry *name_table__first(const struct name_table *table, const char *name)
{
	return table->heads ? same_base(table, *head_of(table, name), name) : NULL;
}

struct name_entry *name_table__next(const struct name_table *table, const struct name_entry *entry)
{
	return same_base(table, entry->next, table->text + entry->text);
}

const char *name_table__name(const struct name_table *table, const struct name_entry *entry)
{
	return table->text + entry->text;
}

struct name_entry *name_table__add(struct name_table *table, const char *name)
{
	uint32_t *head = head_of(table, name), at = *head;
	struct name_entry *entry;
	size_t size;

	if (table->count == ENTRIES_MAX)
		return NULL;
	/* There are thousands of `__func__.N` and the like, all in one chain, and no two are the same. */
	if (strchr(name, '.'))
		at = 0;
	while (at && strcmp(table->text + table->list[at - 1].text, name))
		at = table->list[at - 1].next;
	size = at ? 0 : strlen(name) + 1;
	if (table->text_len + size > TEXT_MAX)
		return NULL;
	entry = &table->list[table->count++];
	*entry = (struct name_entry){ .text = at ? table->list[at - 1].text : table->text_len, .next = *head };
	memcpy(table->text + table->text_len, name, size);
	table->text_len += (uint32_t)size;
	*head = table->count;
	return entry;
}
