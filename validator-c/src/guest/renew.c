/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/renew.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/die.h"
#include "lib/io.h"

#define ID_BYTES 16
#define ID_HEX (2 * ID_BYTES)

static const char *const key_types[] = { "ed25519", "ecdsa", "rsa" };

/* As systemd makes it: the bits of a random UUID. */
static int new_id(char id[ID_HEX + 1])
{
	unsigned char bytes[ID_BYTES];
	int i;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (i = 0; i < ID_BYTES; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* In its place: the file may be a mount of its own, which cannot be replaced. */
static int put_id(const char *root, const char *name, const char *id)
{
	char path[PATH_MAX], line[ID_HEX + 2];
	struct stat stat;
	int fd, err;

	snprintf(path, sizeof(path), "%s%s", root, name);
	/* A link leads to the other file. */
	if (lstat(path, &stat) || !S_ISREG(stat.st_mode))
		return 0;
	chmod(path, 0644);
	fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = io__write_full(fd, line, (size_t)snprintf(line, sizeof(line), "%s\n", id));
	if (!err && ftruncate(fd, ID_HEX + 1))
		err = -errno;
	close(fd);
	chmod(path, stat.st_mode & 07777);
	return err;
}

/* Whoever reads the journal looks below the id of this machine; who writes it has its files open. */
static void move_journal(const char *root, const char *dir, const char *old, const char *new)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s%s/%s", root, dir, old);
	snprintf(to, sizeof(to), "%s%s/%s", root, dir, new);
	rename(from, to);
}

int renew__machine_id(const char *root)
{
	char path[PATH_MAX], old[ID_HEX + 2], new[ID_HEX + 1];
	int err;

	snprintf(path, sizeof(path), "%s/etc/machine-id", root);
	io__read_line(path, old, sizeof(old));
	if (strlen(old) != ID_HEX || strspn(old, "0123456789abcdef") != ID_HEX)
		return 0;
	err = new_id(new);
	if (!err)
		err = put_id(root, "/etc/machine-id", new);
	if (!err)
		err = put_id(root, "/var/lib/dbus/machine-id", new);
	if (err)
		return err;
	move_journal(root, "/run/log/journal", old, new);
	move_journal(root, "/var/log/journal", old, new);
	return 0;
}

static int make_key(const char *path, const char *type)
{
	int status = 0, null;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		/* Where the vendors have it: what PATH says here is not theirs. */
		execl("/usr/bin/ssh-keygen", "ssh-keygen", "-q", "-t", type, "-N", "", "-C", "bpfcompat", "-f", path,
		      (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status == 0 ? 0 : -EIO;
}

/* It reads its keys when it starts, and starts itself again on request. */
static void restart_server(const char *root)
{
	char path[PATH_MAX], line[32];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/run/sshd.pid", root);
	io__read_line(path, line, sizeof(line));
	pid = (pid_t)strtol(line, NULL, 10);
	if (pid > 1)
		kill(pid, SIGHUP);
}

int renew__host_keys(const char *root)
{
	bool renewed = false;
	char path[PATH_MAX], public[PATH_MAX + 4];
	size_t i;
	int err;

	for (i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
		snprintf(path, sizeof(path), "%s/etc/ssh/ssh_host_%s_key", root, key_types[i]);
		if (unlink(path))
			continue;
		snprintf(public, sizeof(public), "%s.pub", path);
		unlink(public);
		err = make_key(path, key_types[i]);
		if (err)
			return err;
		renewed = true;
	}
	if (renewed)
		restart_server(root);
	return 0;
}

void renew__system(bool programs)
{
	if (renew__machine_id(""))
		die__power_off("the machine id of this copy could not be made its own");
	/* No one else looks at them, and making one takes longer than a check. */
	if (programs && renew__host_keys(""))
		die__power_off("the SSH host keys of this copy could not be made its own");
}
