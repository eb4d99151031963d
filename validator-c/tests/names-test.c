/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "name-table.h"
#include "near-keys.h"
#include "test.h"

static int count_of(const struct name_table *table, const char *name)
{
	const struct name_entry *entry;
	int count = 0;

	for (entry = name_table__first(table, name); entry; entry = name_table__next(table, entry))
		count++;
	return count;
}

static void test_table(void)
{
	static const char *const names[] = { "tcp_connect", "tcp_connect.isra.0", "tcp_connect", "tcp_con", "tcp_connect2", "", ".a" };
	struct name_table table;
	struct name_entry *entry;
	uint32_t text, i;
	char name[32];

	CHECK(name_table__create(&table));
	CHECK(!name_table__first(&table, "tcp_connect"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		name_table__add(&table, names[i])->value = i;
	/* Two of the name, one that a compiler made of it; the latest comes first. */
	CHECK(count_of(&table, "tcp_connect") == 3 && count_of(&table, "tcp_connect.isra.0") == 3);
	CHECK(count_of(&table, "tcp_con") == 1 && count_of(&table, "tcp") == 0 && count_of(&table, ".a") == 2);
	entry = name_table__first(&table, "tcp_connect");
	CHECK(entry->value == 2 && entry->text == table.list[0].text);
	CHECK(!strcmp(name_table__name(&table, name_table__next(&table, entry)), "tcp_connect.isra.0"));
	text = table.text_len;
	name_table__add(&table, "tcp_con");
	CHECK(table.text_len == text);
	/* More than there are chains. */
	for (i = 0; i < 400000; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		entry = name_table__add(&table, name);
		if (entry)
			entry->value = i;
	}
	for (i = 0; i < 400000; i += 997) {
		snprintf(name, sizeof(name), "f%u", i);
		entry = name_table__first(&table, name);
		CHECK(entry && entry->value == i && !name_table__next(&table, entry));
	}
}

#define NAMES 20000
static char many[NAMES][64];

static const char *name_of(uint32_t id)
{
	return many[id];
}

/* The keys must never keep a name out that comparing all of them would have found. */
static void test_keys(void)
{
	static const char *const parts[] = { "page", "folio", "do", "tcp", "unlinkat", "io", "start", "alloc", "x", "sys", "v4",
					     "connect", "blk", "account", "noprof", "impl" };
	struct near_list all, found;
	struct near_keys keys = {};
	struct near_name compared;
	int i, k, wanted;

	srand(2);
	for (i = 0; i < NAMES; i++) {
		for (k = rand() % 5; k >= 0; k--)
			snprintf(many[i] + strlen(many[i]), sizeof(many[i]) - strlen(many[i]), "%s%s", parts[rand() % 16],
				 rand() % 4 ? "_" : "");
		near_keys__add(&keys, many[i], (uint32_t)i);
	}
	CHECK(keys.count == NAMES);
	for (wanted = 0; wanted < NAMES; wanted += 211) {
		near_list__init(&all, many[wanted]);
		near_list__init(&found, many[wanted]);
		for (i = 0; i < NAMES; i++) {
			near_name__set(&compared, many[i]);
			if (strcmp(many[i], many[wanted]))
				near_list__offer(&all, many[i], &compared, 0);
		}
		near_keys__offer(&keys, &found, many[wanted], name_of);
		CHECK(all.count == found.count);
		for (i = 0; i < all.count; i++)
			CHECK(!strcmp(all.best[i].name, found.best[i].name));
	}
}

void test_names(void)
{
	test_table();
	test_keys();
}
