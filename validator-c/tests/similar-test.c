/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/similar.h"

#include <stdlib.h>

#include "test.h"

static int score(const char *a, const char *b)
{
	struct similar_name left, right;

	similar_name__set(&left, a);
	similar_name__set(&right, b);
	return similar_name__score(&left, &right);
}

static void offer(struct similar_list *list, const char *name)
{
	struct similar_name compared;

	similar_name__set(&compared, name);
	similar_list__offer(list, name, &compared, 0);
}

static void test_scores(void)
{
	CHECK(score("filemap_alloc_folio", "filemap_alloc_folio_noprof") == 1000);
	CHECK(score("sys_open", "__x64_sys_open") == 1000);
	CHECK(score("migrate_misplaced_page", "migrate_misplaced_folio") == 1000);
	CHECK(score("bpf_stream_vprintk", "bpf_stream_vprintk_impl") == 1000);
	CHECK(score("account_page_dirtied", "folio_account_dirtied") > 600);
	CHECK(score("do_unlinkat", "filename_unlinkat") > 505);
	CHECK(score("tasks", "task") > 600 && score("sys_opennat", "__x64_sys_openat") > 600);
	CHECK(score("do_unlinkat", "tcp_v4_connect") < 300);
	CHECK(score("", "") == 0 && score("___", "a") == 0 && score("a", ".b") == 0);
}

static void test_list(void)
{
	struct similar_list list;
	char name[32], huge[2000];
	int i;

	similar_list__init(&list, "blk_account_io_start");
	offer(&list, "tcp_v4_connect");
	CHECK(list.count == 0);
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "blk_account_io_%c%c", 'a' + i % 26, 'a' + i / 26);
		offer(&list, name);
	}
	offer(&list, "__blk_account_io_start");
	offer(&list, "blk_account_io_done");
	offer(&list, "__blk_account_io_start");
	CHECK(list.count == SIMILAR_MAX && !strcmp(list.best[0].name, "__blk_account_io_start"));
	CHECK(strcmp(list.best[1].name, "__blk_account_io_start"));
	for (i = 1; i < list.count; i++)
		CHECK(list.best[i].score <= list.best[i - 1].score);
	memset(huge, 'a', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	offer(&list, huge);
	similar_list__init(&list, huge);
	offer(&list, huge);
	CHECK(list.count == 1);
}

/* The quick bound must never be below the score itself, or a good name would be missed. */
static void test_bound(void)
{
	static const char *const parts[] = {
		"page", "folio", "do", "tcp", "unlinkat", "io", "start", "alloc", "x", "_"
	};
	struct similar_list list;
	char a[64], b[64];
	int i;

	srand(1);
	for (i = 0; i < 20000; i++) {
		snprintf(a, sizeof(a), i % 4 > 1 ? "%s_%s_%s" : "%s%s%s", parts[rand() % 10], parts[rand() % 10],
			 parts[rand() % 10]);
		snprintf(b, sizeof(b), i % 2 ? "%s_%s_%s" : "%s%s%s", parts[rand() % 10], parts[rand() % 10],
			 parts[rand() % 10]);
		similar_list__init(&list, a);
		offer(&list, b);
		CHECK((score(a, b) > 505) == (list.count == 1));
	}
}

void test_similar(void)
{
	test_scores();
	test_list();
	test_bound();
}
