/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/install.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/die.h"
#include "lib/io.h"

static void die_over(const char *path, int err) __attribute__((noreturn));
static void die_over(const char *path, int err)
{
	const char *advice = err == ENOSPC || err == ENOMEM ? "; give the kernel's profile more memory_mb" : "";

	die__power_off("'%.200s' could not be put into the guest: %s%s", path, strerror(err), advice);
}

/* Makes every directory above `path`. Neighbours share them, so the last one is remembered. */
static void make_parents(const char *path)
{
	static char known[ENTRY_MAX_PATH + 1];
	const char *name = strrchr(path, '/');
	char above[ENTRY_MAX_PATH + 1];
	size_t len = (size_t)(name - path);
	char *at;

	if (strlen(known) == len && !memcmp(known, path, len))
		return;
	memcpy(above, path, len);
	above[len] = '\0';
	for (at = strchr(above, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (above[0] && mkdir(above, 0755) && errno != EEXIST)
			die_over(path, errno);
		*at = '/';
	}
	if (above[0] && mkdir(above, 0755) && errno != EEXIST)
		die_over(path, errno);
	strcpy(known, above);
}

/* What stands at `path` goes, unless it is a directory. */
static void clear(const char *path)
{
	make_parents(path);
	if (unlink(path) && errno != ENOENT)
		die_over(path, errno);
}

void install__links(const struct entries *entries)
{
	const struct entry *entry;

	for (entry = entries->list; entry < entries->list + entries->count; entry++) {
		if (!entry->target)
			continue;
		clear(entry->path);
		if (symlink(entry->target, entry->path))
			die_over(entry->path, errno);
	}
}

int install__create(const struct entry *file)
{
	int fd;

	clear(file->path);
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, file->mode))
		die_over(file->path, errno);
	return fd;
}

void install__write(const struct entry *file, int fd, const void *data, size_t len)
{
	int err = io__write_full(fd, data, len);

	if (err)
		die_over(file->path, -err);
}
