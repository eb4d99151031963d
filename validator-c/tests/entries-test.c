/* SPDX-License-Identifier: Apache-2.0 */
#include "request/entries.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/install.h"
#include "test.h"

static void test_good(void)
{
	struct entries entries = {};

	CHECK(entries__add_file(&entries, "755 2000000 /bin/busybox"));
	CHECK(entries__add_file(&entries, "644 0 /bpfcompat/with space/..a"));
	CHECK(entries__add_link(&entries, "/lib64 usr/../usr/lib64"));
	CHECK(entries.count == 3 && entries.bytes == 2000000);
	CHECK(entries.list[0].mode == 0755 && !entries.list[0].target && !strcmp(entries.list[0].path, "/bin/busybox"));
	CHECK(!strcmp(entries.list[1].path, "/bpfcompat/with space/..a"));
	CHECK(!strcmp(entries.list[2].path, "/lib64") && !strcmp(entries.list[2].target, "usr/../usr/lib64"));
	entries__free(&entries);
	CHECK(!entries.count && !entries.list);
}

static void test_bad(void)
{
	static const char *const files[] = {
		"",
		"644",
		"644 1",
		"644 1 ",
		"644 1 a",
		"644 1 /",
		"644 1 //a",
		"644 1 /a/",
		"644 1 /a/../b",
		"644 1 /./b",
		"644 1 /a\tb",
		"9 1 /a",
		"1777 1 /a",
		"-1 1 /a",
		"644 -1 /a",
		"644 67108865 /a",
		"644 1x /a",
		"644  1 /a",
		"644 99999999999999999999999 /a",
	};
	static const char *const links[] = { "", "/a", "/a ", "a b", "/a b c", "/a \x01", "/a/.. b", "/a  b" };
	struct entries entries = {};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		CHECK(!entries__add_file(&entries, files[i]));
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		CHECK(!entries__add_link(&entries, links[i]));
	CHECK(!entries.count);
	entries__free(&entries);
}

static void test_limits(void)
{
	struct entries entries = {};
	char line[ENTRY_MAX_PATH + 32];
	int i;

	for (i = 0; i < 4; i++)
		CHECK(entries__add_file(&entries, "644 67108864 /a"));
	CHECK(!entries__add_file(&entries, "644 1 /a") && entries__add_file(&entries, "644 0 /a"));
	entries__free(&entries);
	for (i = 0; i < ENTRIES_MAX; i++)
		CHECK(entries__add_link(&entries, "/a b"));
	CHECK(!entries__add_link(&entries, "/a b") && !entries__add_file(&entries, "644 1 /a"));
	entries__free(&entries);
	snprintf(line, sizeof(line), "644 1 /%0*d", ENTRY_MAX_PATH - 1, 0);
	CHECK(entries__add_file(&entries, line));
	snprintf(line, sizeof(line), "644 1 /%0*d", ENTRY_MAX_PATH, 0);
	CHECK(!entries__add_file(&entries, line));
	entries__free(&entries);
}

static void test_install(void)
{
	char root[] = "/tmp/bpfcompat-entries-XXXXXX", line[256], bytes[8] = "";
	struct entries entries = {};
	struct stat file;
	int fd;

	CHECK(mkdtemp(root) != NULL);
	snprintf(line, sizeof(line), "%s/behind .", root);
	CHECK(entries__add_link(&entries, line));
	snprintf(line, sizeof(line), "755 3 %s/behind/a/b/c", root);
	CHECK(entries__add_file(&entries, line));
	install__links(&entries);
	/* Twice: the second takes the place of the first. */
	close(install__create(&entries.list[1]));
	fd = install__create(&entries.list[1]);
	install__write(&entries.list[1], fd, "abc", 3);
	close(fd);
	snprintf(line, sizeof(line), "%s/a/b/c", root);
	fd = open(line, O_RDONLY);
	CHECK(!fstat(fd, &file) && (file.st_mode & 07777) == 0755);
	CHECK(read(fd, bytes, sizeof(bytes)) == 3 && !strcmp(bytes, "abc"));
	close(fd);
	entries__free(&entries);
	unlink(line);
	*strrchr(line, '/') = '\0';
	rmdir(line);
	*strrchr(line, '/') = '\0';
	rmdir(line);
	snprintf(line, sizeof(line), "%s/behind", root);
	unlink(line);
	CHECK(!rmdir(root));
}

void test_entries(void)
{
	test_good();
	test_bad();
	test_limits();
	test_install();
}
