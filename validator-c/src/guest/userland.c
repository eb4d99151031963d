/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/userland.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/die.h"
#include "lib/io.h"

#define BUSYBOX "/bin/busybox"
#define HOST_NAME "bpfcompat"

static const struct {
	const char *path;
	mode_t mode;
} directories[] = {
	{ "/bin", 0755 },      { "/sbin", 0755 },     { "/usr", 0755 },	    { "/usr/bin", 0755 },
	{ "/usr/sbin", 0755 }, { "/etc", 0755 },      { "/root", 0700 },    { "/run", 0755 },
	{ "/var", 0755 },      { "/var/tmp", 01777 }, { "/var/run", 0755 },
};

static const struct {
	const char *path;
	const char *text;
} files[] = {
	{ "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n" },
	{ "/etc/group", "root:x:0:\n" },
	{ "/etc/hosts", "127.0.0.1 localhost " HOST_NAME "\n" },
	{ "/etc/hostname", HOST_NAME "\n" },
};

static const struct {
	const char *path;
	const char *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },	      { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/etc/mtab", "/proc/self/mounts" },
};

static void make_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	io__write_full(fd, text, strlen(text));
	close(fd);
}

/* It knows its own names, and where each of them belongs. */
static void name_applets(void)
{
	int status = 0, null;
	pid_t pid = fork();

	if (!pid) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(null, 1);
		dup2(null, 2);
		execl(BUSYBOX, BUSYBOX, "--install", "-s", (char *)NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status || access("/bin/sh", X_OK))
		die__power_off(BUSYBOX " could not be installed as the commands of this guest");
}

void userland__install(void)
{
	size_t i;

	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (!mkdir(directories[i].path, directories[i].mode))
			chmod(directories[i].path, directories[i].mode);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_file(files[i].path, files[i].text);
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		(void)!symlink(links[i].target, links[i].path);
	(void)!sethostname(HOST_NAME, strlen(HOST_NAME));
	name_applets();
}
