/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "symbols/kernel-names.h"
#include "symbols/name-table.h"
#include "symbols/similar-keys.h"
#include "symbols/symbols.h"
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
	static const char *const names[] = { "tcp_connect", "tcp_connect.isra.0", "tcp_connect",
					     "tcp_con",	    "tcp_connect2",	  "",
					     ".a" };
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
	static const char *const parts[] = {
		"page", "folio", "do", "tcp",	  "unlinkat", "io",	 "start",  "alloc",
		"x",	"sys",	 "v4", "connect", "blk",      "account", "noprof", "impl"
	};
	struct similar_list all, found;
	struct similar_keys keys = {};
	struct similar_name compared;
	int i, k, missing;

	srand(2);
	for (i = 0; i < NAMES; i++) {
		for (k = rand() % 5; k >= 0; k--)
			snprintf(many[i] + strlen(many[i]), sizeof(many[i]) - strlen(many[i]), "%s%s",
				 parts[rand() % 16], rand() % 4 ? "_" : "");
		similar_keys__add(&keys, many[i], (uint32_t)i);
	}
	CHECK(keys.count == NAMES);
	for (missing = 0; missing < NAMES; missing += 211) {
		similar_list__init(&all, many[missing]);
		similar_list__init(&found, many[missing]);
		for (i = 0; i < NAMES; i++) {
			similar_name__set(&compared, many[i]);
			if (strcmp(many[i], many[missing]))
				similar_list__offer(&all, many[i], &compared, 0);
		}
		similar_keys__offer(&keys, &found, many[missing], name_of);
		CHECK(all.count == found.count);
		for (i = 0; i < all.count; i++)
			CHECK(!strcmp(all.best[i].name, found.best[i].name));
	}
}

static size_t address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (file && fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A table that finds no memory keeps none, and nothing is found in it. */
static void test_no_memory(void)
{
	static struct symbols symbols;
	const struct missing_name missing[] = { { .kind = MISSING_FUNCTION, .name = "vfs_read" },
						{ .kind = MISSING_TYPE, .name = "task_struct" } };
	struct rlimit before, limit;
	struct name_table table;
	size_t size = address_space();

	CHECK(!getrlimit(RLIMIT_AS, &before) && size);
	limit = before;
	/* There is room for its text, and for nothing else. */
	limit.rlim_cur = size + (80U << 20);
	CHECK(!setrlimit(RLIMIT_AS, &limit));
	CHECK(!name_table__create(&table) && !name_table__first(&table, "vfs_read"));
	CHECK(address_space() == size);
	symbols__search(&symbols, missing, 2, NULL);
	CHECK(address_space() == size);
	CHECK(!setrlimit(RLIMIT_AS, &before));
	CHECK(symbols.count == 2 && !kernel_names__ready() && !kernel_names__current());
	CHECK(symbols.list[0].kallsyms == TRISTATE_UNKNOWN && symbols.list[0].btf == TRISTATE_UNKNOWN);
	CHECK(symbols.list[1].btf == TRISTATE_UNKNOWN && !symbols.list[1].similar.count);
}

/* Looking names up is all that is left to do only once they were read. */
static void test_current(void)
{
	CHECK(!kernel_names__current());
	kernel_names__read();
	CHECK(kernel_names__ready() && kernel_names__current());
}

void test_names(void)
{
	test_no_memory();
	test_current();
	test_table();
	test_keys();
}
