/* SPDX-License-Identifier: Apache-2.0 */
#include "command/pristine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/io.h"

#define SHELL_MAX (32U << 20)
/* A mount point that is always there; its own contents come back. */
#define PLACE "/proc"
#define COPY PLACE "/sh"

static struct buf shell;

void pristine__keep(void)
{
	if (io__read_file(SHELL, SHELL_MAX, &shell))
		buf__reset(&shell);
}

bool pristine__unchanged(void)
{
	struct buf now = {};
	bool same;

	same = shell.len && !io__read_file(SHELL, SHELL_MAX, &now) && now.len == shell.len &&
	       !memcmp(now.data, shell.data, shell.len);
	buf__free(&now);
	return same;
}

/* Requested first: mounting what the kernel does not know makes it look for a module. */
static bool knows_binfmt_misc(void)
{
	static const char name[] = "binfmt_misc";
	struct buf list = {};
	bool known;

	known = !io__read_file("/proc/filesystems", 1 << 16, &list) &&
		memmem(list.data, list.len, name, sizeof(name) - 1);
	buf__free(&list);
	return known;
}

/* Registered interpreters come before the kernel's own reading of a program, for all processes. */
static bool forget_interpreters(void)
{
	int fd, err = 0;

	if (!knows_binfmt_misc())
		return true;
	if (mount("binfmt_misc", PLACE, "binfmt_misc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL))
		return false;
	fd = open(PLACE "/status", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "-1", 2) != 2)
		err = errno;
	if (fd >= 0)
		close(fd);
	umount2(PLACE, MNT_DETACH);
	errno = err;
	return !err;
}

/* 0 or an errno. */
static int put_copy(void)
{
	int fd = open(COPY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755), err;

	if (fd < 0)
		return errno;
	err = -io__write_full(fd, shell.data, shell.len);
	close(fd);
	/* Where earlier commands made a link of it, that leads to what is covered. */
	if (!err && mount(COPY, SHELL, NULL, MS_BIND, NULL))
		err = errno;
	return err;
}

bool pristine__restore(bool needs_shell)
{
	int err;

	if (!forget_interpreters())
		return false;
	if (!needs_shell)
		return true;
	if (!shell.len) {
		errno = ENOENT;
		return false;
	}
	if (mount("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"))
		return false;
	err = put_copy();
	umount2(PLACE, MNT_DETACH);
	errno = err;
	return !err;
}
