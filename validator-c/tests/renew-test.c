/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/renew.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "test.h"

#define OLD "0123456789abcdef0123456789abcdef"

static char root[] = "/tmp/bpfcompat-renew-XXXXXX";

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, name);
	return path;
}

static void make_dirs(void)
{
	static const char *const dirs[] = { "/etc",
					    "/etc/ssh",
					    "/var",
					    "/var/lib",
					    "/var/lib/dbus",
					    "/var/log",
					    "/var/log/journal",
					    "/var/log/journal/" OLD };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		CHECK(!mkdir(at(dirs[i]), 0755));
}

static void put(const char *name, const char *text)
{
	CHECK(!io__replace_file(at(name), text, strlen(text)));
}

static void line_of(const char *name, char line[64])
{
	io__read_line(at(name), line, 64);
}

static void test_id(void)
{
	char first[64], second[64], copy[64];
	struct stat stat_of;

	put("/etc/machine-id", OLD "\n");
	put("/var/lib/dbus/machine-id", OLD "\n");
	CHECK(!chmod(at("/etc/machine-id"), 0444));
	CHECK(!renew__machine_id(root));
	line_of("/etc/machine-id", first);
	line_of("/var/lib/dbus/machine-id", copy);
	CHECK(strlen(first) == 32 && strspn(first, "0123456789abcdef") == 32);
	CHECK(strcmp(first, OLD) != 0);
	CHECK(!strcmp(first, copy));
	CHECK(!stat(at("/etc/machine-id"), &stat_of) && stat_of.st_size == 33 && (stat_of.st_mode & 07777) == 0444);
	/* The journal can be read under the new one. */
	CHECK(access(at("/var/log/journal/" OLD), F_OK) != 0);
	CHECK(!renew__machine_id(root));
	line_of("/etc/machine-id", second);
	CHECK(strcmp(first, second) != 0);
}

static void test_no_id(void)
{
	char line[64];

	put("/etc/machine-id", "uninitialized\n");
	CHECK(!renew__machine_id(root));
	line_of("/etc/machine-id", line);
	CHECK(!strcmp(line, "uninitialized"));
	unlink(at("/etc/machine-id"));
	CHECK(!renew__machine_id(root));
	CHECK(access(at("/etc/machine-id"), F_OK) != 0);
}

static void test_link(void)
{
	char line[64];

	put("/etc/machine-id", OLD "\n");
	unlink(at("/var/lib/dbus/machine-id"));
	CHECK(!symlink("../../../etc/elsewhere", at("/var/lib/dbus/machine-id")));
	put("/etc/elsewhere", "left alone\n");
	CHECK(!renew__machine_id(root));
	line_of("/etc/elsewhere", line);
	CHECK(!strcmp(line, "left alone"));
}

static void test_keys(void)
{
	struct buf before = {}, after = {};

	/* Without any there is nothing to do. */
	CHECK(!renew__host_keys(root));
	CHECK(access(at("/etc/ssh/ssh_host_ed25519_key"), F_OK) != 0);
	put("/etc/ssh/ssh_host_ed25519_key", "that of the saved guest\n");
	put("/etc/ssh/ssh_host_ed25519_key.pub", "its public part\n");
	CHECK(!renew__host_keys(root));
	CHECK(!io__read_file(at("/etc/ssh/ssh_host_ed25519_key.pub"), 4096, &before));
	CHECK(before.len > 12 && !memcmp(before.data, "ssh-ed25519 ", 12));
	CHECK(!renew__host_keys(root));
	CHECK(!io__read_file(at("/etc/ssh/ssh_host_ed25519_key.pub"), 4096, &after));
	CHECK(before.len != after.len || memcmp(before.data, after.data, after.len) != 0);
	buf__free(&before);
	buf__free(&after);
}

void test_renew(void)
{
	char command[PATH_MAX + 16];

	CHECK(mkdtemp(root) != NULL);
	make_dirs();
	test_id();
	test_no_id();
	test_link();
	test_keys();
	snprintf(command, sizeof(command), "rm -rf %s", root);
	CHECK(!system(command));
}
